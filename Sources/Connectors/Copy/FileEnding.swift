/// Endings of names and what they stand for: only of files that run nothing when somebody opens them. Scripts of a page or a drawing
/// would run from the person's disk, formulas of somebody's CSV in their spreadsheet.
package enum FileEnding {
    /// The ending for a media type, with or without parameters; nil for one that is better not opened.
    package static func of(mediaType: String) -> String? {
        endings[mediaType.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }]
    }

    /// What a file is by the ending of its name; nil where that says nothing.
    package static func mediaType(ofName name: String) -> String? {
        name.lastIndex(of: ".").flatMap { types[name[name.index(after: $0)...].lowercased()] }
    }

    private static let types = Dictionary(uniqueKeysWithValues: endings.map { ($0.value, $0.key) })

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
