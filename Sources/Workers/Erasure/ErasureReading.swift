import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What is read under the locks of cases, beside what every worker reads: their parts at targets, what was said of tasks, what
/// people have said, what they have to wait for.
struct ErasureReading {
    struct Review {
        let kind: ReviewKind
        let verdict: ReviewKind.Verdict?
    }

    struct Person {
        var types: Set<IdentityType> = []
        var lookups: [[UInt8]] = []
    }

    private(set) var targets: [UUID: [FanOutTarget]] = [:]
    private(set) var answers: [UUID: [(id: UUID, target: UUID, answer: TaskAnswer)]] = [:]
    private(set) var secrets: [UUID: SealedPayload] = [:]
    private(set) var people: [UUID: Person] = [:]
    private(set) var reviews: [UUID: [Review]] = [:]
    /// Open requests for a copy of the same person, which come first.
    private(set) var copies: [UUID: [UUID]] = [:]
    /// Until when a client's data are kept by agreement.
    private(set) var retained: [UUID: Date] = [:]
    /// Cases held by a hold on their client or on their person.
    private(set) var held: Set<UUID> = []
    private(set) var respondDue: [UUID: Date] = [:]
    /// When restrictions end that have been lifted.
    private(set) var lifted: [UUID: Date] = [:]
    /// Cases whose person knows of that, or cannot be told.
    private(set) var told: Set<UUID> = []
    private(set) var certificates: [UUID: Int] = [:]
    /// What holds for the people of these cases.
    private(set) var suppressed: [UUID: Set<String>] = [:]

    private static let kinds: [ReviewKind] = [.targetStuck, .planRefused, .dataReturn]
    private static let unanswered = CaseState.allCases.filter(\.isUnanswered).map(\.rawValue)

    /// - Parameter hasBegun: what only a plan is made from is left out.
    static func statements(_ ids: [UUID], hasBegun: Bool) -> [SQL] {
        let fresh = hasBegun ? [] : ids
        return [
            FanOutTarget.reading(of: ids),
            TaskAnswers.open(of: ids),
            "SELECT case_id, kek_id, wrapped_key, payload FROM habeas.case_secret WHERE case_id = ANY(\(fresh)::uuid[])",
            "SELECT case_id, kind, lookup FROM habeas.case_identity WHERE case_id = ANY(\(fresh)::uuid[])",
            """
            SELECT case_id, kind, verdict FROM habeas.review
             WHERE case_id = ANY(\(ids)::uuid[]) AND kind = ANY(\(kinds.map(\.rawValue))::text[]) ORDER BY opened_at, id
            """,
            """
            SELECT DISTINCT mine.case_id, c.id FROM habeas.case_identity mine
              JOIN habeas.case_identity other ON other.lookup = mine.lookup AND other.case_id <> mine.case_id
              JOIN habeas.case_file c ON c.id = other.case_id
             WHERE mine.case_id = ANY(\(fresh)::uuid[]) AND c.right_asked IN ('access', 'portability')
               AND c.state = ANY(\(unanswered)::text[]) AND c.linked_to IS NULL
            """,
            """
            SELECT c.id, k.retain_until FROM habeas.case_file c JOIN habeas.client k ON k.id = c.client_id
             WHERE c.id = ANY(\(fresh)::uuid[]) AND c.kind = 'end_of_contract' AND k.retain_until IS NOT NULL
            """,
            """
            SELECT id FROM habeas.case_file WHERE id = ANY(\(ids)::uuid[]) AND habeas.is_held(id, client_id)
            """,
            """
            SELECT subject_id, due_at FROM habeas.deadline
             WHERE subject_id = ANY(\(ids)::uuid[]) AND clock = \(ClockRule.Clock.respond.rawValue) AND state = 'open'
            """,
            """
            SELECT chain_id, fact, coalesce((body::jsonb ->> 'lifted_at')::timestamptz, at) FROM habeas.evidence
             WHERE chain_id = ANY(\(ids)::uuid[]) AND fact IN ('restriction.lifted', 'restriction.told') ORDER BY chain_id, seq DESC
            """,
            "SELECT case_id, max(number) FROM habeas.certificate WHERE case_id = ANY(\(ids)::uuid[]) GROUP BY case_id",
            Suppressions.scopes(of: fresh),
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
        for (id, kek, wrapped, payload) in try rows[2].decode(UUID.self, String.self, [UInt8].self, [UInt8].self) {
            secrets[id] = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
        }
        for (id, kind, lookup) in try rows[3].decode(UUID.self, String.self, [UInt8].self) {
            if let type = IdentityType(rawValue: kind) { people[id, default: Person()].types.insert(type) }
            people[id, default: Person()].lookups.append(lookup)
        }
        for (id, word, verdict) in try rows[4].decode(UUID.self, String.self, String?.self) {
            reviews[id, default: []].append(
                Review(
                    kind: try Stored.word(word, "review.kind"),
                    verdict: try verdict.map { try Stored.word($0, "review.verdict") }
                )
            )
        }
        for (id, copy) in try rows[5].decode(UUID.self, UUID.self) { copies[id, default: []].append(copy) }
        for (id, until) in try rows[6].decode(UUID.self, Date.self) { retained[id] = until }
        held = Set(try rows[7].decode(as: UUID.self))
        for (id, due) in try rows[8].decode(UUID.self, Date?.self) { respondDue[id] = due }
        for (id, fact, at) in try rows[9].decode(UUID.self, String.self, Date.self) {
            if fact == "restriction.told" { told.insert(id) } else { lifted[id] = at }
        }
        for (id, number) in try rows[10].decode(UUID.self, Int.self) { certificates[id] = number }
        for (id, scope) in try rows[11].decode(UUID.self, String.self) { suppressed[id, default: []].insert(scope) }
    }
}
