import FoundationEssentials
import Ledger
import Postgres
import Rights

/// How far the copy of one case is, or the erasure of a client's data: at each system, and what is left of the whole.
struct CaseProgress {
    let request: UUID
    let client: String?
    let parts: [WorkProgress]

    private var estimate: WorkEstimate { WorkEstimate(parts) }

    var json: JSONValue {
        let estimate = estimate
        return [
            "request": JSONValue(request), "client": JSONValue(client),
            "operation": JSONValue(parts.first?.operation.rawValue), "rows": .integer(estimate.rows),
            "bytes": .integer(estimate.bytes), "files": .integer(estimate.files),
            "rows_left_estimated": .integer(estimate.rowsLeft), "left_unknown_at": JSONValue(estimate.unknown),
            "systems_done": .integer(estimate.done), "systems": .array(parts.map(\.json)),
        ]
    }

    /// `~ 12000 rows, and unknown at crm, archive`
    private var left: String {
        let estimate = estimate
        guard estimate.done < estimate.systems else {
            return parts.first?.operation == .collect ? "the bundle" : "nothing"
        }
        let unknown = estimate.unknown.joined(separator: ", ")
        guard estimate.unknown.count < estimate.systems - estimate.done else { return "unknown at \(unknown)" }
        return "~ \(estimate.rowsLeft) rows" + (unknown.isEmpty ? "" : ", and unknown at \(unknown)")
    }

    static var table: TextTable {
        TextTable("IN WORK", "CLIENT", "SYSTEM", "STATE", "ROWS", "BYTES", "FILES", "LEFT", "CAUSE", empty: "")
    }

    /// A line for the whole, and one for each system.
    ///
    /// - Parameter isWhole: whether systems that are through have a line, too.
    func add(to table: inout TextTable, isWhole: Bool) {
        let estimate = estimate
        table.add(
            request.text,
            client,
            "\(estimate.systems) systems",
            "\(estimate.done) through",
            String(estimate.rows),
            String(estimate.bytes),
            String(estimate.files),
            left,
            nil
        )
        for part in parts where isWhole || !part.state.isFinal {
            table.add(
                nil,
                nil,
                part.system,
                part.state.rawValue,
                String(part.rows),
                String(part.bytes),
                String(part.files),
                part.rowsLeft.map { part.state.isFinal ? "0" : "~ \($0) of \(part.rows + $0)" } ?? "unknown",
                part.cause
            )
        }
    }
}

extension CaseProgress {
    /// Nil for a case of which nothing takes its time.
    ///
    /// - Parameter rows: of ``WorkProgress/reading(of:)`` for this case.
    init?(_ request: UUID, client: String?, _ rows: Rows) throws {
        let parts = try rows.map { try WorkProgress.decode($0).progress }
        guard !parts.isEmpty else { return nil }
        self.init(request: request, client: client, parts: parts)
    }
}

extension WorkProgress {
    fileprivate var json: JSONValue {
        [
            "system": .string(system), "part": .string(part.rawValue), "state": .string(state.rawValue),
            "cause": JSONValue(cause), "rows": .integer(rows), "bytes": .integer(bytes), "files": .integer(files),
            "rows_estimated": JSONValue(total), "rows_left_estimated": JSONValue(rowsLeft),
        ]
    }
}
