public import FoundationEssentials

extension UUID: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .uuid }
    public static var postgresArrayType: PostgresType { .uuidArray }

    public func encode(into writer: inout ParameterWriter) {
        withUnsafeBytes(of: uuid) { writer.append($0) }
    }

    public init(postgres cell: Cell) throws {
        guard cell.type == .uuid else { throw Cell.Mismatch() }
        try cell.requireValue()
        guard cell.bytes.count == 16 else { throw Cell.Mismatch(reason: "a value of another width") }
        self.init(uuid: cell.bytes.loadUnaligned(as: uuid_t.self))
    }
}
