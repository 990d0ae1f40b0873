package import FoundationEssentials
package import Postgres

/// A clock of a case or of an incident as people see it, with the article that it comes from.
package struct CaseClock: Sendable {
    package let clock: String
    package let rule: String
    package let source: String
    package let anchorAt: Date
    /// Nil while it stands still.
    package let dueAt: Date?
    package let isProvisional: Bool
    package let isUnverified: Bool
    package let state: String

    /// Those of one subject, the first to end first.
    package static func ofSubject(_ id: UUID) -> SQL {
        """
        SELECT clock, rule, source, anchor_at, due_at, provisional, unverified, state FROM habeas.deadline
         WHERE subject_id = \(id) ORDER BY due_at, clock
        """
    }

    package init(row: Row) throws {
        (clock, rule, source, anchorAt, dueAt, isProvisional, isUnverified, state) = try row.decode(
            String.self,
            String.self,
            String.self,
            Date.self,
            Date?.self,
            Bool.self,
            Bool.self,
            String.self
        )
    }

    package var note: String? {
        let notes = [
            dueAt == nil ? "stands still" : nil, isProvisional ? "provisional" : nil,
            isUnverified ? "rule unverified" : nil,
        ].compactMap { $0 }
        return notes.isEmpty ? nil : notes.joined(separator: ", ")
    }
}
