/// A value that can be a parameter of a statement, in PostgreSQL's binary format.
public protocol PostgresBindable: Sendable {
    /// What the server is told the parameter is. The server casts from it where it would cast a column of that type.
    static var postgresType: PostgresType { get }

    var isPostgresNull: Bool { get }

    /// Appends the value's bytes, without a length. Not called for NULL.
    func encode(into writer: inout ParameterWriter)
}

/// A bindable value of which arrays can be bound too.
public protocol PostgresElement: PostgresBindable {
    /// The server's type of an array of these.
    static var postgresArrayType: PostgresType { get }

    /// What a Swift array of these is bound as: `postgresArrayType`, except for bytes, which are one `bytea`.
    static var postgresListType: PostgresType { get }

    static func encode(list: [Self], into writer: inout ParameterWriter)
}

extension PostgresBindable {
    public var isPostgresNull: Bool { false }
}

extension PostgresElement {
    public static var postgresListType: PostgresType { postgresArrayType }

    public static func encode(list: [Self], into writer: inout ParameterWriter) {
        let hasNull = list.contains { $0.isPostgresNull }
        // Sixteen bytes an element is a guess that fits numbers, ids and times; more grows the buffer by doubling.
        writer.reserve(20 + list.count * 20)
        writer.arrayHeader(of: postgresType, count: list.count, hasNull: hasNull)
        for value in list {
            if value.isPostgresNull {
                writer.append(Int32(-1))
            } else {
                writer.element { value.encode(into: &$0) }
            }
        }
    }
}

/// Enumerations with raw values bind as their raw value: declare the conformance, nothing else.
extension PostgresBindable where Self: RawRepresentable, RawValue: PostgresBindable {
    public static var postgresType: PostgresType { RawValue.postgresType }
    public var isPostgresNull: Bool { rawValue.isPostgresNull }
    public func encode(into writer: inout ParameterWriter) { rawValue.encode(into: &writer) }
}

extension PostgresElement where Self: RawRepresentable, RawValue: PostgresElement {
    public static var postgresArrayType: PostgresType { RawValue.postgresArrayType }
}
