extension Int: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .int8 }
    public static var postgresArrayType: PostgresType { .int8Array }
    public func encode(into writer: inout ParameterWriter) { writer.append(Int64(self)) }

    /// Any of the server's integers.
    public init(postgres cell: Cell) throws { self = Int(try Int64(postgres: cell)) }
}

extension Int64: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .int8 }
    public static var postgresArrayType: PostgresType { .int8Array }
    public func encode(into writer: inout ParameterWriter) { writer.append(self) }

    /// Any of the server's integers.
    public init(postgres cell: Cell) throws {
        switch cell.type {
        case .int8: self = try cell.integer()
        case .int4: self = Int64(try cell.integer(Int32.self))
        case .int2: self = Int64(try cell.integer(Int16.self))
        default: throw Cell.Mismatch()
        }
    }
}

extension Int32: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .int4 }
    public static var postgresArrayType: PostgresType { .int4Array }
    public func encode(into writer: inout ParameterWriter) { writer.append(self) }

    /// `integer` or `smallint`.
    public init(postgres cell: Cell) throws {
        switch cell.type {
        case .int4: self = try cell.integer()
        case .int2: self = Int32(try cell.integer(Int16.self))
        default: throw Cell.Mismatch()
        }
    }
}

extension Int16: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .int2 }
    public static var postgresArrayType: PostgresType { .int2Array }
    public func encode(into writer: inout ParameterWriter) { writer.append(self) }

    public init(postgres cell: Cell) throws {
        guard cell.type == .int2 else { throw Cell.Mismatch() }
        self = try cell.integer()
    }
}

/// Alone a `smallint`; an array of bytes is one `bytea`.
extension UInt8: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .int2 }
    public static var postgresArrayType: PostgresType { .int2Array }
    public static var postgresListType: PostgresType { .bytea }
    public func encode(into writer: inout ParameterWriter) { writer.append(Int16(self)) }

    public static func encode(list: [UInt8], into writer: inout ParameterWriter) { writer.append(list) }

    public init(postgres cell: Cell) throws {
        guard let byte = UInt8(exactly: try Int16(postgres: cell)) else {
            throw Cell.Mismatch(reason: "a number that does not fit a byte")
        }
        self = byte
    }

    public static func decode(list cell: Cell) throws -> [UInt8] {
        guard cell.type == .bytea else { throw Cell.Mismatch() }
        try cell.requireValue()
        return [UInt8](cell.bytes)
    }
}
