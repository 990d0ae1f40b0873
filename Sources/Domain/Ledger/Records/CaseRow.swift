package import FoundationEssentials
package import Postgres

/// One case as lists show it: words of closed lists, ids and dates; of the person nothing.
package struct CaseRow: Sendable {
    package let id: UUID
    package let client: String?
    package let kind: String
    package let right: String?
    package let lane: String
    package let state: String
    package let receivedAt: Date
    /// Of the first of its open clocks.
    package let dueAt: Date?
    package let clock: String?
    /// The article or clause that clock comes from.
    package let source: String?
    package let publisher: String
    package let reference: String?
    package let subjectIndex: Int
    package let group: UUID?

    /// Which cases a list is about; nil is any.
    package struct Filter: Sendable {
        package var state: String?
        package var client: String?
        package var right: String?
        package var lane: String?
        package var group: UUID?
        /// Only those of which a clock has run out while the case is not over.
        package var isOverdue = false
        package var oldestFirst = false

        package init() {}

        fileprivate var condition: SQL {
            var condition: SQL = "true"
            if let state { condition = "\(condition) AND c.state = \(state)" }
            if let client { condition = "\(condition) AND c.client_id = \(client)" }
            if let right { condition = "\(condition) AND c.right_asked = \(right)" }
            if let lane { condition = "\(condition) AND c.lane = \(lane)" }
            if let group { condition = "\(condition) AND c.group_id = \(group)" }
            if isOverdue {
                condition = """
                    \(condition) AND NOT c.state = ANY(\(OwedClock.finals)::text[])
                      AND c.id IN (SELECT case_id FROM habeas.deadline WHERE state = 'missed'
                                    UNION ALL
                                   SELECT case_id FROM habeas.deadline
                                    WHERE next_at < habeas.domain_now() AND due_at < habeas.domain_now())
                    """
            }
            return condition
        }
    }

    /// A page of the list, in the order of the ids, which is that of time.
    ///
    /// - Parameter id: the case that the page begins behind.
    package static func page(_ filter: Filter, after id: UUID?, count: Int) -> SQL {
        var condition = filter.condition
        if let id {
            condition = filter.oldestFirst ? "\(condition) AND c.id > \(id)" : "\(condition) AND c.id < \(id)"
        }
        let order: SQL = filter.oldestFirst ? "ORDER BY c.id" : "ORDER BY c.id DESC"
        return """
            SELECT c.id, c.client_id, c.kind, c.right_asked, c.lane, c.state, c.received_at, d.due_at, d.clock, d.source, c.publisher_id,
                   c.request_ref, c.subject_index, c.group_id
              FROM (SELECT id, client_id, kind, right_asked, lane, state, received_at, publisher_id, request_ref, subject_index, group_id
                      FROM habeas.case_file c WHERE \(condition) \(order) LIMIT \(count)) AS c
              LEFT JOIN LATERAL (SELECT due_at, clock, source FROM habeas.deadline
                                  WHERE subject_id = c.id AND state = 'open' ORDER BY due_at LIMIT 1) AS d ON true
             \(order)
            """
    }

    package init(row: Row) throws {
        (
            id, client, kind, right, lane, state, receivedAt, dueAt, clock, source, publisher, reference, subjectIndex,
            group
        ) = try row.decode(
            UUID.self,
            String?.self,
            String.self,
            String?.self,
            String.self,
            String.self,
            Date.self,
            Date?.self,
            String?.self,
            String?.self,
            String.self,
            String?.self,
            Int.self,
            UUID?.self
        )
    }
}
