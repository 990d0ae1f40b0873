import Rights

/// People as lines `type value`: from a file or from standard input, never from the command line, where others could read them.
///
/// Empty lines and those that begin with `#` say nothing. Faults name the line and never its words.
struct IdentityFile {
    struct Entry {
        let line: Int
        let identity: Identity
    }

    let entries: [Entry]

    /// - Parameter limit: how many there may be at most.
    init(path: String, limit: Int) throws {
        let place = InputFile.name(path)
        var entries: [Entry] = []
        let lines = try InputFile.text(path).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let content = line.drop(while: \.isWhitespace)
            guard !content.isEmpty, !content.hasPrefix("#") else { continue }
            let subject = "\(place) line \(index + 1)"
            let word = content.prefix { !$0.isWhitespace }
            guard let type = IdentityType(rawValue: String(word)) else {
                throw Failure(
                    subject,
                    "does not begin with a type of identity",
                    "write `type value`; types are \(IdentityType.words.joined(separator: ", "))"
                )
            }
            guard let identity = Identity(type, String(content.dropFirst(word.count).drop(while: \.isWhitespace)))
            else {
                let remedy = Identity.remedy(for: type)
                throw Failure(
                    subject,
                    "is no \(type.rawValue)",
                    remedy.prefix(1).lowercased() + remedy.dropFirst().dropLast()
                )
            }
            entries.append(Entry(line: index + 1, identity: identity))
            guard entries.count <= limit else {
                throw Failure(place, "names more than \(limit) people", "split it")
            }
        }
        guard !entries.isEmpty else { throw Failure(place, "names nobody", "write lines of `type value`") }
        self.entries = entries
    }
}
