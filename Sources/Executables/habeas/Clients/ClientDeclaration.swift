import Fleet
import Foundation
import Ledger
import Postgres
import Rights

/// What an operator says about one client. What a list does not mention stays as it is; `null` puts back the default.
struct ClientDeclaration: Equatable {
    static let keys = [
        "id", "names", "country", "time_zone", "locale", "suspended", "baa_signed", "dpa_signed_on",
        "agreement", "renews_on", "term_months",
    ]

    let id: String
    var names: [String] = []
    var country: String?
    var timeZone = "Etc/UTC"
    var locale = "en"
    var isSuspended = false
    var hasBAA = false
    /// A day, as PostgreSQL writes it.
    var dpaSignedOn: String?
    /// What was agreed beyond the statement, as the YAML it was written in.
    var agreement: String?
    /// A day on which the contract renews, as PostgreSQL writes it; nil where it has no term.
    var renewsOn: String?
    var termMonths = 12

    init(id: String) { self.id = id }

    /// The fields in which this differs from `other`, by their keys.
    func differences(from other: ClientDeclaration) -> [String] {
        var fields: [String] = []
        if names != other.names { fields.append("names") }
        if country != other.country { fields.append("country") }
        if timeZone != other.timeZone { fields.append("time_zone") }
        if locale != other.locale { fields.append("locale") }
        if isSuspended != other.isSuspended { fields.append("suspended") }
        if hasBAA != other.hasBAA { fields.append("baa_signed") }
        if dpaSignedOn != other.dpaSignedOn { fields.append("dpa_signed_on") }
        if agreement != other.agreement { fields.append("agreement") }
        if renewsOn != other.renewsOn { fields.append("renews_on") }
        if termMonths != other.termMonths { fields.append("term_months") }
        return fields
    }

    /// Takes over what `record` mentions.
    mutating func merge(_ record: Record) throws {
        let standard = ClientDeclaration(id: id)
        if record.mentions("names") { names = try record.list("names") ?? standard.names }
        if record.mentions("country") { country = try ClientDeclaration.country(record) }
        if record.mentions("time_zone") { timeZone = try ClientDeclaration.zone(record) ?? standard.timeZone }
        if record.mentions("locale") { locale = try ClientDeclaration.locale(record) ?? standard.locale }
        if record.mentions("suspended") { isSuspended = try record.flag("suspended") ?? standard.isSuspended }
        if record.mentions("baa_signed") { hasBAA = try record.flag("baa_signed") ?? standard.hasBAA }
        if record.mentions("dpa_signed_on") { dpaSignedOn = try ClientDeclaration.day("dpa_signed_on", record) }
        if record.mentions("renews_on") { renewsOn = try ClientDeclaration.day("renews_on", record) }
        if record.mentions("term_months") {
            termMonths = try ClientDeclaration.months(record) ?? standard.termMonths
        }
        if record.mentions("agreement") { agreement = try record.yaml("agreement").map(ClientDeclaration.agreement) }
    }

    private static func country(_ record: Record) throws -> String? {
        guard let text = try record.text("country") else { return nil }
        guard let country = Country.normalise(text) else {
            throw record.fault(
                "country",
                "is not a code of ISO 3166",
                "write for instance DE, or DE-BE for a part of it"
            )
        }
        return country
    }

    /// The zone in which the client's days end.
    private static func zone(_ record: Record) throws -> String? {
        guard let text = try record.text("time_zone") else { return nil }
        guard TimeZone(identifier: text) != nil else {
            throw record.fault("time_zone", "is not a zone of the tz database", "write for instance Europe/Berlin")
        }
        return text
    }

    private static func locale(_ record: Record) throws -> String? {
        guard let text = try record.text("locale") else { return nil }
        guard let locale = Locales.normalise(text) else {
            throw record.fault("locale", "is not a language tag", "write for instance en or de-DE")
        }
        return locale
    }

    /// Refused where it is longer than the law allows (K1).
    private static func agreement(_ text: String) throws -> String {
        _ = try ProfileFile.agreement(text, path: "agreement")
        return text
    }

    private static func months(_ record: Record) throws -> Int? {
        guard let text = try record.text("term_months") else { return nil }
        guard let months = Int(text), (1...120).contains(months) else {
            throw record.fault("term_months", "is not a number of months from 1 to 120", "write for instance 12")
        }
        return months
    }

    private static func day(_ key: String, _ record: Record) throws -> String? {
        guard let text = try record.text(key) else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard text.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil, let year = parts[0], let month = parts[1],
            let day = parts[2],
            CivilDate(year: year, month: month, day: day) != nil
        else { throw record.fault(key, "is not a day", "write it as 2026-03-01") }
        return text
    }
}

/// A client as the database has it.
struct StoredClient {
    var declaration: ClientDeclaration
    let agreementVersion: Int
    let terminatedAt: Date?
    let appliedAt: Date
    let appliedBy: String
    var chain: EvidenceChain

    static func select(_ condition: SQL) -> SQL {
        """
        SELECT id, names, country, time_zone, locale, suspended, baa_signed, dpa_signed_on::text AS dpa_signed_on, agreement, renews_on::text AS renews_on,
               agreement_version, term_months, terminated_at, applied_at, applied_by::text AS applied_by, chain_id, evidence_seq, evidence_head
          FROM habeas.client \(condition)
        """
    }

    init(row: Row) throws {
        declaration = ClientDeclaration(id: try row.decode("id"))
        declaration.names = try row.decode("names")
        declaration.country = try row.decode("country")
        declaration.timeZone = try row.decode("time_zone")
        declaration.locale = try row.decode("locale")
        declaration.isSuspended = try row.decode("suspended")
        declaration.hasBAA = try row.decode("baa_signed")
        declaration.dpaSignedOn = try row.decode("dpa_signed_on")
        declaration.agreement = try row.decode("agreement")
        declaration.renewsOn = try row.decode("renews_on")
        declaration.termMonths = try row.decode("term_months")
        agreementVersion = try row.decode("agreement_version")
        terminatedAt = try row.decode("terminated_at")
        appliedAt = try row.decode("applied_at")
        appliedBy = try row.decode("applied_by")
        chain = EvidenceChain(
            .client,
            id: try row.decode("chain_id"),
            sequence: try row.decode("evidence_seq"),
            head: try row.decode("evidence_head")
        )
    }

    var json: JSONValue {
        [
            "id": .string(declaration.id), "names": JSONValue(declaration.names),
            "country": JSONValue(declaration.country),
            "time_zone": .string(declaration.timeZone), "locale": .string(declaration.locale),
            "suspended": .bool(declaration.isSuspended), "baa_signed": .bool(declaration.hasBAA),
            "dpa_signed_on": JSONValue(declaration.dpaSignedOn), "agreement": JSONValue(declaration.agreement),
            "agreement_version": .integer(agreementVersion),
            "renews_on": JSONValue(declaration.renewsOn), "term_months": .integer(declaration.termMonths),
            "terminated_at": JSONValue(terminatedAt),
            "applied_at": JSONValue(appliedAt), "applied_by": .string(appliedBy),
        ]
    }
}
