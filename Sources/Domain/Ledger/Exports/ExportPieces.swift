package import FoundationEssentials
package import Postgres
package import Rights

/// The rows of `export_piece`: what connectors have put into the store.
package enum ExportPieces {
    /// A piece, and which part of the case it is of.
    package struct Entry: Sendable, Hashable {
        package let target: UUID
        /// The target's key while it was collected.
        package let key: UUID
        package let piece: CopiedPiece

        package init(target: UUID, key: UUID, piece: CopiedPiece) {
            self.target = target
            self.key = key
            self.piece = piece
        }
    }

    /// What is known already stays as it is: the same slice is entered once.
    package static func insert(_ entries: [Entry], of export: UUID) -> SQL {
        """
        INSERT INTO habeas.export_piece (object, export_id, target_id, target_key, ordinal, dataset, is_file, rows, bytes)
        SELECT n.object, \(export), n.target, n.key, n.ordinal, n.dataset, n.is_file, n.rows, n.bytes
          FROM unnest(\(entries.map(\.piece.object))::text[], \(entries.map(\.target))::uuid[], \(entries.map(\.key))::uuid[],
                 \(entries.map { Int32($0.piece.ordinal) })::int4[], \(entries.map(\.piece.dataset))::text[],
                 \(entries.map(\.piece.isFile))::bool[], \(entries.map { Int64($0.piece.rows) })::int8[],
                 \(entries.map { Int64($0.piece.bytes) })::int8[])
            AS n (object, target, key, ordinal, dataset, is_file, rows, bytes)
            ON CONFLICT (object) DO NOTHING
        """
    }

    /// Of the exports of these cases that are not over, in the order in which they were collected.
    package static func reading(ofCases cases: [UUID]) -> SQL {
        """
        SELECT p.target_id, p.target_key, p.object, p.ordinal, p.dataset, p.is_file, p.rows, p.bytes
          FROM habeas.export e JOIN habeas.export_piece p ON p.export_id = e.id
         WHERE e.case_id = ANY(\(cases)::uuid[]) AND e.state <> 'expired' ORDER BY p.target_id, p.ordinal
        """
    }

    package static func decode(_ row: Row) throws -> Entry {
        let (target, key, object, ordinal, dataset, isFile, rows, bytes) = try row.decode(
            UUID.self,
            UUID.self,
            String.self,
            Int.self,
            String.self,
            Bool.self,
            Int64.self,
            Int64.self
        )
        let piece = CopiedPiece(
            dataset,
            ordinal: ordinal,
            object: object,
            rows: Int(rows),
            bytes: Int(bytes),
            isFile: isFile
        )
        return Entry(target: target, key: key, piece: piece)
    }
}
