/// Why a template cannot be filled in. Says nothing of the value.
package enum HTTPTemplateFault: Error, Hashable {
    /// There is no value for one of its places.
    case missing
    /// A value could mean something else than itself where it would stand.
    case unsafe
}

extension HTTPTemplate {
    /// Where the text goes, which decides how values are written there.
    package enum Form: Sendable {
        /// Path or query of a URL.
        case path
        case json
        case form
        /// A header, or a place in a reply: as it is, on one line.
        case line
        /// To be compared with: as it is.
        case text
    }

    /// The text with values in its places, each written so that it can be nothing but a value.
    package func filled(
        _ values: [HTTPPlaceholder: String],
        as form: Form
    ) throws(HTTPTemplateFault) -> String {
        var result = ""
        var isQuoted = false
        for piece in pieces {
            switch piece {
            case .text(let text):
                if form == .json { Self.follow(text, &isQuoted) }
                result += text
            case .place(let placeholder):
                guard let value = values[placeholder] else { throw .missing }
                result += try Self.written(value, form, isQuoted: isQuoted)
            }
        }
        return result
    }

    private static func written(
        _ value: String,
        _ form: Form,
        isQuoted: Bool
    ) throws(HTTPTemplateFault) -> String {
        switch form {
        case .path:
            // An empty part would name the whole collection, dots the one above.
            guard value.contains(where: { $0 != "." }), CanonicalText.isOneLine(value) else { throw .unsafe }
            return percentEncoded(value)
        case .form: return percentEncoded(value)
        case .json where isQuoted:
            var writer = JSONWriter(capacity: value.utf8.count + 2)
            writer.string(value)
            return String(decoding: writer.bytes.dropFirst().dropLast(), as: UTF8.self)
        case .json:
            guard value.wholeMatch(of: /-?(0|[1-9][0-9]{0,18})/) != nil else { throw .unsafe }
            return value
        case .line:
            guard CanonicalText.isOneLine(value) else { throw .unsafe }
            return value
        case .text: return value
        }
    }

    /// Whether what comes after `text` stands in a string of JSON. No piece ends within an escape: a backslash before a brace is
    /// no JSON.
    private static func follow(_ text: String, _ isQuoted: inout Bool) {
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            }
        }
    }

    /// Everything but what RFC 3986 calls unreserved.
    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
