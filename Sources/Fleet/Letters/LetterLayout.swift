/// What a rendered letter is made of: headings, paragraphs and lists. Both forms are set from it, so both say the same (K21).
///
/// The plain text of a template is the source: an empty line ends a paragraph, `# ` begins a heading, `- ` an item of a list, and
/// other line ends are spaces.
///
/// It works on bytes: an incident is thousands of letters at once, and looking for the ends of characters would be most of what they cost.
struct LetterLayout {
    private enum Block {
        case heading(Words)
        case paragraph(Words)
        case list([Words])
    }

    /// Words, with a space between each two.
    private typealias Words = [UInt8]

    private var blocks: [Block] = []

    private static let space = UInt8(ascii: " ")
    private static let lineEnd = UInt8(ascii: "\n")
    private static let headingMark = UInt8(ascii: "#")
    private static let itemMark = UInt8(ascii: "-")

    init(_ text: String) {
        var paragraph: Words = []
        var items: [Words] = []
        for line in Array(text.utf8).split(separator: Self.lineEnd, omittingEmptySubsequences: false) {
            let words = line.split(separator: Self.space)
            guard let first = words.first else {
                end(&paragraph, &items)
                continue
            }
            if Self.is(first, Self.headingMark) {
                end(&paragraph, &items)
                var heading: Words = []
                Self.add(words.dropFirst(), to: &heading)
                blocks.append(.heading(heading))
            } else if Self.is(first, Self.itemMark) {
                items.append([])
                Self.add(words.dropFirst(), to: &items[items.count - 1])
            } else if items.isEmpty {
                Self.add(words[...], to: &paragraph)
            } else {
                Self.add(words[...], to: &items[items.count - 1])
            }
        }
        end(&paragraph, &items)
    }

    private static func `is`(_ word: ArraySlice<UInt8>, _ mark: UInt8) -> Bool {
        word.count == 1 && word.first == mark
    }

    private static func add(_ words: ArraySlice<ArraySlice<UInt8>>, to text: inout Words) {
        for word in words {
            if !text.isEmpty { text.append(space) }
            text += word
        }
    }

    /// Lines without an empty one between them: a paragraph, a list, or a list after its paragraph.
    private mutating func end(_ paragraph: inout Words, _ items: inout [Words]) {
        defer { (paragraph, items) = ([], []) }
        if !paragraph.isEmpty { blocks.append(.paragraph(paragraph)) }
        guard !items.isEmpty else { return }
        // A list goes on after a line that was left out.
        if paragraph.isEmpty, case .list(let before)? = blocks.last {
            blocks[blocks.count - 1] = .list(before + items)
        } else {
            blocks.append(.list(items))
        }
    }

    // MARK: Text

    /// Lines of 78 characters at most, but for links.
    func text(links: [String]) -> String {
        let links = links.map { Array($0.utf8) }
        var text: [UInt8] = []
        for (index, block) in blocks.enumerated() {
            if index > 0 { text += "\n\n".utf8 }
            switch block {
            case .heading(let words), .paragraph(let words): Self.wrap(words, "", links, to: &text)
            case .list(let items):
                for (index, words) in items.enumerated() {
                    if index > 0 { text.append(Self.lineEnd) }
                    Self.wrap(words, "  ", links, to: &text)
                }
            }
        }
        text.append(Self.lineEnd)
        return String(decoding: text, as: UTF8.self)
    }

    private static let width = 78
    /// A word that is longer is cut: mail has a limit of 998 bytes a line.
    private static let longestWord = 200

    /// - Parameter indent: of a list's item, which then begins with a dash.
    private static func wrap(_ words: Words, _ indent: StaticString, _ links: [[UInt8]], to text: inout [UInt8]) {
        let margin = max(0, indent.utf8CodeUnitCount - 1)
        var width = 0
        if margin > 0 {
            text.append(itemMark)
            width = 1
        }
        var isFirst = true
        for word in words.split(separator: space) {
            for piece in pieces(word, links) {
                let count = characters(piece)
                if !isFirst, width + 1 + count > Self.width {
                    text.append(lineEnd)
                    text += repeatElement(space, count: margin)
                    width = margin
                }
                if width > 0 {
                    text.append(space)
                    width += 1
                }
                text += piece
                width += count
                isFirst = false
            }
        }
    }

    /// As many as begin in it: the bytes of UTF-8 that do not go on with another one.
    private static func characters(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.count { $0 & 0xC0 != 0x80 }
    }

    private static func pieces(_ word: ArraySlice<UInt8>, _ links: [[UInt8]]) -> [ArraySlice<UInt8>] {
        guard word.count > longestWord, characters(word) > longestWord, !links.contains(where: word.contains) else {
            return [word]
        }
        var pieces: [ArraySlice<UInt8>] = []
        var start = word.startIndex
        var count = 0
        for index in word.indices where word[index] & 0xC0 != 0x80 {
            if count == width - 8 {
                pieces.append(word[start..<index])
                (start, count) = (index, 0)
            }
            count += 1
        }
        return pieces + [word[start...]]
    }

    // MARK: HTML

    /// The document's body. Everything is escaped; `links` become links where they stand.
    func html(links: [String]) -> String {
        let links = links.map { Array($0.utf8) }
        var html: [UInt8] = []
        for (index, block) in blocks.enumerated() {
            if index > 0 { html.append(Self.lineEnd) }
            switch block {
            case .heading(let words): Self.element("h2", words, links, to: &html)
            case .paragraph(let words): Self.element("p", words, links, to: &html)
            case .list(let items):
                html += "<ul>\n".utf8
                for words in items {
                    Self.element("li", words, links, to: &html)
                    html.append(Self.lineEnd)
                }
                html += "</ul>".utf8
            }
        }
        return String(decoding: html, as: UTF8.self)
    }

    private static func element(_ name: String, _ words: Words, _ links: [[UInt8]], to html: inout [UInt8]) {
        html += "<\(name)>".utf8
        HTMLText.link(words, links, to: &html)
        html += "</\(name)>".utf8
    }
}
