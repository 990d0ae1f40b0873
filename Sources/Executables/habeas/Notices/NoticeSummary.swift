import FoundationEssentials
import Postgres

/// One announcement as lists show it: numbers and dates, no word of what it says.
struct NoticeSummary {
    let id: UUID
    let kind: String
    let publisher: String
    let about: String?
    let effectiveOn: String
    let announcedAt: Date
    let announcedBy: String
    let isSpread: Bool
    let clients: Int
    let told: Int
    /// Clients that object.
    let objecting: Int
    /// Clients whose notice waits for a person.
    let waiting: Int
    /// When the last window of those that were told ends.
    let until: Date?

    /// - Parameter condition: about `a`, the announcement.
    static func reading(where condition: SQL, limit: Int) -> SQL {
        """
        SELECT a.id, a.kind, a.publisher_id, coalesce(a.profile || ', ' || a.profile_version, a.system_id), a.effective_on::text,
               a.announced_at, a.announced_by::text, a.spread_at IS NOT NULL, count(n.case_id), count(n.told_at),
               count(n.case_id) FILTER (WHERE EXISTS (SELECT FROM habeas.announcement_objection o WHERE o.case_id = n.case_id)),
               count(n.case_id) FILTER (WHERE EXISTS (SELECT FROM habeas.review r WHERE r.case_id = n.case_id AND r.settled_at IS NULL)),
               max(n.objections_until)
          FROM (SELECT * FROM habeas.announcement a WHERE \(condition) ORDER BY a.id LIMIT \(limit)) AS a
          LEFT JOIN habeas.announcement_notice n ON n.announcement_id = a.id
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY a.id
        """
    }

    init(row: Row) throws {
        (
            id, kind, publisher, about, effectiveOn, announcedAt, announcedBy, isSpread, clients, told, objecting,
            waiting,
            until
        ) = try row.decode(
            UUID.self,
            String.self,
            String.self,
            String?.self,
            String.self,
            Date.self,
            String.self,
            Bool.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Date?.self
        )
    }

    var json: [(String, JSONValue)] {
        [
            ("announcement", JSONValue(id)), ("kind", .string(kind)), ("about", JSONValue(about)),
            ("publisher", .string(publisher)), ("effective_on", .string(effectiveOn)),
            ("announced_at", JSONValue(announcedAt)), ("announced_by", .string(announcedBy)),
            ("worked_out", JSONValue(isSpread)), ("clients", .integer(clients)), ("told", .integer(told)),
            ("objecting", .integer(objecting)), ("waiting_for_person", .integer(waiting)),
            ("objections_until", JSONValue(until)),
        ]
    }

    static var table: TextTable {
        TextTable(
            "KIND",
            "ABOUT",
            "EFFECTIVE",
            "SENT",
            "CLIENTS",
            "TOLD",
            "OBJECT",
            "UNTIL",
            "PERSON",
            "ID",
            empty: "no notices"
        )
    }

    func add(to table: inout TextTable) {
        table.add(
            kind,
            about,
            effectiveOn,
            announcedAt.short,
            isSpread ? "\(clients)" : "\(clients)…",
            "\(told)",
            "\(objecting)",
            until?.short,
            "\(waiting)",
            id.text
        )
    }
}
