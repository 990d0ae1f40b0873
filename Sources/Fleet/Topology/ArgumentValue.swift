/// The value of a queue's or exchange's argument, as far as ours need.
package enum ArgumentValue: Sendable, Hashable, Codable, CustomStringConvertible {
    case text(String)
    case number(Int)
    /// Of a kind that we never declare; found on the broker only.
    case other

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .other
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .other: try container.encodeNil()
        }
    }

    package var description: String {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .other: "a value of another kind"
        }
    }
}
