/// Bound as `text`: the server casts that to `varchar` and `char` columns by itself, to enumerations and JSON only when
/// the statement says so.
extension String: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .text }
    public static var postgresArrayType: PostgresType { .textArray }

    public func encode(into writer: inout ParameterWriter) {
        writer.append(self)
    }

    public init(postgres cell: Cell) throws {
        switch cell.type {
        case .text, .varchar, .bpchar, .name, .unknown, .json: break
        default: throw Cell.Mismatch()
        }
        try cell.requireValue()
        self = String(decoding: cell.bytes, as: UTF8.self)
    }
}
