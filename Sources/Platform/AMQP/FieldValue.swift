public import FoundationEssentials

/// A value in a header or argument table.
public enum FieldValue: Sendable, Equatable {
    case bool(Bool)
    /// Every integer width of the wire; written as 64 bits.
    case int(Int64)
    case double(Double)
    /// `value` divided by ten to the power of `scale`.
    case decimal(scale: UInt8, value: UInt32)
    case string(String)
    case bytes([UInt8])
    /// Whole seconds on the wire.
    case timestamp(Date)
    case array([FieldValue])
    case table([String: FieldValue])
    case null
    /// Stands for a table or array below the depth limit, which was not read any further.
    case tooDeep

    /// Tables and arrays inside each other beyond this depth are neither read nor written.
    public static let depthLimit = 32

    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var intValue: Int? {
        if case .int(let value) = self { Int(exactly: value) } else { nil }
    }
}

extension FieldValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
