/// JSON as its text, unparsed. Bound as `jsonb`, read from `jsonb` and `json`.
public struct JSONText: Hashable, Sendable {
    /// UTF-8.
    public var bytes: [UInt8]

    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    public var text: String {
        String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONText: PostgresElement, PostgresDecodable {
    public static var postgresType: PostgresType { .jsonb }
    public static var postgresArrayType: PostgresType { .jsonbArray }
    private static let version: UInt8 = 1

    public func encode(into writer: inout ParameterWriter) {
        writer.append(Self.version)
        writer.append(bytes)
    }

    public init(postgres cell: Cell) throws {
        guard cell.type == .jsonb || cell.type == .json else { throw Cell.Mismatch() }
        try cell.requireValue()
        guard cell.type == .jsonb else {
            bytes = [UInt8](cell.bytes)
            return
        }
        guard cell.bytes.first == Self.version else { throw Cell.Mismatch(reason: "a version of jsonb not known here") }
        bytes = [UInt8](cell.bytes.dropFirst())
    }
}

/// Shows its length only: documents hold values.
extension JSONText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "JSONText(\(bytes.count) bytes)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["count": bytes.count]) }
}
