package import FoundationEssentials
package import Postgres
package import Rights

/// A review as it is stored. Whoever settles it holds its case's lock first, where it has one.
package struct ReviewRecord: Sendable {
    package let id: UUID
    package let kind: ReviewKind
    package let caseID: UUID?
    package let publisherID: String?
    package let identity: [UInt8]?
    /// What it is about where it is about an incident as a whole.
    package let incidentID: UUID?
    /// How many different people have to agree.
    package let needs: Int
    package let rule: String
    package let dueAt: Date
    package let isSettled: Bool

    private static let columns: SQL =
        "id, kind, case_id, publisher_id, identity, incident_id, needs::int8, rule, due_at, settled_at IS NOT NULL"

    /// One review, locked.
    package static func locking(_ id: UUID) -> SQL {
        "SELECT \(columns) FROM habeas.review WHERE id = \(id) FOR NO KEY UPDATE"
    }

    /// The open reviews of a case whose lock is held, locked.
    package static func locking(openOf caseID: UUID) -> SQL {
        "SELECT \(columns) FROM habeas.review WHERE case_id = \(caseID) AND settled_at IS NULL ORDER BY id FOR NO KEY UPDATE"
    }

    /// The open one of this kind about an incident whose lock is held, locked.
    package static func locking(_ kind: ReviewKind, ofIncident id: UUID) -> SQL {
        """
        SELECT \(columns) FROM habeas.review WHERE incident_id = \(id) AND kind = \(kind.rawValue) AND settled_at IS NULL
           FOR NO KEY UPDATE
        """
    }

    package init(row: Row) throws {
        let word: String
        (id, word, caseID, publisherID, identity, incidentID, needs, rule, dueAt, isSettled) = try row.decode(
            UUID.self,
            String.self,
            UUID?.self,
            String?.self,
            [UInt8]?.self,
            UUID?.self,
            Int.self,
            String.self,
            Date.self,
            Bool.self
        )
        kind = try Stored.word(word, "review.kind")
    }

    /// Takes the call back: nobody has to answer any more.
    package func dismiss(at now: Date) -> SQL {
        "UPDATE habeas.review SET settled_at = \(now), verdict = 'moot' WHERE id = \(id) AND settled_at IS NULL"
    }

    /// Writes a person's verdict; the database names the person, and refuses where two have to agree and did not.
    package func settle(_ verdict: ReviewKind.Verdict, reason: String, at now: Date) -> SQL {
        """
        UPDATE habeas.review SET settled_at = \(now), verdict = \(verdict.rawValue), reason = \(reason)
         WHERE id = \(id) AND settled_at IS NULL
        """
    }
}
