extension Optional: PostgresBindable where Wrapped: PostgresBindable {
    public static var postgresType: PostgresType { Wrapped.postgresType }

    public var isPostgresNull: Bool {
        switch self {
        case .none: true
        case .some(let value): value.isPostgresNull
        }
    }

    public func encode(into writer: inout ParameterWriter) {
        if let self { self.encode(into: &writer) }
    }
}

extension Optional: PostgresElement where Wrapped: PostgresElement {
    public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public init(postgres cell: Cell) throws {
        self = cell.isNull ? nil : try Wrapped(postgres: cell)
    }
}
