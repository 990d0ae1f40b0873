import FoundationEssentials
import Postgres
import Rights

/// One client's part of an incident, as `habeas incidents show` lists it.
struct NoticeRow {
    let notice: UUID
    let client: String
    let state: String
    let number: Int
    let toldAt: Date?
    let acknowledgedAt: Date?
    let dueAt: Date?
    let authorityDueAt: Date?
    let task: String?

    static func reading(of incident: UUID) -> SQL {
        """
        SELECT n.case_id, n.client_id, f.state, coalesce((SELECT max(number) FROM habeas.breach_content c WHERE c.case_id = n.case_id), 0),
               n.told_at, n.acknowledged_at,
               (SELECT due_at FROM habeas.deadline d WHERE d.subject_id = n.case_id AND d.clock = \(ClockRule.Clock.notifyClients.rawValue)),
               (SELECT due_at FROM habeas.deadline d WHERE d.subject_id = n.case_id AND d.clock = \(ClockRule.Clock.authority72h.rawValue)),
               (SELECT min(r.kind) FROM habeas.review r WHERE r.case_id = n.case_id AND r.settled_at IS NULL)
          FROM habeas.breach_notice n JOIN habeas.case_file f ON f.id = n.case_id
         WHERE n.incident_id = \(incident) ORDER BY n.client_id
        """
    }

    init(row: Row) throws {
        (notice, client, state, number, toldAt, acknowledgedAt, dueAt, authorityDueAt, task) = try row.decode(
            UUID.self,
            String.self,
            String.self,
            Int.self,
            Date?.self,
            Date?.self,
            Date?.self,
            Date?.self,
            String?.self
        )
    }

    var json: JSONValue {
        [
            "notice": JSONValue(notice), "client": .string(client), "state": .string(state), "number": .integer(number),
            "due_at": JSONValue(dueAt), "told_at": JSONValue(toldAt), "acknowledged_at": JSONValue(acknowledgedAt),
            "authority_72h": JSONValue(authorityDueAt), "task": JSONValue(task),
        ]
    }

    static var table: TextTable {
        TextTable(
            "CLIENT",
            "NUMBER",
            "DUE",
            "TOLD",
            "READ",
            "ITS AUTHORITY BY",
            "PERSON",
            "NOTICE",
            empty: "no client is known to be affected"
        )
    }

    func add(to table: inout TextTable) {
        table.add(
            client,
            "\(number)",
            dueAt?.short,
            toldAt?.short ?? "not yet",
            acknowledgedAt?.short,
            // Before our notice has reached it the client's time has not begun.
            authorityDueAt?.short ?? (toldAt == nil ? "not begun" : nil),
            task,
            notice.text
        )
    }
}
