/// A value that can be read from a column of a result, in PostgreSQL's binary format.
public protocol PostgresDecodable {
    /// - Throws: ``Cell/Mismatch`` where the cell holds something else; the reader adds the column's name.
    init(postgres cell: Cell) throws

    /// Reads a Swift array of these. An SQL array, except for bytes, which are one `bytea`.
    static func decode(list cell: Cell) throws -> [Self]
}

extension PostgresDecodable {
    public static func decode(list cell: Cell) throws -> [Self] {
        try cell.requireValue()
        var reader = CellReader(cell.bytes)
        let dimensions = try reader.next(Int32.self)
        _ = try reader.next(Int32.self)
        let type = PostgresType(rawValue: try reader.next(UInt32.self))
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw Cell.Mismatch(reason: "an array of more than one dimension") }
        let count = Int(try reader.next(Int32.self))
        _ = try reader.next(Int32.self)
        var list: [Self] = []
        list.reserveCapacity(count)
        for _ in 0..<count {
            list.append(try Self(postgres: try reader.cell(of: type)))
        }
        return list
    }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    public init(postgres cell: Cell) throws {
        guard let value = Self(rawValue: try RawValue(postgres: cell)) else {
            throw Cell.Mismatch(reason: "a value that the enumeration does not have")
        }
        self = value
    }
}
