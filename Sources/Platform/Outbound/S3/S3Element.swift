/// An element of a reply's XML with what is inside. Reads what object stores write and nothing more: elements, text, the five
/// entities and references to characters. Declarations of types, comments and processing instructions are refused, attributes
/// passed over.
struct S3Element {
    /// Without a prefix.
    let name: String
    private(set) var text = ""
    private(set) var children: [S3Element] = []

    /// nil for what is not one whole element.
    init?(parsing bytes: [UInt8]) {
        var scanner = Scanner(bytes: bytes)
        guard let element = scanner.document() else { return nil }
        self = element
    }

    private init(name: String) { self.name = name }

    /// The text of the first child of that name.
    func value(_ name: String) -> String? { children.first { $0.name == name }?.text }

    func all(_ name: String) -> [S3Element] { children.filter { $0.name == name } }

    /// Text as it may stand inside an element.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private struct Scanner {
        let bytes: [UInt8]
        var index = 0
        private static let depthLimit = 16

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func document() -> S3Element? {
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
            skipBlanks()
            if take("<?xml") {
                guard take(through: "?>") != nil else { return nil }
                skipBlanks()
            }
            guard let root = element(depth: 0) else { return nil }
            skipBlanks()
            return index == bytes.count ? root : nil
        }

        private mutating func element(depth: Int) -> S3Element? {
            guard depth < Self.depthLimit, take("<"), let name = name(), let isEmpty = restOfTag() else { return nil }
            var element = S3Element(name: name.split(separator: ":").last.map(String.init) ?? name)
            if isEmpty { return element }
            while true {
                guard let run = text() else { return nil }
                element.text += run
                if take("</") {
                    guard self.name() == name else { return nil }
                    skipBlanks()
                    return take(">") ? element : nil
                }
                guard let child = self.element(depth: depth + 1) else { return nil }
                element.children.append(child)
            }
        }

        /// Attributes and the end of the tag; whether the element is empty.
        private mutating func restOfTag() -> Bool? {
            while true {
                skipBlanks()
                if take("/>") { return true }
                if take(">") { return false }
                guard name() != nil else { return nil }
                skipBlanks()
                guard take("=") else { return nil }
                skipBlanks()
                guard let value = take("\"") ? take(through: "\"") : take("'") ? take(through: "'") : nil,
                    !value.contains(UInt8(ascii: "<"))
                else { return nil }
            }
        }

        private mutating func name() -> String? {
            let start = index
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                    UInt8(ascii: ":"):
                    break
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    guard index > start else { return nil }
                default:
                    return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
                }
                index += 1
            }
            return nil
        }

        /// Up to the next tag; nil where none comes.
        private mutating func text() -> String? {
            var run: [UInt8] = []
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "<"):
                    return String(validating: run, as: UTF8.self)
                case UInt8(ascii: "&"):
                    guard let scalar = reference() else { return nil }
                    run += Array(String(scalar).utf8)
                default:
                    run.append(bytes[index])
                    index += 1
                }
            }
            return nil
        }

        private mutating func reference() -> Unicode.Scalar? {
            index += 1
            guard let bytes = take(through: ";"), bytes.count <= 10 else { return nil }
            let word = String(decoding: bytes, as: UTF8.self)
            switch word {
            case "amp": return "&"
            case "lt": return "<"
            case "gt": return ">"
            case "quot": return "\""
            case "apos": return "'"
            default:
                guard word.hasPrefix("#") else { return nil }
                let isHexadecimal = word.hasPrefix("#x")
                let digits = word.dropFirst(isHexadecimal ? 2 : 1)
                guard digits.first != "+", digits.first != "-" else { return nil }
                return UInt32(digits, radix: isHexadecimal ? 16 : 10).flatMap { Unicode.Scalar($0) }
            }
        }

        private mutating func skipBlanks() {
            while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
        }

        private mutating func take(_ word: String) -> Bool {
            guard bytes[index...].starts(with: word.utf8) else { return false }
            index += word.utf8.count
            return true
        }

        /// What stands before the mark, which is passed.
        private mutating func take(through mark: String) -> ArraySlice<UInt8>? {
            let start = index
            while index < bytes.count {
                let end = index
                if take(mark) { return bytes[start..<end] }
                index += 1
            }
            return nil
        }
    }
}
