import Fleet
import Rights

/// A certificate on an operator's screen: a line for each target. All of it is in the page and in the file.
struct CertificateSheet {
    private let document: JSONDocument?
    private let file: CertificateFile

    init(of file: CertificateFile) {
        self.file = file
        let (document, fault) = JSONScanner.scan(Array(file.body.utf8), maximumDepth: 8)
        self.document = fault == nil ? document : nil
    }

    func print() {
        StandardOutput.write(
            Sheet([
                ("certificate", word(0, "certificate")), ("number", word(0, "number")),
                ("interim", word(0, "interim") == "true" ? "yes" : nil), ("issued", word(0, "issued_at")),
                ("request", word(0, "request")), ("client", word(0, "client")), ("right", word(0, "right")),
                ("state", word(0, "state")), ("backups", word(0, "backups_until").map { "gone by \($0)" }),
                ("sha256", file.digest), ("key", file.keyID ?? "none: not signed"),
            ])
        )
        var table = TextTable("SYSTEM", "STATE", "OUTCOME", "ROWS", "VERIFIED BY", "WANTED", "VERIFIED", empty: "")
        for target in items("targets") {
            table.add(
                word(target, "system"),
                word(target, "state"),
                word(target, "outcome"),
                word(target, "rows"),
                word(target, "verified_by"),
                word(target, "level_wanted"),
                word(target, "verified_at")
            )
        }
        StandardOutput.write(table)
        for rest in items("remains") {
            let parts = (["system", "category", "reason", "basis"] as [StaticString]).compactMap { word(rest, $0) }
            StandardOutput.write(
                "kept: \(TextTable.printable(parts.joined(separator: ", "))) until \(word(rest, "until") ?? "")"
            )
        }
        for own in items("clients_own") {
            StandardOutput.write("the client's own to clean: \(TextTable.printable(word(own, "system") ?? ""))")
        }
    }

    private func items(_ name: StaticString) -> [Int] {
        guard let document, let list = document.member(0, name), document.kind(list) == .array else { return [] }
        var found: [Int] = []
        var index = list + 1
        while index < document.after(list) {
            found.append(index)
            index = document.after(index)
        }
        return found
    }

    private func word(_ object: Int, _ name: StaticString) -> String? {
        guard let document, let index = document.member(object, name) else { return nil }
        switch document.kind(index) {
        case .string: return document.string(index)
        case .number: return document.integer(index).map { String($0) }
        case .true: return "true"
        case .false: return "false"
        case .object, .array, .null: return nil
        }
    }
}
