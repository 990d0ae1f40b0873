import Yams

/// One entry of a list.
struct Record {
    private let path: String
    private let line: Int
    /// Where the record stands in the entry of a list: `channels[2].`
    private let prefix: String
    private var values: [String: Node] = [:]
    private var lines: [String: Int] = [:]

    init(_ node: Node, path: String, keys: [String]) throws {
        try self.init(node, path: path, prefix: "", keys: keys, shape: "`- id: …` with further keys below it")
    }

    private init(_ node: Node, path: String, prefix: String, keys: [String], shape: String) throws {
        self.path = path
        self.prefix = prefix
        line = node.mark?.line ?? 0
        guard case .mapping(let mapping) = node else {
            let place = prefix.isEmpty ? "" : ": \(prefix.dropLast())"
            throw Failure("\(path) line \(line)\(place)", "is not a mapping", "write \(shape)")
        }
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            let line = key.mark?.line ?? line
            guard keys.contains(name) else {
                throw Failure(
                    "\(path) line \(line): \(prefix)\(TextTable.printable(name))",
                    "is not a key",
                    "use \(keys.joined(separator: ", "))"
                )
            }
            values[name] = value
            lines[name] = line
        }
    }

    /// Whether the record says anything about `key`, be it `null`.
    func mentions(_ key: String) -> Bool { values[key] != nil }

    /// A single value; nil where there is none or it is `null`.
    func text(_ key: String, limit: Int = 255) throws -> String? {
        guard let node = values[key], !Record.isNull(node) else { return nil }
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty, scalar.string.utf8.count <= limit else {
            throw fault(key, "is not a single value of 1 to \(limit) bytes", "write `\(key): value`")
        }
        return scalar.string
    }

    func required(_ key: String) throws -> String {
        guard let text = try text(key) else { throw fault(key, "is missing", "add `\(key): …`") }
        return text
    }

    /// One to 63 of `a-z 0-9 -`: such an id stands in routing keys and queue names.
    func identifier(_ key: String) throws -> String {
        let text = try required(key)
        guard text.wholeMatch(of: /[a-z0-9-]{1,63}/) != nil else {
            throw fault(key, "is not a name of 1 to 63 of a-z, 0-9 and -", "choose such a name")
        }
        return text
    }

    func flag(_ key: String) throws -> Bool? {
        switch try text(key) {
        case nil: nil
        case "true": true
        case "false": false
        default: throw fault(key, "is neither true nor false", "write `\(key): true` or `\(key): false`")
        }
    }

    func list(_ key: String) throws -> [String]? {
        guard let node = values[key], !Record.isNull(node) else { return nil }
        guard case .sequence(let sequence) = node else {
            throw fault(key, "is not a list", "write `\(key): [one, another]`")
        }
        return try sequence.map { item in
            guard case .scalar(let scalar) = item, !scalar.string.isEmpty, scalar.string.utf8.count <= 255 else {
                throw fault(
                    key,
                    "has an item that is not a single value of 1 to 255 bytes",
                    "write `\(key): [one, another]`"
                )
            }
            return scalar.string
        }
    }

    /// Whatever stands under `key`, as YAML of its own; nil where there is none or it is `null`.
    func yaml(_ key: String) throws -> String? {
        guard let node = values[key], !Record.isNull(node) else { return nil }
        return try Yams.serialize(node: node)
    }

    /// The records in a list under `key`; nil where there is none or it is `null`.
    func records(_ key: String, keys: [String]) throws -> [Record]? {
        guard let node = values[key], !Record.isNull(node) else { return nil }
        guard case .sequence(let sequence) = node else {
            throw fault(key, "is not a list", "write `- \(keys[0]): …` for each, with further keys below it")
        }
        return try sequence.enumerated().map { index, item in
            try Record(
                item,
                path: path,
                prefix: "\(prefix)\(key)[\(index + 1)].",
                keys: keys,
                shape: "`- \(keys[0]): …` with further keys below it"
            )
        }
    }

    /// The record under `key`; nil where there is none or it is `null`.
    func record(_ key: String, keys: [String]) throws -> Record? {
        guard let node = values[key], !Record.isNull(node) else { return nil }
        return try Record(
            node,
            path: path,
            prefix: "\(prefix)\(key).",
            keys: keys,
            shape: "`\(key): {\(keys[0]): …}`"
        )
    }

    /// What stands under `key` as JSON: a text as it is, a mapping written anew with texts for values. Nil where there is
    /// none or it is `null`.
    func json(_ key: String) throws -> String? {
        guard let node = values[key], !Record.isNull(node) else { return nil }
        if case .scalar(let scalar) = node { return scalar.string }
        return Record.json(node).text
    }

    private static func json(_ node: Node) -> JSONValue {
        switch node {
        case .scalar(let scalar): .string(scalar.string)
        case .mapping(let mapping): .object(mapping.map { ($0.key.scalar?.string ?? "", json($0.value)) })
        case .sequence(let sequence): .array(sequence.map(json))
        case .alias: .null
        }
    }

    func requiredList(_ key: String) throws -> [String] {
        guard let list = try list(key), !list.isEmpty else {
            throw fault(key, "is missing or empty", "write `\(key): [one, another]`")
        }
        return list
    }

    func fault(_ key: String, _ fault: String, _ remedy: String) -> Failure {
        Failure("\(path) line \(lines[key] ?? line): \(prefix)\(key)", fault, remedy)
    }

    private static func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }
}
