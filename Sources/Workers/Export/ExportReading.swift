import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What is read under the locks of cases, beside what every worker reads: their parts at systems, what was said of tasks, what
/// people have said, their exports.
struct ExportReading {
    struct Review {
        let kind: ReviewKind
        let verdict: ReviewKind.Verdict?
    }

    private(set) var targets: [UUID: [FanOutTarget]] = [:]
    private(set) var answers: [UUID: [(id: UUID, target: UUID, answer: TaskAnswer)]] = [:]
    private(set) var types: [UUID: Set<IdentityType>] = [:]
    private(set) var reviews: [UUID: [Review]] = [:]
    /// The oldest first.
    private(set) var exports: [UUID: [ExportRecord]] = [:]
    /// Copies that wait for a person's look at many requests, and open reviews of many requests that concern a case.
    private(set) var waits: [UUID: ExportWait] = [:]
    private(set) var harvests: [UUID: UUID] = [:]
    /// What authorities demand, of disclosures.
    private(set) var disclosures: [UUID: DisclosureRecord] = [:]
    /// Lists of people whom an incident concerns, of clients' parts of one; in the order of their numbers.
    private(set) var lists: [UUID: [BreachPeopleRecord]] = [:]
    /// What was asked, of requests whose copy may have to go to another controller; once it is put together.
    private(set) var secrets: [UUID: SealedPayload] = [:]

    private static let kinds: [ReviewKind] = [.targetStuck, .planRefused, .handOverStuck]

    static func statements(_ ids: [UUID]) -> [SQL] {
        [
            FanOutTarget.reading(of: ids),
            TaskAnswers.open(of: ids),
            "SELECT case_id, kind FROM habeas.case_identity WHERE case_id = ANY(\(ids)::uuid[])",
            """
            SELECT case_id, kind, verdict FROM habeas.review
             WHERE case_id = ANY(\(ids)::uuid[]) AND kind = ANY(\(kinds.map(\.rawValue))::text[]) ORDER BY opened_at, id
            """,
            ExportRecord.reading(of: ids), ExportWait.reading(of: ids), ExportWait.openReviews(of: ids),
            """
            SELECT s.case_id, s.kek_id, s.wrapped_key, s.payload
              FROM habeas.case_file c JOIN habeas.case_secret s ON s.case_id = c.id
             WHERE c.id = ANY(\(ids)::uuid[]) AND c.right_asked = \(Right.portability.rawValue) AND c.state = \(CaseState.inProgress.rawValue)
               AND EXISTS (SELECT FROM habeas.effect e WHERE e.subject_id = c.id AND e.kind = \(EffectKind.exportBundle.rawValue)
                     AND e.state IN ('leased', 'done'))
            """,
            DisclosureRecord.reading(of: ids), BreachPeopleRecord.reading(of: ids),
        ]
    }

    init(_ rows: [Rows]) throws {
        for row in rows[0] {
            let target = try FanOutTarget(row: row)
            targets[target.caseID, default: []].append(target)
        }
        var cases: [UUID: UUID] = [:]
        for target in targets.values.joined() { cases[target.id] = target.caseID }
        for row in rows[1] {
            let answer = try TaskAnswers.decode(row)
            if let id = cases[answer.target] { answers[id, default: []].append(answer) }
        }
        for (id, kind) in try rows[2].decode(UUID.self, String.self) {
            if let type = IdentityType(rawValue: kind) { types[id, default: []].insert(type) }
        }
        for (id, word, verdict) in try rows[3].decode(UUID.self, String.self, String?.self) {
            reviews[id, default: []].append(
                Review(
                    kind: try Stored.word(word, "review.kind"),
                    verdict: try verdict.map { try Stored.word($0, "review.verdict") }
                )
            )
        }
        for row in rows[4] {
            let export = try ExportRecord(row: row)
            exports[export.caseID, default: []].append(export)
        }
        for row in rows[5] {
            let wait = try ExportWait(row: row)
            waits[wait.caseID] = wait
        }
        for (id, review) in try rows[6].decode(UUID.self, UUID.self) { harvests[id] = harvests[id] ?? review }
        for (id, kek, wrapped, payload) in try rows[7].decode(UUID.self, String.self, [UInt8].self, [UInt8].self) {
            secrets[id] = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
        }
        for row in rows[8] {
            let disclosure = try DisclosureRecord(row: row)
            disclosures[disclosure.caseID] = disclosure
        }
        for row in rows[9] {
            let list = try BreachPeopleRecord(row: row)
            lists[list.caseID, default: []].append(list)
        }
    }
}
