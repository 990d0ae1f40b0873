import Fleet
import FoundationEssentials

/// Markup, written as a string literal in which `\(value)` becomes text and never markup, unless it is markup itself.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
        mutating func appendInterpolation(_ value: Substring) { text += HTML.escaped(String(value)) }
        mutating func appendInterpolation(_ value: Int) { text += String(value) }
        mutating func appendInterpolation(_ value: HTML) { text += value.text }
        mutating func appendInterpolation(_ values: [HTML]) { for value in values { text += value.text } }
        /// Nothing where there is nothing.
        mutating func appendInterpolation(optional value: HTML?) { text += value?.text ?? "" }
    }

    /// Escaped for content and for attributes. Characters that draw (line ends, control characters, those that turn the direction of
    /// writing) are dots: what somebody stored must not rearrange the page.
    private static func escaped(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: scalars.append("·")
            default: scalars.append(scalar == "\u{FFFE}" || scalar == "\u{FFFF}" ? "·" : scalar)
            }
        }
        return HTMLText.escaped(String(scalars))
    }
}
