import Rights
import Yams

extension YAMLMapping {
    /// The value of `key`, whatever its form, as the JSON that YAML says it is: quoted scalars are strings, plain ones are numbers,
    /// truth values or null where they look like it.
    func json(_ key: String) throws(PolicyFault) -> String? {
        guard let node = node(key) else { return nil }
        return try json(node, key)
    }

    private func json(_ node: Node, _ key: String) throws(PolicyFault) -> String {
        switch node {
        case .mapping(let mapping):
            var members: [String] = []
            for (name, value) in mapping {
                guard let name = name.scalar?.string else {
                    throw fault(key, "has a key that is no text", "write `name: value`")
                }
                members.append("\(quoted(name)):\(try json(value, key))")
            }
            return "{\(members.joined(separator: ","))}"
        case .sequence(let sequence):
            var items: [String] = []
            for item in sequence { items.append(try json(item, key)) }
            return "[\(items.joined(separator: ","))]"
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else { return quoted(scalar.string) }
            switch scalar.string {
            // `{id}` without quotation marks is a mapping with an empty value.
            case "": throw fault(key, "has an empty value", "write null, or the placeholder in quotation marks")
            case "~", "null": return "null"
            case "true", "false": return scalar.string
            default:
                let isNumber = scalar.string.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
                return isNumber ? scalar.string : quoted(scalar.string)
            }
        case .alias:
            throw fault(key, "refers to another place", "write the value out")
        }
    }

    private func quoted(_ text: String) -> String {
        var writer = JSONWriter(capacity: text.utf8.count + 2)
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
