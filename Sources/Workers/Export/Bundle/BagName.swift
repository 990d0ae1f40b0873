import Connectors

/// Names in the archive: generated, of `a-z 0-9 - .` and numbers, each unique whatever the case and no device's name. What
/// things were called before stands in `manifest.json` and on the page.
enum BagName {
    static func json(_ section: Int, _ dataset: String) -> String {
        "data/json/\(number(section))-\(slug(dataset)).jsonl"
    }

    /// - Parameter part: from 1.
    static func csv(_ section: Int, _ dataset: String, part: Int) -> String {
        "data/csv/\(number(section))-\(slug(dataset))-\(part).csv"
    }

    static func file(_ index: Int, mediaType: String) -> String {
        "data/files/\(number(index)).\(FileEnding.of(mediaType: mediaType) ?? "bin")"
    }

    /// From 1, with at least four digits.
    private static func number(_ index: Int) -> String {
        let digits = String(index + 1)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// What is left of a name: at most 40 of `a-z 0-9` with single hyphens between.
    static func slug(_ name: String) -> String {
        var slug: [UInt8] = []
        for byte in name.utf8 where slug.count < 40 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): slug.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): slug.append(byte | 0x20)
            default: if slug.last ?? UInt8(ascii: "-") != UInt8(ascii: "-") { slug.append(UInt8(ascii: "-")) }
            }
        }
        while slug.last == UInt8(ascii: "-") { slug.removeLast() }
        return slug.isEmpty ? "rows" : String(decoding: slug, as: UTF8.self)
    }
}
