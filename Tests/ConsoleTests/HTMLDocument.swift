import Foundation

/// HTML as the console writes it, read strictly: every element is closed where it was opened, every attribute quoted, every special
/// character escaped.
struct HTMLDocument {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    final class Element {
        let name: String
        let attributes: [String: String]
        private(set) var children: [Element] = []
        private(set) var own = ""
        private(set) weak var parent: Element?

        init(_ name: String, _ attributes: [String: String], in parent: Element?) {
            self.name = name
            self.attributes = attributes
            self.parent = parent
            parent?.children.append(self)
        }

        func add(_ text: String) { own += text }

        /// All text below it, for people.
        var text: String {
            (own + " " + children.map(\.text).joined(separator: " ")).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        var all: [Element] { [self] + children.flatMap(\.all) }

        func isInside(_ name: String) -> Bool { parent.map { $0.name == name || $0.isInside(name) } ?? false }
    }

    let root: Element
    var all: [Element] { root.all }

    func named(_ names: String...) -> [Element] { all.filter { names.contains($0.name) } }

    private static let void: Set<String> = ["meta", "link", "input", "br", "hr", "img"]
    private static let entities = ["&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'", "&amp;": "&"]

    init(_ text: String) throws {
        let prefix = "<!DOCTYPE html>\n"
        guard text.hasPrefix(prefix) else { throw Fault(description: "no doctype") }
        let document = Element("#document", [:], in: nil)
        var open = [document]
        var rest = text.dropFirst(prefix.count)
        while let next = rest.firstIndex(of: "<") {
            try open[open.count - 1].add(Self.plain(rest[..<next]))
            guard let end = rest[next...].firstIndex(of: ">") else { throw Fault(description: "a tag is not closed") }
            let tag = rest[rest.index(after: next)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.count > 1, open[open.count - 1].name == tag.dropFirst() else {
                    throw Fault(description: "</\(tag.dropFirst())> closes <\(open[open.count - 1].name)>")
                }
                open.removeLast()
                continue
            }
            let (name, attributes, isClosed) = try Self.tag(tag)
            let element = Element(name, attributes, in: open[open.count - 1])
            if !isClosed, !Self.void.contains(name) { open.append(element) }
        }
        try open[open.count - 1].add(Self.plain(rest))
        guard open.count == 1, document.children.count == 1 else { throw Fault(description: "an element is left open") }
        root = document.children[0]
    }

    private static func tag(_ tag: Substring) throws -> (String, [String: String], Bool) {
        guard let head = tag.prefixMatch(of: /[a-zA-Z][a-zA-Z0-9]*/) else { throw Fault(description: "<\(tag)>") }
        var attributes: [String: String] = [:]
        var rest = tag[head.range.upperBound...]
        while let match = rest.prefixMatch(of: /\s+([a-zA-Z][a-zA-Z0-9-]*)(="([^"]*)")?/) {
            let name = String(match.1)
            guard attributes[name] == nil else { throw Fault(description: "\(name) twice in <\(tag)>") }
            attributes[name] = try plain(match.3 ?? "")
            rest = rest[match.range.upperBound...]
        }
        let isClosed = rest.trimmingCharacters(in: .whitespaces) == "/"
        guard rest.isEmpty || isClosed else { throw Fault(description: "<\(tag)> is malformed at \(rest)") }
        return (String(head.0), attributes, isClosed)
    }

    private static func plain(_ text: Substring) throws -> String {
        guard !text.contains("<"), !text.contains(">") else { throw Fault(description: "an unescaped bracket") }
        var out = ""
        var rest = text
        while let next = rest.firstIndex(of: "&") {
            out += rest[..<next]
            guard let (entity, plain) = entities.first(where: { rest[next...].hasPrefix($0.key) }) else {
                throw Fault(description: "an unescaped ampersand at \(rest[next...].prefix(20))")
            }
            out += plain
            rest = rest[next...].dropFirst(entity.count)
        }
        return out + rest
    }
}
