/// Text made fit for HTML.
package enum HTMLText {
    /// Escaped for content and for attributes, by bytes: as a character, a quote with a combining mark is no quote.
    package static func escaped(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(where: isSpecial) else { return String(text) }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count + 64)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): escaped += "&lt;".utf8
            case UInt8(ascii: ">"): escaped += "&gt;".utf8
            case UInt8(ascii: "&"): escaped += "&amp;".utf8
            case UInt8(ascii: "\""): escaped += "&quot;".utf8
            case UInt8(ascii: "'"): escaped += "&#39;".utf8
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
        default: false
        }
    }

    /// Escaped, and those of our own links in it that stand alone made to be clicked. Others stay text.
    static func linked(_ text: String, _ links: [String]) -> String {
        // Few blocks have one.
        guard links.contains(where: text.contains) else { return escaped(text) }
        return text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            guard let link = links.first(where: { $0 == word }) else { return escaped(word) }
            let safe = escaped(link)
            return "<a href=\"\(safe)\">\(safe)</a>"
        }.joined(separator: " ")
    }
}
