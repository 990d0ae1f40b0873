@testable import Rights

/// A JSON value that can be compared and walked, for schemas and examples.
indirect enum Tree: Equatable {
    case object([String: Tree])
    case list([Tree])
    case text(String)
    case number(Double)
    case flag(Bool)
    case null

    init(_ bytes: [UInt8]) throws {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: 64)
        if let fault { throw fault }
        self.init(document, 0)
    }

    private init(_ document: JSONDocument, _ index: Int) {
        switch document.kind(index) {
        case .object:
            var members: [String: Tree] = [:]
            var key = index + 1
            for _ in 0..<document.count(index) {
                members[document.string(key)] = Tree(document, key + 1)
                key = document.after(key + 1)
            }
            self = .object(members)
        case .array:
            var items: [Tree] = []
            var item = index + 1
            for _ in 0..<document.count(index) {
                items.append(Tree(document, item))
                item = document.after(item)
            }
            self = .list(items)
        case .string: self = .text(document.string(index))
        case .number: self = .number(document.double(index))
        case .true: self = .flag(true)
        case .false: self = .flag(false)
        case .null: self = .null
        }
    }

    subscript(_ name: String) -> Tree? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The value at a path such as `data.properties.right`.
    func at(_ path: String) -> Tree? {
        path.split(separator: ".").reduce(Optional(self)) { $0?[String($1)] }
    }

    var string: String? { if case .text(let text) = self { text } else { nil } }
    var items: [Tree] { if case .list(let items) = self { items } else { [] } }
    var members: [String: Tree] { if case .object(let members) = self { members } else { [:] } }

    /// Compact JSON with sorted keys, so that two trees can be compared by eye.
    var text: String {
        switch self {
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value.text)" }.joined(separator: ",")
                + "}"
        case .list(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .text(let text):
            "\""
                + text.unicodeScalars.map { scalar in
                    switch scalar {
                    case "\"", "\\": "\\\(scalar)"
                    case "\n": "\\n"
                    default: String(scalar)
                    }
                }.joined() + "\""
        case .number(let number):
            number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
        case .flag(let flag): String(flag)
        case .null: "null"
        }
    }

    /// The tree without the members that only explain.
    func without(_ names: Set<String>) -> Tree {
        switch self {
        case .object(let members):
            // The members of `properties` are field names, of which one may be called like an annotation.
            .object(
                members.filter { !names.contains($0.key) }.mapValues { $0 }.reduce(into: [:]) { result, member in
                    result[member.key] =
                        member.key == "properties"
                        ? .object(member.value.members.mapValues { $0.without(names) }) : member.value.without(names)
                }
            )
        case .list(let items): .list(items.map { $0.without(names) })
        default: self
        }
    }
}
