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
        "data/files/\(number(index)).\(ending(mediaType))"
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

    /// By what a file is to be opened with: only where that runs nothing. Scripts of a page or a drawing would run from the
    /// person's disk, formulas of somebody's CSV in their spreadsheet.
    private static func ending(_ mediaType: String) -> String {
        let type = mediaType.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        return endings[type] ?? "bin"
    }

    private static let endings = [
        "text/plain": "txt", "application/json": "json", "application/pdf": "pdf",
        "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/tiff": "tif",
        "image/bmp": "bmp", "image/heic": "heic", "image/avif": "avif", "audio/mpeg": "mp3", "audio/mp4": "m4a",
        "audio/ogg": "ogg", "audio/wav": "wav", "audio/webm": "weba", "video/mp4": "mp4", "video/mpeg": "mpg",
        "video/ogg": "ogv", "video/quicktime": "mov", "video/webm": "webm", "application/zip": "zip",
        "application/gzip": "gz", "message/rfc822": "eml", "text/calendar": "ics", "text/vcard": "vcf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
        "application/vnd.oasis.opendocument.text": "odt", "application/vnd.oasis.opendocument.spreadsheet": "ods",
        "application/vnd.oasis.opendocument.presentation": "odp",
    ]
}
