import Ledger
import Rights

/// What came of putting a bundle together, as its effect keeps it: where it lies, how large it is, its digest.
struct BundleFindings {
    let bundle: ExportRecord.Bundle

    init(_ bundle: ExportRecord.Bundle) { self.bundle = bundle }

    /// As it is stored: a JSON object.
    var text: String {
        var writer = JSONWriter(capacity: 256)
        writer.object { body in
            body.member("object", bundle.object)
            body.member("bytes", bundle.bytes)
            body.member("sha256", bundle.sha256)
            body.member("rows", bundle.rows)
            body.member("gaps", bundle.gaps)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Nil for what ``text`` did not write.
    init?(reading text: String) {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 2)
        guard fault == nil, document.kind(0) == .object else { return nil }
        guard let object = document.word(0, "object"), let bytes = document.number(0, "bytes"),
            let sha256 = document.word(0, "sha256"),
            let rows = document.number(0, "rows"), let gaps = document.number(0, "gaps")
        else { return nil }
        bundle = ExportRecord.Bundle(object: object, bytes: bytes, sha256: sha256, rows: rows, gaps: gaps)
    }
}
