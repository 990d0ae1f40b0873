import FoundationEssentials
import Ledger
import Postgres

/// An export as it is listed: numbers, dates and digests.
struct ExportRow {
    let export: ExportRecord
    let collectedRows: Int
    let collectedBytes: Int

    /// - Parameter condition: over `e`, an export.
    static func reading(where condition: SQL, limit: Int) -> SQL {
        """
        SELECT \(ExportRecord.columns),
               (SELECT coalesce(sum(p.rows), 0)::int8 FROM habeas.export_piece p WHERE p.export_id = e.id) AS collected_rows,
               (SELECT coalesce(sum(p.bytes), 0)::int8 FROM habeas.export_piece p WHERE p.export_id = e.id) AS collected_bytes
          FROM habeas.export e WHERE \(condition) ORDER BY e.id LIMIT \(limit)
        """
    }

    init(row: Row) throws {
        export = try ExportRecord(row: row)
        collectedRows = Int(try row.decode("collected_rows", as: Int64.self))
        collectedBytes = Int(try row.decode("collected_bytes", as: Int64.self))
    }

    var json: JSONValue {
        [
            "export": JSONValue(export.id), "request": JSONValue(export.caseID), "client": JSONValue(export.clientID),
            "list": JSONValue(export.list), "state": .string(export.state.rawValue),
            "collected_rows": .integer(collectedRows),
            "collected_bytes": .integer(collectedBytes), "rows": JSONValue(export.bundle?.rows),
            "bytes": JSONValue(export.bundle?.bytes), "sha256": JSONValue(export.bundle?.sha256),
            "gaps": JSONValue(export.bundle?.gaps), "hand_over": JSONValue(export.handOver?.state.rawValue),
            "receiver": JSONValue(export.handOver?.receiver),
            "handed_over_at": JSONValue(export.handOver?.doneAt), "begun_at": JSONValue(export.begunAt),
            "ready_at": JSONValue(export.readyAt), "expires_at": JSONValue(export.expiresAt),
            "expired_at": JSONValue(export.expiredAt), "deleted_at": JSONValue(export.deletedAt),
        ]
    }

    static var table: TextTable {
        TextTable(
            "EXPORT",
            "REQUEST",
            "CLIENT",
            "LIST",
            "STATE",
            "ROWS",
            "BYTES",
            "GAPS",
            "UNTIL",
            "HANDED OVER",
            empty: "no exports"
        )
    }

    func add(to table: inout TextTable) {
        table.add(
            export.id.text,
            export.caseID.text,
            export.clientID,
            export.list.map(String.init),
            export.state.rawValue,
            String(export.bundle?.rows ?? collectedRows),
            String(export.bundle?.bytes ?? collectedBytes),
            export.bundle.map { String($0.gaps) },
            export.expiresAt?.short,
            export.handOver.map(Self.words)
        )
    }

    /// `globex 2026-03-02 10:00`, or why not.
    private static func words(_ handOver: ExportRecord.HandOver) -> String {
        let how = handOver.doneAt?.short ?? handOver.state.rawValue
        return [handOver.receiver, how].compactMap { $0 }.joined(separator: " ")
    }
}
