import Fleet
import Foundation
import Ledger
import Rights

/// What an operator says about one client. What a list does not mention stays as it is; `null` puts back the default.
struct ClientDeclaration: Equatable {
    static let keys = [
        "id", "names", "country", "time_zone", "locale", "suspended", "baa_signed", "hipaa_agent", "dpa_signed_on",
        "agreement", "renews_on", "term_months", "channels", "public_key", "decision_roles", "referral_prohibited",
    ]

    let id: String
    var names: [String] = []
    var country: String?
    var timeZone = "Etc/UTC"
    var locale = "en"
    var isSuspended = false
    var hasBAA = false
    var hasAgent = true
    /// A day, as PostgreSQL writes it.
    var dpaSignedOn: String?
    /// What was agreed beyond the statement, as the YAML it was written in.
    var agreement: String?
    /// A day on which the contract renews, as PostgreSQL writes it; nil where it has no term.
    var renewsOn: String?
    var termMonths = 12
    /// In the client's order of preference.
    var channels: [ClientChannel] = []
    /// A JSON Web Key, in one spelling.
    var publicKey: String?
    var decisionRoles: [String] = []
    var referralProhibited: String?

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
        if hasAgent != other.hasAgent { fields.append("hipaa_agent") }
        if dpaSignedOn != other.dpaSignedOn { fields.append("dpa_signed_on") }
        if agreement != other.agreement { fields.append("agreement") }
        if renewsOn != other.renewsOn { fields.append("renews_on") }
        if termMonths != other.termMonths { fields.append("term_months") }
        if channels != other.channels { fields.append("channels") }
        if publicKey != other.publicKey { fields.append("public_key") }
        if decisionRoles != other.decisionRoles { fields.append("decision_roles") }
        if referralProhibited != other.referralProhibited { fields.append("referral_prohibited") }
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
        if record.mentions("hipaa_agent") { hasAgent = try record.flag("hipaa_agent") ?? standard.hasAgent }
        if record.mentions("dpa_signed_on") { dpaSignedOn = try ClientDeclaration.day("dpa_signed_on", record) }
        if record.mentions("renews_on") { renewsOn = try ClientDeclaration.day("renews_on", record) }
        if record.mentions("term_months") {
            termMonths = try ClientDeclaration.months(record) ?? standard.termMonths
        }
        if record.mentions("agreement") { agreement = try record.yaml("agreement").map(ClientDeclaration.agreement) }
        if record.mentions("channels") { channels = try ChannelDeclaration.channels(record) ?? standard.channels }
        if record.mentions("public_key") { publicKey = try ClientDeclaration.key(record) }
        if record.mentions("decision_roles") {
            decisionRoles = try ClientDeclaration.roles(record) ?? standard.decisionRoles
        }
        if record.mentions("referral_prohibited") { referralProhibited = try ClientDeclaration.prohibition(record) }
    }

    /// Refuses what no single key shows: a channel that needs what the client, with all that was said before, has not.
    func checkWhole(_ record: Record) throws {
        guard publicKey == nil, let open = channels.first(where: { $0.kind == .amqp && !$0.isThin }) else { return }
        throw record.fault(
            record.mentions("channels") ? "channels" : "public_key",
            "leaves the amqp channel \(open.name) without a public_key to seal for",
            "add public_key, or make the channel thin"
        )
    }

    private static func key(_ record: Record) throws -> String? {
        guard let text = try record.json("public_key") else { return nil }
        do throws(ReceiverKeyError) {
            return try ReceiverKey(jwk: text).jwk
        } catch {
            throw record.fault("public_key", error.fault, error.remedy)
        }
    }

    private static func roles(_ record: Record) throws -> [String]? {
        guard let roles = try record.list("decision_roles") else { return nil }
        guard roles.count <= 32, Set(roles).count == roles.count, roles.allSatisfy(CanonicalText.isOneLine) else {
            throw record.fault(
                "decision_roles",
                "has more than 32 items, one of them twice, or one with control characters or line ends",
                "write each role once, as `decided_by.role` of a decision gives it"
            )
        }
        return roles
    }

    private static func prohibition(_ record: Record) throws -> String? {
        guard let text = try record.text("referral_prohibited") else { return nil }
        guard CanonicalText.isOneLine(text), text != "true", text != "false" else {
            throw record.fault(
                "referral_prohibited",
                "is no reason on one line",
                "write why nothing may be referred to this client, or null if it may"
            )
        }
        return text
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
