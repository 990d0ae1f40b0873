package import FoundationEssentials
package import Postgres

/// One incident as lists show it: numbers and dates, no word of what has happened.
package struct IncidentRow: Sendable {
    package let id: UUID
    package let publisher: String
    package let reference: String
    package let state: String
    package let risk: String
    package let phase: Int
    package let discoveredAt: Date
    package let awareAt: Date
    package let receivedAt: Date
    package let clients: Int
    package let told: Int
    package let acknowledged: Int
    /// Clients whose part waits for a person.
    package let waiting: Int
    package let isSpread: Bool
    /// Clients that are not told before a person has approved the list.
    package let unapproved: Int

    package static func reading(where condition: SQL, limit: Int, newestFirst: Bool = false) -> SQL {
        let order: SQL = newestFirst ? "i.id DESC" : "i.id"
        return """
            SELECT i.id, i.publisher_id, i.incident_ref, i.state, i.risk, i.phase, i.discovered_at, i.aware_at, i.received_at,
                   i.spread >= cardinality(i.phases), count(n.case_id), count(n.told_at), count(n.acknowledged_at),
                   count(n.case_id) FILTER (WHERE EXISTS (SELECT FROM habeas.review r WHERE r.case_id = n.case_id AND r.settled_at IS NULL)),
                   coalesce((SELECT l.clients FROM habeas.breach_list l
                              WHERE l.incident_id = i.id AND i.spread < cardinality(i.phases)
                                AND l.approved_at IS NULL ORDER BY l.number DESC LIMIT 1), 0)::int8
              FROM (SELECT id, publisher_id, incident_ref, state, risk, phase, discovered_at, aware_at, received_at, spread, phases
                      FROM habeas.incident i WHERE \(condition) ORDER BY \(order) LIMIT \(limit)) AS i
              LEFT JOIN habeas.breach_notice n ON n.incident_id = i.id
             GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, i.spread, i.phases ORDER BY \(order)
            """
    }

    package init(row: Row) throws {
        (
            id, publisher, reference, state, risk, phase, discoveredAt, awareAt, receivedAt, isSpread, clients, told,
            acknowledged,
            waiting, unapproved
        ) = try row.decode(
            UUID.self,
            String.self,
            String.self,
            String.self,
            String.self,
            Int.self,
            Date.self,
            Date.self,
            Date.self,
            Bool.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self
        )
    }
}
