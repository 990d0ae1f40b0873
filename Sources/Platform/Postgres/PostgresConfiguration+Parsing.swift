import CLibPQ

extension PostgresConfiguration {
    /// Splits a URL or keyword string into its keywords, with libpq's own parser.
    static func parse(_ text: String) throws -> [String: String] {
        guard !text.utf8.contains(0) else {
            throw PostgresError(.configuration, detail: "the connection string holds a NUL")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            defer { PQfreemem(message) }
            throw PostgresError(.configuration, detail: fault(in: message.map { String(cString: $0) } ?? ""))
        }
        defer { PQconninfoFree(options) }
        var keywords: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return keywords
    }

    /// libpq quotes the whole string in most of its complaints, password and all. The name of a keyword it does not know
    /// is the one thing worth passing on, and only if it is shaped like one.
    private static func fault(in message: String) -> String {
        let unknown = ["invalid URI query parameter: \"", "invalid connection option \""]
        for start in unknown where message.hasPrefix(start) {
            let name = message.dropFirst(start.count).prefix { $0 != "\"" }
            if name.count <= 40, name.allSatisfy({ ($0 >= "a" && $0 <= "z") || $0 == "_" }) {
                return "there is no keyword \(name)"
            }
        }
        return "the connection string is not a PostgreSQL URL or list of keywords"
    }
}
