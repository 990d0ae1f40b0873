/// Text made fit for HTML.
enum HTMLText {
    /// Escaped for content and for attributes, by Unicode scalars: as a character, a quote with a combining mark is no quote.
    static func escaped(_ text: some StringProtocol) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// Escaped, and those of our own links in it that stand alone made to be clicked. Others stay text.
    static func linked(_ text: String, _ links: [String]) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            guard let link = links.first(where: { $0 == word }) else { return escaped(word) }
            let safe = escaped(link)
            return "<a href=\"\(safe)\">\(safe)</a>"
        }.joined(separator: " ")
    }
}
