import FoundationEssentials
import Yams

/// A YAML (or JSON) list of records: each a mapping of declared keys. Whatever is wrong is said with its line.
struct RecordList {
    let records: [Record]

    init(path: String, keys: [String]) throws {
        let text = try InputFile.text(path)
        let place = InputFile.name(path)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            // The parser's own words quote the file.
            throw Failure(
                "\(place)\(RecordList.line(of: error))",
                "is not valid YAML, or says a key twice",
                "correct the file"
            )
        }
        guard let root, case .sequence(let sequence) = root else {
            throw Failure(
                "\(place)\(root?.mark.map { " line \($0.line)" } ?? "")",
                "is not a list",
                "begin each entry with `- id: …`"
            )
        }
        records = try sequence.map { try Record($0, path: place, keys: keys) }
        var seen: Set<String> = []
        for record in records where !seen.insert(try record.identifier("id")).inserted {
            throw record.fault("id", "is listed twice", "keep one entry for each id")
        }
    }

    private static func line(of error: YamlError) -> String {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): " line \(mark.line)"
        default: ""
        }
    }
}

/// One entry of a list.
struct Record {
    private let path: String
    private let line: Int
    private var values: [String: Node] = [:]
    private var lines: [String: Int] = [:]

    init(_ node: Node, path: String, keys: [String]) throws {
        self.path = path
        line = node.mark?.line ?? 0
        guard case .mapping(let mapping) = node else {
            throw Failure("\(path) line \(line)", "is not a mapping", "write `- id: …` with further keys below it")
        }
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            let line = key.mark?.line ?? line
            guard keys.contains(name) else {
                throw Failure(
                    "\(path) line \(line): \(TextTable.printable(name))",
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
    func text(_ key: String) throws -> String? {
        guard let node = values[key], !Record.isNull(node) else { return nil }
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty, scalar.string.utf8.count <= 255 else {
            throw fault(key, "is not a single value of 1 to 255 bytes", "write `\(key): value`")
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

    func requiredList(_ key: String) throws -> [String] {
        guard let list = try list(key), !list.isEmpty else {
            throw fault(key, "is missing or empty", "write `\(key): [one, another]`")
        }
        return list
    }

    func fault(_ key: String, _ fault: String, _ remedy: String) -> Failure {
        Failure("\(path) line \(lines[key] ?? line): \(key)", fault, remedy)
    }

    private static func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }
}
