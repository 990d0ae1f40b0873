import FoundationEssentials
import Postgres

/// What one client was told of a change, as `habeas notices show` lists it.
struct ToldClient {
    let notice: UUID
    let client: String
    let state: String
    let toldAt: Date?
    let until: Date?
    let objections: Int
    let task: String?

    /// - Parameter client: only those after it, in the order of their ids.
    static func reading(of announcement: UUID, after client: String?, limit: Int) -> SQL {
        """
        SELECT n.case_id, n.client_id, f.state, n.told_at, n.objections_until,
               (SELECT count(*) FROM habeas.announcement_objection o WHERE o.case_id = n.case_id),
               (SELECT min(r.kind) FROM habeas.review r WHERE r.case_id = n.case_id AND r.settled_at IS NULL)
          FROM habeas.announcement_notice n JOIN habeas.case_file f ON f.id = n.case_id
         WHERE n.announcement_id = \(announcement) AND (\(client)::text IS NULL OR n.client_id > \(client)::text)
         ORDER BY n.client_id LIMIT \(limit)
        """
    }

    init(row: Row) throws {
        (notice, client, state, toldAt, until, objections, task) = try row.decode(
            UUID.self,
            String.self,
            String.self,
            Date?.self,
            Date?.self,
            Int.self,
            String?.self
        )
    }

    var json: JSONValue {
        [
            "notice": JSONValue(notice), "client": .string(client), "state": .string(state),
            "told_at": JSONValue(toldAt),
            "objections_until": JSONValue(until), "objections": .integer(objections), "task": JSONValue(task),
        ]
    }

    static var table: TextTable {
        TextTable(
            "CLIENT",
            "STATE",
            "TOLD",
            "OBJECTIONS UNTIL",
            "OBJECTIONS",
            "PERSON",
            "NOTICE",
            empty: "no client has a notice yet"
        )
    }

    func add(to table: inout TextTable) {
        table.add(
            client,
            state,
            toldAt?.short ?? "not yet",
            until?.short ?? (toldAt == nil ? "not begun" : nil),
            "\(objections)",
            task,
            notice.text
        )
    }
}
