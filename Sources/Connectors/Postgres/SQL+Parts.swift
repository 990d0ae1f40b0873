import Postgres

extension SQL {
    /// A table of the data map, `schema.table` or the name alone, each part quoted.
    static func table(_ name: String) -> SQL {
        guard let dot = name.firstIndex(of: ".") else { return "\(identifier: name)" }
        let table = String(name[name.index(after: dot)...])
        return "\(identifier: String(name[..<dot])).\(identifier: table)"
    }

    static func column(_ name: String, of alias: String) -> SQL { "\(raw: alias).\(identifier: name)" }
}

extension Sequence<SQL> {
    func joined(_ separator: String) -> SQL {
        var whole: SQL = ""
        var isFirst = true
        for part in self {
            whole = isFirst ? part : "\(whole)\(raw: separator)\(part)"
            isFirst = false
        }
        return whole
    }
}
