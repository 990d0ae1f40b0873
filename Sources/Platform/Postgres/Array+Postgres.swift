extension Array: PostgresBindable where Element: PostgresElement {
    public static var postgresType: PostgresType { Element.postgresListType }

    public func encode(into writer: inout ParameterWriter) {
        Element.encode(list: self, into: &writer)
    }
}

/// Bytes are the one array that can be an element: a `bytea[]`.
extension Array: PostgresElement where Element == UInt8 {
    public static var postgresArrayType: PostgresType { .byteaArray }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    public init(postgres cell: Cell) throws {
        self = try Element.decode(list: cell)
    }
}
