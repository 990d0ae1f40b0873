/// One row of a result. Keeps the whole result alive.
public struct Row: Sendable {
    let result: ServerResult
    let index: Int

    public var count: Int { result.columnCount }

    /// The columns from left to right, as many as types are given.
    public func decode<each Value: PostgresDecodable>(
        _ types: repeat (each Value).Type
    ) throws -> (repeat each Value) {
        var column = 0
        return (repeat try next(&column, as: each types))
    }

    public func decode<Value: PostgresDecodable>(_ column: Int, as type: Value.Type = Value.self) throws -> Value {
        guard column >= 0, column < result.columnCount else {
            throw PostgresError(.decoding, detail: "column \(column + 1) asked for, the row has \(result.columnCount)")
        }
        do {
            // The cell's bytes live in the result, which this row holds until after the decoding.
            return try withExtendedLifetime(result) { try Value(postgres: result.cell(row: index, column: column)) }
        } catch let mismatch as Cell.Mismatch {
            throw error(mismatch, column: column, expected: type)
        }
    }

    public func decode<Value: PostgresDecodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        guard let column = result.column(name) else {
            throw PostgresError(.decoding, detail: "the row has no column of the name asked for")
        }
        return try decode(column, as: type)
    }

    @inline(__always)
    private func next<Value: PostgresDecodable>(_ column: inout Int, as type: Value.Type) throws -> Value {
        defer { column += 1 }
        return try decode(column, as: type)
    }

    private func error(_ mismatch: Cell.Mismatch, column: Int, expected: Any.Type) -> PostgresError {
        let found = result.columnType(column).description + (mismatch.reason.map { " with \($0)" } ?? "")
        var error = PostgresError(.decoding, detail: "asked for \(expected), found \(found)")
        error.column = result.columnName(column)
        return error
    }
}

/// Shows the shape, never a value.
extension Row: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "Row(\(count) columns)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["columns": count]) }
}
