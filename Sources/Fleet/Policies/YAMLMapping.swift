import Yams

/// A mapping of a YAML file, read strictly: keys that nobody asks for are faults, and every fault names file, line and key.
struct YAMLMapping {
    let path: String
    let line: Int
    /// The keys above this mapping, for faults: `clocks.refer.`
    private let prefix: String
    private var values: [String: (node: Node, line: Int)] = [:]
    /// In the order of the file.
    private(set) var keys: [String] = []

    init(text: String, path: String) throws(PolicyFault) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            var place = path
            if let error = error as? YamlError {
                switch error {
                case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
                    place += " line \(mark.line)"
                default: break
                }
            }
            // The parser's own words quote the file.
            throw PolicyFault(place: place, fault: "is not valid YAML, or says a key twice", remedy: "correct the file")
        }
        guard let root else {
            throw PolicyFault(place: path, fault: "is empty", remedy: "write its keys")
        }
        try self.init(root, path: path, prefix: "", line: 1)
    }

    private init(_ node: Node, path: String, prefix: String, line: Int) throws(PolicyFault) {
        self.path = path
        self.prefix = prefix
        self.line = node.mark?.line ?? line
        guard case .mapping(let mapping) = node else {
            let name = prefix.isEmpty ? "" : ": \(prefix.dropLast())"
            throw PolicyFault(
                place: "\(path) line \(self.line)\(name)",
                fault: "is not a mapping",
                remedy: "write `key: value` lines"
            )
        }
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            values[name] = (value, key.mark?.line ?? self.line)
            keys.append(name)
        }
    }

    /// Refuses every key that is not among `known`.
    func allow(_ known: [String]) throws(PolicyFault) {
        for key in keys where !known.contains(key) {
            throw fault(key, "is not a key", "use \(known.joined(separator: ", "))")
        }
    }

    func fault(_ key: String, _ fault: String, _ remedy: String) -> PolicyFault {
        PolicyFault(place: "\(path) line \(values[key]?.line ?? line): \(prefix)\(key)", fault: fault, remedy: remedy)
    }

    func text(_ key: String) throws(PolicyFault) -> String? {
        guard let value = values[key] else { return nil }
        guard case .scalar(let scalar) = value.node, !scalar.string.isEmpty, scalar.string.utf8.count <= 1_000 else {
            throw fault(key, "is not a single value of 1 to 1000 bytes", "write `\(key): value`")
        }
        return scalar.string
    }

    func required(_ key: String) throws(PolicyFault) -> String {
        guard let text = try text(key) else { throw fault(key, "is missing", "add it") }
        return text
    }

    func number(_ key: String, _ range: ClosedRange<Int>) throws(PolicyFault) -> Int? {
        guard let text = try text(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw fault(key, "is not a number from \(range.lowerBound) to \(range.upperBound)", "write one")
        }
        return number
    }

    func flag(_ key: String) throws(PolicyFault) -> Bool? {
        guard let text = try text(key) else { return nil }
        guard text == "true" || text == "false" else { throw fault(key, "is neither true nor false", "write one") }
        return text == "true"
    }

    /// The value as it was read, for what has a form of its own.
    func node(_ key: String) -> Node? { values[key]?.node }

    func section(_ key: String) throws(PolicyFault) -> YAMLMapping? {
        guard let value = values[key] else { return nil }
        return try YAMLMapping(value.node, path: path, prefix: "\(prefix)\(key).", line: value.line)
    }

    /// Whether the value is one word or text, not a mapping or a list.
    func isScalar(_ key: String) -> Bool { values[key]?.node.scalar != nil }

    /// A list of mappings; empty where the key is not there.
    func sections(_ key: String) throws(PolicyFault) -> [YAMLMapping] {
        guard let value = values[key] else { return [] }
        guard case .sequence(let sequence) = value.node else {
            throw fault(key, "is not a list", "write `- key: value` lines")
        }
        var sections: [YAMLMapping] = []
        for item in sequence {
            sections.append(try YAMLMapping(item, path: path, prefix: "\(prefix)\(key).", line: value.line))
        }
        return sections
    }

    func list(_ key: String) throws(PolicyFault) -> [String] {
        guard let value = values[key] else { return [] }
        guard case .sequence(let sequence) = value.node else {
            throw fault(key, "is not a list", "write `- value` lines")
        }
        var texts: [String] = []
        for item in sequence {
            guard let text = item.scalar?.string else {
                throw fault(key, "holds something that is no single value", "write `- value`")
            }
            texts.append(text)
        }
        return texts
    }
}
