package import Postgres

/// What waits for a person, by kind.
package struct OpenReviews: Sendable {
    package let kind: String
    package let open: Int
    package let overdue: Int

    /// The most frequent first; a review of a case that is over waits for nobody.
    package static let reading: SQL = """
        SELECT r.kind, count(*)::int8 AS open,
               count(*) FILTER (WHERE r.due_at < habeas.domain_now())::int8 AS overdue
          FROM habeas.review r LEFT JOIN habeas.case_file c ON c.id = r.case_id
         WHERE r.settled_at IS NULL AND (c.id IS NULL OR NOT c.state = ANY(\(OwedClock.finals)::text[]))
         GROUP BY r.kind ORDER BY 2 DESC, 1
        """

    package init(row: Row) throws {
        (kind, open, overdue) = try row.decode(String.self, Int.self, Int.self)
    }
}
