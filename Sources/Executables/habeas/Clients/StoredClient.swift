import Foundation
import Ledger
import Postgres
import Rights

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
        SELECT id, names, country, time_zone, locale, suspended, baa_signed, hipaa_agent, dpa_signed_on::text AS dpa_signed_on, agreement, renews_on::text AS renews_on,
               agreement_version, term_months, channels, public_key, decision_roles, referral_prohibited, terminated_at, applied_at,
               applied_by::text AS applied_by, chain_id, evidence_seq, evidence_head
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
        declaration.hasAgent = try row.decode("hipaa_agent")
        declaration.dpaSignedOn = try row.decode("dpa_signed_on")
        declaration.agreement = try row.decode("agreement")
        declaration.renewsOn = try row.decode("renews_on")
        declaration.termMonths = try row.decode("term_months")
        declaration.channels = try ClientChannel.list(from: try row.decode("channels"))
        declaration.publicKey = try row.decode("public_key")
        declaration.decisionRoles = try row.decode("decision_roles")
        declaration.referralProhibited = try row.decode("referral_prohibited")
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

    func json() throws -> JSONValue {
        [
            "id": .string(declaration.id), "names": JSONValue(declaration.names),
            "country": JSONValue(declaration.country),
            "time_zone": .string(declaration.timeZone), "locale": .string(declaration.locale),
            "suspended": .bool(declaration.isSuspended), "baa_signed": .bool(declaration.hasBAA),
            "hipaa_agent": .bool(declaration.hasAgent),
            "dpa_signed_on": JSONValue(declaration.dpaSignedOn), "agreement": JSONValue(declaration.agreement),
            "agreement_version": .integer(agreementVersion),
            "renews_on": JSONValue(declaration.renewsOn), "term_months": .integer(declaration.termMonths),
            "channels": .raw(try ClientChannel.text(of: declaration.channels)),
            "public_key": declaration.publicKey.map { .raw($0) } ?? .null,
            "decision_roles": JSONValue(declaration.decisionRoles),
            "referral_prohibited": JSONValue(declaration.referralProhibited),
            "terminated_at": JSONValue(terminatedAt),
            "applied_at": JSONValue(appliedAt), "applied_by": .string(appliedBy),
        ]
    }
}
