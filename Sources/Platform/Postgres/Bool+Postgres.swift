extension Bool: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .bool }
    public static var postgresArrayType: PostgresType { .boolArray }
    public func encode(into writer: inout ParameterWriter) { writer.append(UInt8(self ? 1 : 0)) }

    public init(postgres cell: Cell) throws {
        guard cell.type == .bool else { throw Cell.Mismatch() }
        self = try cell.integer(UInt8.self) != 0
    }
}
