import FoundationEssentials
import Postgres

/// One incident as lists show it: numbers and dates, no word of what has happened.
struct IncidentRow {
    let id: UUID
    let publisher: String
    let reference: String
    let state: String
    let risk: String
    let phase: Int
    let discoveredAt: Date
    let awareAt: Date
    let receivedAt: Date
    let clients: Int
    let told: Int
    let acknowledged: Int
    /// Clients whose part waits for a person.
    let waiting: Int
    let isSpread: Bool
    /// Clients that are not told before a person has approved the list.
    let unapproved: Int

    static func reading(where condition: SQL, limit: Int) -> SQL {
        """
        SELECT i.id, i.publisher_id, i.incident_ref, i.state, i.risk, i.phase, i.discovered_at, i.aware_at, i.received_at,
               i.spread >= cardinality(i.phases), count(n.case_id), count(n.told_at), count(n.acknowledged_at),
               count(n.case_id) FILTER (WHERE EXISTS (SELECT FROM habeas.review r WHERE r.case_id = n.case_id AND r.settled_at IS NULL)),
               coalesce((SELECT l.clients FROM habeas.breach_list l
                          WHERE l.incident_id = i.id AND i.spread < cardinality(i.phases)
                            AND l.approved_at IS NULL ORDER BY l.number DESC LIMIT 1), 0)::int8
          FROM (SELECT * FROM habeas.incident i WHERE \(condition) ORDER BY i.id LIMIT \(limit)) AS i
          LEFT JOIN habeas.breach_notice n ON n.incident_id = i.id
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, i.spread, i.phases ORDER BY i.id
        """
    }

    init(row: Row) throws {
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

    var json: [(String, JSONValue)] {
        [
            ("incident", JSONValue(id)), ("publisher", .string(publisher)), ("incident_ref", .string(reference)),
            ("state", .string(state)), ("risk", .string(risk)), ("phase", .integer(phase)),
            ("discovered_at", JSONValue(discoveredAt)), ("aware_at", JSONValue(awareAt)),
            ("received_at", JSONValue(receivedAt)),
            ("worked_out", JSONValue(isSpread)), ("clients", .integer(clients)), ("told", .integer(told)),
            ("acknowledged", .integer(acknowledged)), ("waiting_for_person", .integer(waiting)),
            ("waiting_for_approval", .integer(unapproved)),
        ]
    }

    static var table: TextTable {
        TextTable(
            "INCIDENT",
            "BY",
            "STATE",
            "RISK",
            "PHASE",
            "AWARE",
            "CLIENTS",
            "TOLD",
            "READ",
            "PERSON",
            "ID",
            empty: "no incidents"
        )
    }

    func add(to table: inout TextTable) {
        table.add(
            reference,
            publisher,
            state,
            risk,
            "\(phase)",
            awareAt.short,
            unapproved > 0 ? "\(clients), \(unapproved) to approve" : isSpread ? "\(clients)" : "\(clients)…",
            "\(told)",
            "\(acknowledged)",
            "\(waiting)",
            id.text
        )
    }
}
