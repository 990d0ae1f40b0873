/// The answer to one statement, read in place from the memory it was received in.
public struct Rows: Sendable, RandomAccessCollection {
    let result: ServerResult

    init(_ result: ServerResult) {
        self.result = result
        count = result.rowCount
    }

    public let count: Int
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }
    public subscript(position: Int) -> Row {
        precondition(position >= 0 && position < count, "row \(position) of \(count)")
        return Row(result: result, index: position)
    }

    public var columns: [Column] {
        (0..<result.columnCount).map { Column(name: result.columnName($0), type: result.columnType($0)) }
    }

    /// Rows inserted, updated, deleted or returned, as the server counts them.
    public var affected: Int { result.affected }

    /// Bytes of memory that the answer takes.
    public var memory: Int { result.memory }

    public struct Column: Sendable, Hashable {
        public let name: String
        public let type: PostgresType
    }

    /// All rows, each as a tuple of its columns from left to right.
    public func decode<each Value: PostgresDecodable>(
        _ types: repeat (each Value).Type
    ) throws -> [(repeat each Value)] {
        var list: [(repeat each Value)] = []
        list.reserveCapacity(count)
        for row in self {
            list.append(try row.decode(repeat each types))
        }
        return list
    }

    /// All rows' first column.
    public func decode<Value: PostgresDecodable>(column: Int = 0, as type: Value.Type) throws -> [Value] {
        try map { try $0.decode(column, as: type) }
    }

    /// The one row there is.
    /// - Throws: ``PostgresError/Code/decoding`` for none and for more.
    public var only: Row {
        get throws {
            guard count == 1 else { throw PostgresError(.decoding, detail: "\(count) rows where one was expected") }
            return self[0]
        }
    }
}

/// Shows the shape, never a value.
extension Rows: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "Rows(\(count) rows, \(result.columnCount) columns)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["count": count]) }
}
