import Postgres
import Rights

/// Rows of one table, by their primary keys.
struct PersonRows: Sendable {
    let table: PostgresDescription.Table
    private let shapes: [ColumnShape]
    /// One list for each column of the key.
    private var keys: [[String]]

    init(_ table: PostgresDescription.Table, _ all: TableShapes) throws {
        self.table = table
        var shapes: [ColumnShape] = []
        for column in table.key { shapes.append(try all.column(column, of: table.name)) }
        self.shapes = shapes
        keys = Array(repeating: [], count: shapes.count)
    }

    var count: Int { keys.first?.count ?? 0 }
    var isEmpty: Bool { count == 0 }

    /// The key's columns as texts, for a list of columns.
    static func columns(_ table: PostgresDescription.Table) -> SQL {
        table.key.map { "\(SQL.column($0, of: "t"))::text" as SQL }.joined(", ")
    }

    /// The key's columns, for an order.
    static func order(_ table: PostgresDescription.Table) -> SQL {
        table.key.map { SQL.column($0, of: "t") }.joined(", ")
    }

    mutating func add(_ row: Row) throws {
        for index in keys.indices { keys[index].append(try row.decode(index, as: String.self)) }
    }

    /// `t` is one of them.
    var condition: SQL {
        let columns = table.key.map { SQL.column($0, of: "t") }
        let lists = zip(shapes, keys).map { $0.array($1) }
        if columns.count == 1 { return "\(columns[0]) = ANY(\(lists[0]))" }
        return "(\(columns.joined(", "))) IN (SELECT * FROM unnest(\(lists.joined(", "))))"
    }

    /// `t` comes after the row with this key.
    func isAfter(_ key: [String]) -> SQL {
        let values = zip(shapes, key).map { $0.value($1) }
        return "(\(Self.order(table))) > (\(values.joined(", ")))"
    }

    subscript(range: Range<Int>) -> PersonRows {
        var part = self
        part.keys = keys.map { Array($0[range]) }
        return part
    }

    var last: [String] { keys.compactMap(\.last) }
}
