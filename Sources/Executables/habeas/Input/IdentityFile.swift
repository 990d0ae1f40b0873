import Rights

/// People as lines `type value`: from a file or from standard input, never from the command line, where others could read them.
///
/// Lines that begin with `#` say nothing, and so do empty ones but where ``people`` is asked. Faults name the line and never its words.
struct IdentityFile {
    struct Entry {
        let line: Int
        let identity: Identity
        /// How many empty lines stand before it, runs of them counted once.
        let paragraph: Int
    }

    let entries: [Entry]

    /// - Parameter limit: how many there may be at most.
    init(path: String, limit: Int) throws {
        let place = InputFile.name(path)
        var entries: [Entry] = []
        var paragraph = 0
        var isBehindGap = false
        let lines = try InputFile.text(path).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let content = line.drop(while: \.isWhitespace)
            guard !content.isEmpty else {
                isBehindGap = true
                continue
            }
            guard !content.hasPrefix("#") else { continue }
            if isBehindGap, !entries.isEmpty { paragraph += 1 }
            isBehindGap = false
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
            entries.append(Entry(line: index + 1, identity: identity, paragraph: paragraph))
            guard entries.count <= limit else {
                throw Failure(place, "names more than \(limit) people", "split it")
            }
        }
        guard !entries.isEmpty else { throw Failure(place, "names nobody", "write lines of `type value`") }
        self.entries = entries
    }

    /// By paragraphs: what stands together is one person's.
    var people: [[Identity]] {
        Dictionary(grouping: entries, by: \.paragraph).sorted { $0.key < $1.key }.map { $0.value.map(\.identity) }
    }
}
