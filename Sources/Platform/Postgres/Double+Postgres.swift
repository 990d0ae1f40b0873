extension Double: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .float8 }
    public static var postgresArrayType: PostgresType { .float8Array }
    public func encode(into writer: inout ParameterWriter) { writer.append(bitPattern) }

    /// `double precision` or `real`.
    public init(postgres cell: Cell) throws {
        switch cell.type {
        case .float8: self = Double(bitPattern: try cell.integer())
        case .float4: self = Double(Float(bitPattern: try cell.integer()))
        default: throw Cell.Mismatch()
        }
    }
}
