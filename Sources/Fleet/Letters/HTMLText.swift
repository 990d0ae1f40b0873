/// Text made fit for HTML.
package enum HTMLText {
    /// Escaped for content and for attributes, by bytes: as a character, a quote with a combining mark is no quote.
    package static func escaped(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(where: isSpecial) else { return String(text) }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count + 64)
        escape(text.utf8, to: &escaped)
        return String(decoding: escaped, as: UTF8.self)
    }

    /// Escaped, and those of our own links in it that stand alone made to be clicked. Others stay text.
    static func link(_ text: [UInt8], _ links: [[UInt8]], to html: inout [UInt8]) {
        let space = UInt8(ascii: " ")
        for (index, word) in text.split(separator: space, omittingEmptySubsequences: false).enumerated() {
            if index > 0 { html.append(space) }
            guard links.contains(where: word.elementsEqual) else {
                escape(word, to: &html)
                continue
            }
            html += "<a href=\"".utf8
            escape(word, to: &html)
            html += "\">".utf8
            escape(word, to: &html)
            html += "</a>".utf8
        }
    }

    private static func escape(_ text: some Collection<UInt8>, to escaped: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "<"): escaped += "&lt;".utf8
            case UInt8(ascii: ">"): escaped += "&gt;".utf8
            case UInt8(ascii: "&"): escaped += "&amp;".utf8
            case UInt8(ascii: "\""): escaped += "&quot;".utf8
            case UInt8(ascii: "'"): escaped += "&#39;".utf8
            default: escaped.append(byte)
            }
        }
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
        default: false
        }
    }
}
