/// One tag of a template: of Mustache's, those with which a template cannot go wrong unseen.
///
/// Not among them: raw values (`{{{x}}}`, `{{&x}}`), transforms, other delimiters, pragmas, inheritance. The engine takes unknown
/// names for empty ones and says nothing; so tags are read here as well, and names and sections checked.
struct TemplateTag: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case value, section, inverted, end, partial
    }

    let kind: Kind
    let name: String
    let line: Int

    /// The tags of a text that begins in line `first` of its file.
    static func tags(of text: String, from first: Int, in file: String) throws(PolicyFault) -> [TemplateTag] {
        var tags: [TemplateTag] = []
        var line = first
        var rest = Substring(text)
        while let start = rest.firstRange(of: "{{") {
            line += rest[..<start.lowerBound].count { $0 == "\n" }
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "}}") else {
                throw fault(file, line, "a tag has no end", "write }}")
            }
            var body = rest[..<end.lowerBound]
            let lines = body.count { $0 == "\n" }
            rest = rest[end.upperBound...]
            let kind: Kind
            switch body.first {
            case "!":
                line += lines
                continue
            case "#": kind = .section
            case "^": kind = .inverted
            case "/": kind = .end
            case ">": kind = .partial
            default: kind = .value
            }
            if kind != .value { body = body.dropFirst() }
            let name = String(body.trimmingSpaces)
            guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
                throw fault(
                    file,
                    line,
                    "a tag is none of {{name}}, {{#name}}, {{^name}}, {{/name}}, {{>partial}}, {{! remark }}",
                    "write one of these"
                )
            }
            tags.append(TemplateTag(kind: kind, name: name, line: line))
        }
        if let stray = rest.firstRange(of: "}}") {
            line += rest[..<stray.lowerBound].count { $0 == "\n" }
            throw fault(file, line, "}} ends no tag", "remove it")
        }
        return tags
    }

    private static func fault(_ file: String, _ line: Int, _ fault: String, _ remedy: String) -> PolicyFault {
        PolicyFault(place: "\(file) line \(line):", fault: fault, remedy: remedy)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
