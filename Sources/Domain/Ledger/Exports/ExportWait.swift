package import FoundationEssentials
package import Postgres
package import Rights

/// A row of `export_wait`: a copy that is not begun before a person has looked at many requests from one publisher, or about one
/// person (A6).
///
/// The export worker writes the row under the lock of the case and a shared lock of the review; whoever settles the review holds that
/// one alone, and finds every case that waits for it. So no case waits for a review that was settled while it began to.
package struct ExportWait: Sendable {
    package let caseID: UUID
    package let review: UUID
    /// Whether the person has said something.
    package let isSettled: Bool
    /// What the copy is refused for; nil where it may go on.
    package let refusal: RefusalReason?

    /// What the requests ask for of which many are looked at.
    package static let rights: [Right] = [.access, .portability]

    /// Of these cases.
    package static func reading(of cases: [UUID]) -> SQL {
        """
        SELECT w.case_id, w.review_id, v.settled_at IS NOT NULL, w.refusal
          FROM habeas.export_wait w JOIN habeas.review v ON v.id = w.review_id WHERE w.case_id = ANY(\(cases)::uuid[])
        """
    }

    package init(row: Row) throws {
        let refusal: String?
        (caseID, review, isSettled, refusal) = try row.decode(UUID.self, UUID.self, Bool.self, String?.self)
        self.refusal = try refusal.map { try Stored.word($0, "export_wait.refusal") }
    }

    /// Reviews of many requests that are open and concern these cases, by case, of those whose copy has not begun. Each is locked, so
    /// that nobody settles it before the transaction ends.
    package static func openReviews(of cases: [UUID]) -> SQL {
        """
        SELECT c.id, v.id FROM habeas.case_file c
          JOIN habeas.review v ON v.case_id IS NULL AND v.settled_at IS NULL AND v.kind = \(ReviewKind.harvest.rawValue)
           AND (v.publisher_id = c.publisher_id
                OR v.identity IN (SELECT i.lookup FROM habeas.case_identity i WHERE i.case_id = c.id))
         WHERE c.id = ANY(\(cases)::uuid[]) AND c.state = \(CaseState.inProgress.rawValue)
           AND c.right_asked = ANY(\(rights.map(\.rawValue))::text[])
           AND NOT EXISTS (SELECT FROM habeas.export x WHERE x.case_id = c.id AND x.state <> 'expired')
         ORDER BY v.id, c.id FOR SHARE OF v
        """
    }

    package static func insert(_ id: UUID, client: String?, review: UUID, at now: Date) -> SQL {
        """
        INSERT INTO habeas.export_wait (case_id, client_id, review_id, since) VALUES (\(id), \(client), \(review), \(now))
        """
    }

    package static func remove(_ id: UUID) -> SQL { "DELETE FROM habeas.export_wait WHERE case_id = \(id)" }

    /// The cases that wait for a review; the caller holds its lock and wakes them.
    ///
    /// - Parameter refusal: what they are refused for; nil where they may go on.
    package static func release(_ review: UUID, refusal: RefusalReason?) -> SQL {
        guard let refusal else { return "SELECT case_id FROM habeas.export_wait WHERE review_id = \(review)" }
        return """
            UPDATE habeas.export_wait SET refusal = \(refusal.rawValue) WHERE review_id = \(review) RETURNING case_id
            """
    }
}
