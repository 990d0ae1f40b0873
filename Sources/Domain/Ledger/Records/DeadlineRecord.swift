package import FoundationEssentials
package import Postgres
package import Rights

/// An open clock as it is stored.
package struct DeadlineRecord: Sendable {
    package let subject: UUID
    package let clock: ClockRule.Clock
    package let rule: String
    package let source: String
    package let anchor: Date
    /// Nil while it stands still.
    package let due: Date?
    /// Nil once somebody was warned.
    package let warnAt: Date?
    package let isProvisional: Bool

    /// The clocks of these subjects that have to be looked at by `now`, in the order in which they came due.
    package static func due(_ subjects: [UUID], at now: Date) -> SQL {
        """
        SELECT subject_id, clock, rule, source, anchor_at, due_at, warn_at, provisional FROM habeas.deadline
         WHERE subject_id = ANY(\(subjects)::uuid[]) AND next_at <= \(now)
         ORDER BY next_at, subject_id, clock
        """
    }

    package init(row: Row) throws {
        let word: String
        (subject, word, rule, source, anchor, due, warnAt, isProvisional) = try row.decode(
            UUID.self,
            String.self,
            String.self,
            String.self,
            Date.self,
            Date?.self,
            Date?.self,
            Bool.self
        )
        clock = try Stored.word(word, "deadline.clock")
    }
}
