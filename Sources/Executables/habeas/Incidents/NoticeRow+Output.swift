import FoundationEssentials
import Ledger

extension NoticeRow {
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
