import FoundationEssentials
import Yams

/// The YAML file, walked against the declared keys: full key names with the text and line of each value.
struct ConfigurationFile {
    struct Entry {
        let text: String
        let line: Int
    }

    let path: String
    private(set) var entries: [String: Entry] = [:]

    /// The largest file that is read; anything longer was not meant to be one.
    private static let sizeLimit = 1 << 20

    /// Reads `path`; nil when there is no such file.
    init?(reading path: String) throws(ConfigurationError) {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path), data.count <= Self.sizeLimit else {
            throw ConfigurationError(
                code: .unreadable,
                key: path,
                place: nil,
                fault: "cannot be read",
                remedy: "make it a file that the worker's user may read"
            )
        }
        try self.init(path: path, yaml: data)
    }

    init(path: String, yaml: Data) throws(ConfigurationError) {
        self.path = path
        guard let text = String(validating: yaml, as: UTF8.self) else {
            throw Self.broken(path, line: nil, "is not UTF-8")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            // The parser's own text quotes the file, which may hold what nobody should see.
            throw Self.broken(path, line: Self.line(of: error), "is not valid YAML, or says a key twice")
        } catch {
            throw Self.broken(path, line: nil, "is not valid YAML")
        }
        guard let root, !Self.isEmpty(root) else { return }
        guard case .mapping(let mapping) = root else {
            throw Self.broken(path, line: root.mark?.line, "is not a mapping of keys to values")
        }
        try walk(mapping, under: "")
    }

    private mutating func walk(_ mapping: Node.Mapping, under prefix: String) throws(ConfigurationError) {
        for (keyNode, value) in mapping {
            let line = keyNode.mark?.line ?? 0
            let name = prefix + (keyNode.scalar?.string ?? "")
            let isSection = ConfigurationKey.all.contains { $0.name.hasPrefix(name + ".") }
            let isKey = ConfigurationKey.all.contains { $0.name == name }
            guard isSection || isKey else {
                throw ConfigurationError(
                    code: .unknownKey,
                    key: name,
                    place: place(line),
                    fault: "is not a key",
                    remedy: "remove it, or write \(ConfigurationKey.closest(to: name).name) if that was meant"
                )
            }
            if isKey {
                guard case .scalar(let scalar) = value, !Self.isEmpty(value) else {
                    throw misshapen(name, line, "needs a single value", "give one, or remove the key")
                }
                guard entries[name] == nil else {
                    throw misshapen(name, line, "is given twice", "keep one of the two")
                }
                entries[name] = Entry(text: scalar.string, line: line)
            } else if case .mapping(let section) = value {
                try walk(section, under: name + ".")
            } else if !Self.isEmpty(value) {
                throw misshapen(name, line, "is a section, not a value", "put its keys below it")
            }
        }
    }

    func place(_ line: Int) -> String { "\(path) line \(line)" }

    private func misshapen(_ key: String, _ line: Int, _ fault: String, _ remedy: String) -> ConfigurationError {
        ConfigurationError(code: .syntax, key: key, place: place(line), fault: fault, remedy: remedy)
    }

    private static func broken(_ path: String, line: Int?, _ fault: String) -> ConfigurationError {
        ConfigurationError(
            code: .syntax,
            key: path,
            place: line.map { "line \($0)" },
            fault: fault,
            remedy: "correct the file"
        )
    }

    private static func isEmpty(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }

    private static func line(of error: YamlError) -> Int? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: nil
        }
    }
}
