/// A part of what a system holds about a person, as it lies in the store until it is put into a bundle.
package struct CopiedPiece: Sendable, Hashable {
    /// What it is a part of: a table, an endpoint's list, a file.
    package let dataset: String
    /// Its place among the system's pieces, from 0 on.
    package let ordinal: Int
    /// Its name in the store: an id, never a word of the person's.
    package let object: String
    package let rows: Int
    /// Of the words themselves, without what encryption adds.
    package let bytes: Int
    /// Whether it is one file, rather than rows.
    package let isFile: Bool

    package init(_ dataset: String, ordinal: Int, object: String, rows: Int, bytes: Int, isFile: Bool = false) {
        self.dataset = dataset
        self.ordinal = ordinal
        self.object = object
        self.rows = rows
        self.bytes = bytes
        self.isFile = isFile
    }

    func write(to body: inout JSONWriter) {
        body.member("dataset", dataset)
        body.member("ordinal", ordinal)
        body.member("object", object)
        body.member("rows", rows)
        body.member("bytes", bytes)
        if isFile { body.member("file", true) }
    }

    /// Nil for what ``write(to:)`` did not write.
    init?(_ document: JSONDocument, at index: Int) {
        guard let dataset = document.word(index, "dataset"), let ordinal = document.number(index, "ordinal"),
            let object = document.word(index, "object"),
            let rows = document.number(index, "rows"), let bytes = document.number(index, "bytes")
        else { return nil }
        let isFile = document.member(index, "file") != nil
        self.init(dataset, ordinal: ordinal, object: object, rows: rows, bytes: bytes, isFile: isFile)
    }

    /// A list of them as it is stored: JSON.
    package static func text(of list: [CopiedPiece]) -> String {
        var writer = JSONWriter(capacity: 160 * list.count + 2)
        writer.array(list) { writer, piece in writer.object { piece.write(to: &$0) } }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Nil for what ``text(of:)`` did not write.
    package static func list(reading text: String) -> [CopiedPiece]? {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 4)
        guard fault == nil, document.kind(0) == .array else { return nil }
        var list: [CopiedPiece] = []
        var index = 1
        while index < document.after(0) {
            guard let piece = CopiedPiece(document, at: index) else { return nil }
            list.append(piece)
            index = document.after(index)
        }
        return list
    }
}
