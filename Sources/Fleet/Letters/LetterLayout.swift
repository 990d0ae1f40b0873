/// What a rendered letter is made of: headings, paragraphs and lists. Both forms are set from it, so both say the same (K21).
///
/// The plain text of a template is the source: an empty line ends a paragraph, `# ` begins a heading, `- ` an item of a list, and
/// other line ends are spaces.
struct LetterLayout {
    enum Block: Hashable {
        case heading(String)
        case paragraph(String)
        case list([String])
    }

    private(set) var blocks: [Block] = []

    init(_ text: String) {
        var lines: [Substring] = []
        for bytes in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = Substring(bytes)
            let words = Self.words(line)
            if words.isEmpty || words[0] == "#" { take(&lines) }
            if words.first == "#" {
                blocks.append(.heading(words.dropFirst().joined(separator: " ")))
            } else if !words.isEmpty {
                lines.append(line)
            }
        }
        take(&lines)
    }

    /// By their bytes: to split by characters is to look for where each of them ends.
    private static func words(_ text: Substring) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: " ")).map(Substring.init)
    }

    /// Lines without an empty one between them: a paragraph, a list, or a list after its paragraph.
    private mutating func take(_ lines: inout [Substring]) {
        var paragraph: [Substring] = []
        var items: [[Substring]] = []
        for line in lines {
            let words = Self.words(line)
            if words.first == "-" {
                items.append(Array(words.dropFirst()))
            } else if items.isEmpty {
                paragraph += words
            } else {
                items[items.count - 1] += words
            }
        }
        lines = []
        if !paragraph.isEmpty { blocks.append(.paragraph(paragraph.joined(separator: " "))) }
        guard !items.isEmpty else { return }
        let texts = items.map { $0.joined(separator: " ") }
        // A list goes on after a line that was left out.
        if paragraph.isEmpty, case .list(let before)? = blocks.last {
            blocks[blocks.count - 1] = .list(before + texts)
        } else {
            blocks.append(.list(texts))
        }
    }

    /// Lines of 78 characters at most, but for links.
    func text(links: [String]) -> String {
        blocks.map { block in
            switch block {
            case .heading(let text), .paragraph(let text): Self.wrap(text, "", links)
            case .list(let items): items.map { Self.wrap($0, "  ", links) }.joined(separator: "\n")
            }
        }.joined(separator: "\n\n") + "\n"
    }

    /// The document's body. Everything is escaped; `links` become links where they stand.
    func html(links: [String]) -> String {
        blocks.map { block in
            switch block {
            case .heading(let text): "<h2>\(HTMLText.linked(text, links))</h2>"
            case .paragraph(let text): "<p>\(HTMLText.linked(text, links))</p>"
            case .list(let items):
                "<ul>\n" + items.map { "<li>\(HTMLText.linked($0, links))</li>\n" }.joined() + "</ul>"
            }
        }.joined(separator: "\n")
    }

    private static let width = 78
    /// A word that is longer is cut: mail has a limit of 998 bytes a line.
    private static let longestWord = 200

    /// - Parameter indent: of a list's item, which then begins with a dash.
    private static func wrap(_ text: String, _ indent: String, _ links: [String]) -> String {
        var lines = indent.isEmpty ? "" : "-"
        var width = lines.utf8.count
        var isFirst = true
        for word in words(text[...]) {
            for piece in pieces(word, links) {
                let count = piece.unicodeScalars.count
                if !isFirst, width + 1 + count > Self.width {
                    lines += "\n"
                    lines += indent.dropLast()
                    width = max(0, indent.utf8.count - 1)
                }
                if width > 0 {
                    lines += " "
                    width += 1
                }
                lines += piece
                width += count
                isFirst = false
            }
        }
        return lines
    }

    private static func pieces(_ word: Substring, _ links: [String]) -> [Substring] {
        guard word.utf8.count > longestWord, word.unicodeScalars.count > longestWord,
            !links.contains(where: word.contains)
        else { return [word] }
        var pieces: [Substring] = []
        var rest = word.unicodeScalars[...]
        while !rest.isEmpty {
            pieces.append(Substring(rest.prefix(width - 8)))
            rest = rest.dropFirst(width - 8)
        }
        return pieces
    }
}
