import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One client on the list of those that an incident affects, as `habeas incidents clients` explains it.
struct ListedClient {
    let row: BreachClientRecord
    let toldAt: Date?

    var state: String {
        if row.exclusion != nil, row.approvedAt == nil { return "excluded" }
        guard row.approvedAt != nil else { return "waits" }
        return toldAt == nil ? "approved" : "told"
    }

    /// Why it is there.
    private var why: String {
        if let phase = row.phase { return "named by phase \(phase)" }
        return "\(row.systems.joined(separator: ", ")) can hold its data"
    }

    var json: JSONValue {
        [
            "client": .string(row.clientID), "state": .string(state), "why": .string(why),
            "phase": row.phase.map { .integer($0) } ?? .null, "systems": JSONValue(row.systems),
            "subjects_approx": row.subjects.map { .integer($0) } ?? .null,
            "records_approx": row.records.map { .integer($0) } ?? .null, "uncounted": .bool(row.isUncounted),
            "aware_at": JSONValue(row.awareAt), "due_at": JSONValue(row.dueAt),
            "approved_at": JSONValue(row.approvedAt), "told_at": JSONValue(toldAt),
            "excluded": row.exclusion.map {
                ["reason": .string($0.reason), "by": .string($0.by), "at": JSONValue($0.at)]
            } ?? .null,
        ]
    }

    static var table: TextTable {
        TextTable("CLIENT", "STATE", "WHY", "PEOPLE", "RECORDS", "AWARE", "DUE", "NOTE", empty: "nobody is on it")
    }

    func add(to table: inout TextTable) {
        table.add(
            row.clientID,
            state,
            why,
            row.subjects.map { "\($0)" } ?? (row.isUncounted ? "listed, not opened" : "not known"),
            row.records.map { "\($0)" } ?? "not known",
            row.awareAt.short,
            row.dueAt?.short,
            row.exclusion.map { "by \($0.by) at \($0.at.short): \($0.reason)" }
        )
    }
}
