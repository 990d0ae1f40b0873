import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// A case as it stands when one of its effects is leased: all that its letters and messages say, still sealed.
struct ReferralCase: Sendable {
    let record: CaseFileRecord
    private(set) var secret: SealedPayload?
    /// When clocks end, by kind.
    private(set) var dues: [ClockRule.Clock: Date] = [:]
    private(set) var wasReferred = false
    private(set) var wasAskedForIdentity = false
    private var notedProhibition: NotedProhibition?
    /// When persons have said that it may be referred although something forbade it.
    private var permissions: [Date] = []
    /// Its parts at systems, in the order of the plan.
    private(set) var targets: [FanOutTarget] = []
    /// The last that was certified of it.
    private(set) var certificate: (id: UUID, digest: String)?
    /// The bundle that can be fetched.
    private(set) var export: ExportRecord?
    /// What an authority demands, where one does.
    private(set) var disclosure: DisclosureRecord?
    /// When its restriction ends.
    private(set) var liftedAt: Date?
    private(set) var extensionReason: LetterWords.ExtensionReason = .complexity

    private static let clocks: [ClockRule.Clock] = [.respond, .lapse]

    static func reading(_ ids: [UUID]) -> [SQL] {
        [
            "SELECT \(CaseFileRecord.columns) FROM habeas.case_file WHERE id = ANY(\(ids)::uuid[])",
            "SELECT case_id, kek_id, wrapped_key, payload FROM habeas.case_secret WHERE case_id = ANY(\(ids)::uuid[])",
            """
            SELECT subject_id, clock, due_at FROM habeas.deadline
             WHERE subject_id = ANY(\(ids)::uuid[]) AND clock = ANY(\(clocks.map(\.rawValue))::text[]) AND due_at IS NOT NULL
            """,
            """
            SELECT subject_id, coalesce(bool_or(kind = \(EffectKind.clientReferral.rawValue) AND state = 'done'), false),
                   coalesce(bool_or(kind = \(EffectKind.subjectIdentity.rawValue)), false)
              FROM habeas.effect WHERE subject_id = ANY(\(ids)::uuid[]) GROUP BY subject_id
            """,
            """
            SELECT case_id, settled_at FROM habeas.review
             WHERE case_id = ANY(\(ids)::uuid[]) AND kind = \(ReviewKind.referralProhibited.rawValue) AND verdict = 'denied'
            """,
            "SELECT chain_id, body FROM habeas.evidence WHERE chain_id = ANY(\(ids)::uuid[]) AND fact = 'clock.extended' ORDER BY seq",
            prohibitions(ids),
            FanOutTarget.reading(of: ids),
            """
            SELECT DISTINCT ON (case_id) case_id, id, encode(sha256(convert_to(body, 'UTF8')), 'hex') FROM habeas.certificate
             WHERE case_id = ANY(\(ids)::uuid[]) ORDER BY case_id, number DESC
            """,
            """
            SELECT DISTINCT ON (chain_id) chain_id, greatest((body::jsonb ->> 'lifted_at')::timestamptz, at) FROM habeas.evidence
             WHERE chain_id = ANY(\(ids)::uuid[]) AND fact = 'restriction.lifted' ORDER BY chain_id, seq
            """,
            ExportRecord.reading(of: ids), DisclosureRecord.reading(of: ids),
        ]
    }

    static func cases(_ rows: [Rows]) throws -> [UUID: ReferralCase] {
        var cases: [UUID: ReferralCase] = [:]
        for row in rows[0] {
            let record = try CaseFileRecord(row: row)
            cases[record.id] = ReferralCase(record: record)
        }
        for (id, kek, wrapped, payload) in try rows[1].decode(UUID.self, String.self, [UInt8].self, [UInt8].self) {
            cases[id]?.secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
        }
        for (id, word, due) in try rows[2].decode(UUID.self, String.self, Date.self) {
            if let clock = ClockRule.Clock(rawValue: word) { cases[id]?.dues[clock] = due }
        }
        for (id, wasReferred, wasAsked) in try rows[3].decode(UUID.self, Bool.self, Bool.self) {
            cases[id]?.wasReferred = wasReferred
            cases[id]?.wasAskedForIdentity = wasAsked
        }
        for (id, at) in try rows[4].decode(UUID.self, Date.self) { cases[id]?.permissions.append(at) }
        for (id, body) in try rows[5].decode(UUID.self, String.self) {
            cases[id]?.extensionReason = reason(body)
        }
        for (id, at, body) in try rows[6].decode(UUID.self, Date.self, String.self) {
            cases[id]?.notedProhibition = NotedProhibition(body: body, at: at)
        }
        for row in rows[7] {
            let target = try FanOutTarget(row: row)
            cases[target.caseID]?.targets.append(target)
        }
        for (id, certificate, digest) in try rows[8].decode(UUID.self, UUID.self, String.self) {
            cases[id]?.certificate = (certificate, digest)
        }
        for (id, at) in try rows[9].decode(UUID.self, Date.self) { cases[id]?.liftedAt = at }
        for row in rows[10] {
            let export = try ExportRecord(row: row)
            cases[export.caseID]?.export = export.state == .ready ? export : nil
        }
        for row in rows[11] {
            let disclosure = try DisclosureRecord(row: row)
            cases[disclosure.caseID]?.disclosure = disclosure
        }
        return cases
    }

    /// When the chains of these cases last said that they may not be referred.
    static func prohibitions(_ ids: [UUID]) -> SQL {
        """
        SELECT DISTINCT ON (chain_id) chain_id, at, body FROM habeas.evidence
         WHERE chain_id = ANY(\(ids)::uuid[]) AND fact = 'referral.prohibited' ORDER BY chain_id, seq DESC
        """
    }

    /// Whether it may not be referred for this reason, and nobody has said since that it may.
    func isForbidden(_ reason: String?) -> Bool {
        guard let reason else { return false }
        return !permissions.contains { notedProhibition?.isLifted(bySaying: $0, of: reason) ?? true }
    }

    /// The two reasons that the law knows; anything else that stands there is a profile's own sentence.
    private static func reason(_ body: String) -> LetterWords.ExtensionReason {
        let (document, fault) = JSONScanner.scan(Array(body.utf8), maximumDepth: 2)
        guard fault == nil, let index = document.member(0, "reason"), document.kind(index) == .string else {
            return .complexity
        }
        return LetterWords.ExtensionReason(rawValue: document.string(index)) ?? .complexity
    }

    private init(record: CaseFileRecord) { self.record = record }

    /// The request, opened; nil where there is none, or where its words are gone.
    func request(with ring: KeyRing) throws -> RequestSubmitted? {
        guard let secret else { return nil }
        let payload = try EventPayload(stored: try secret.opened(for: record.id, with: ring))
        guard case .requestSubmitted(let request) = payload else { return nil }
        return request
    }
}
