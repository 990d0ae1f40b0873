/// The object identifier of a PostgreSQL type. Built-in types have the same one in every database.
public struct PostgresType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let bool = PostgresType(rawValue: 16)
    public static let bytea = PostgresType(rawValue: 17)
    public static let name = PostgresType(rawValue: 19)
    public static let int8 = PostgresType(rawValue: 20)
    public static let int2 = PostgresType(rawValue: 21)
    public static let int4 = PostgresType(rawValue: 23)
    public static let text = PostgresType(rawValue: 25)
    public static let json = PostgresType(rawValue: 114)
    public static let float4 = PostgresType(rawValue: 700)
    public static let float8 = PostgresType(rawValue: 701)
    public static let unknown = PostgresType(rawValue: 705)
    public static let bpchar = PostgresType(rawValue: 1042)
    public static let varchar = PostgresType(rawValue: 1043)
    public static let timestamptz = PostgresType(rawValue: 1184)
    public static let interval = PostgresType(rawValue: 1186)
    public static let numeric = PostgresType(rawValue: 1700)
    public static let void = PostgresType(rawValue: 2278)
    public static let uuid = PostgresType(rawValue: 2950)
    public static let jsonb = PostgresType(rawValue: 3802)

    public static let boolArray = PostgresType(rawValue: 1000)
    public static let byteaArray = PostgresType(rawValue: 1001)
    public static let int2Array = PostgresType(rawValue: 1005)
    public static let int4Array = PostgresType(rawValue: 1007)
    public static let textArray = PostgresType(rawValue: 1009)
    public static let int8Array = PostgresType(rawValue: 1016)
    public static let float4Array = PostgresType(rawValue: 1021)
    public static let float8Array = PostgresType(rawValue: 1022)
    public static let timestamptzArray = PostgresType(rawValue: 1185)
    public static let intervalArray = PostgresType(rawValue: 1187)
    public static let uuidArray = PostgresType(rawValue: 2951)
    public static let jsonbArray = PostgresType(rawValue: 3807)

    /// The type's SQL name where it is one of the above, else its number.
    public var description: String {
        Self.names[self] ?? "type \(rawValue)"
    }

    private static let names: [PostgresType: String] = [
        .bool: "boolean", .bytea: "bytea", .name: "name", .int8: "bigint", .int2: "smallint", .int4: "integer",
        .text: "text", .json: "json", .float4: "real", .float8: "double precision", .unknown: "unknown",
        .bpchar: "character", .varchar: "character varying", .timestamptz: "timestamp with time zone",
        .interval: "interval", .numeric: "numeric", .void: "void", .uuid: "uuid", .jsonb: "jsonb",
        .boolArray: "boolean[]", .byteaArray: "bytea[]", .int2Array: "smallint[]", .int4Array: "integer[]",
        .textArray: "text[]", .int8Array: "bigint[]", .float4Array: "real[]", .float8Array: "double precision[]",
        .timestamptzArray: "timestamp with time zone[]", .intervalArray: "interval[]", .uuidArray: "uuid[]",
        .jsonbArray: "jsonb[]",
        PostgresType(rawValue: 1015): "character varying[]", PostgresType(rawValue: 1082): "date",
        PostgresType(rawValue: 1114): "timestamp without time zone", PostgresType(rawValue: 199): "json[]",
    ]
}
