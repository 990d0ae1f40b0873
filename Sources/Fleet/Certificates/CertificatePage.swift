import FoundationEssentials
import Rights

/// A certificate for people: one page of HTML from the same bytes that are signed, without a script and without anything from
/// elsewhere. What it shows is escaped; what it does not show stands in the file.
package struct CertificatePage: Sendable {
    private let document: JSONDocument
    private let file: CertificateFile

    /// Nil for what is no certificate.
    package init?(of file: CertificateFile) {
        let (document, fault) = JSONScanner.scan(Array(file.body.utf8), maximumDepth: 8)
        guard fault == nil, document.kind(0) == .object else { return nil }
        self.document = document
        self.file = file
    }

    package var html: String {
        let title = "Certificate \(text(0, "certificate"))"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTMLText.escaped(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <h1>What was done, and how it is known</h1>
            \(isInterim ? "<p class=\"interim\">Interim: something has not come to its end.</p>" : "")
            \(heading)
            <h2>Targets</h2>
            \(targets)
            \(remains)
            \(signature)
            </body>
            </html>

            """
    }

    private var isInterim: Bool { document.member(0, "interim").map { document.kind($0) == .true } ?? false }

    // MARK: Parts of the page

    private var heading: String {
        let totals = document.member(0, "totals") ?? 0
        return list([
            ("Issued by", text(0, "issuer")), ("Issued at", time(0, "issued_at")),
            ("Certificate", text(0, "certificate")),
            ("Number", text(0, "number")), ("Request", text(0, "request")), ("Client", text(0, "client")),
            ("What was asked", words(text(0, "right"))), ("What is done", words(text(0, "operation"))),
            ("Regulation", text(0, "regulation")), ("Asked on", time(0, "submitted_at")),
            ("Received", time(0, "received_at")), ("Instructed", time(0, "instructed_at")),
            ("State", words(text(0, "state"))), ("Refused for", words(text(0, "refusal"))),
            ("Rule", text(0, "article")),
            ("Targets", text(totals, "targets")), ("Verified", text(totals, "verified")),
            ("Left out", text(totals, "left_out")), ("Rows", text(totals, "rows")), ("Tables", text(totals, "tables")),
        ])
    }

    private var targets: String {
        items(document.member(0, "targets")).map { target in
            let level = words(text(target, "level_wanted"))
            let by = words(text(target, "verified_by"))
            let name = HTMLText.escaped(first(text(target, "title"), text(target, "system")))
            let state = HTMLText.escaped(words(text(target, "state")))
            let facts = list([
                ("System", text(target, "system")), ("Kind", words(text(target, "kind"))),
                ("Run by", text(target, "company")), ("Region", text(target, "region")),
                ("Part", text(target, "part") == "whole" ? "" : words(text(target, "part"))),
                ("Action", words(text(target, "operation"))), ("Done by", words(text(target, "way"))),
                ("Note", words(text(target, "note"))), ("Outcome", words(text(target, "outcome"))),
                ("Cause", words(text(target, "cause"))), ("Rows", text(target, "rows")),
                ("Still there", text(target, "still_there")), ("Acted", time(target, "acted_at")),
                ("Restorable until", time(target, "restorable_until")), ("Verified", time(target, "verified_at")),
                ("Verified by", by.isEmpty ? "" : "\(by) (wanted: \(level))"),
                ("Level wanted", by.isEmpty ? level : ""),
                ("Gone from backups by", time(target, "backups_until")), ("Gone by itself by", time(target, "gone_by")),
            ])
            return """
                <section><h3>\(name) <span class="state">\(state)</span></h3>
                \(facts)
                \(table(document.member(target, "parts"), [("Part", "name"), ("Action", "action"), ("Rows", "rows")]))
                \(proof(document.member(target, "proof")))
                </section>
                """
        }.joined(separator: "\n")
    }

    private func proof(_ proof: Int?) -> String {
        guard let proof else { return "" }
        let signed = document.member(proof, "signature")
        let facts = list([
            ("Key of the request", text(proof, "key")), ("Digest of the answer", text(proof, "digest")),
            ("Signed by", signed.map { text($0, "domain") } ?? ""),
            ("Over certificate", signed.map { text($0, "certificate") } ?? ""),
        ])
        let calls = table(
            document.member(proof, "calls"),
            [
                ("Call", "kind"), ("Attempts", "attempts"), ("Outcome", "outcome"), ("Status", "status"),
                ("Then seen gone by", "then_seen_by"), ("Cause", "cause"), ("Ended", "ended_at"),
            ]
        )
        return "<details open><summary>Proof</summary>\(facts)\(calls)</details>"
    }

    private var remains: String {
        let kept = table(
            document.member(0, "remains"),
            [("Where", "title"), ("What", "category"), ("Why", "reason"), ("Rule", "basis"), ("Until", "until")]
        )
        let open = table(
            document.member(0, "not_done"),
            [("Where", "title"), ("Part", "part"), ("Why", "why"), ("Until", "until")]
        )
        let going = table(
            document.member(0, "gone_by_time"),
            [("Where", "title"), ("Kind", "kind"), ("Gone by", "gone_by")]
        )
        let own = table(document.member(0, "clients_own"), [("Application", "title"), ("System", "system")])
        let backups = time(0, "backups_until")
        var parts: [String] = []
        if !kept.isEmpty { parts.append("<h2>What is kept, and until when</h2>\(kept)") }
        if !open.isEmpty { parts.append("<h2>What is not done, or not yet</h2>\(open)") }
        if !own.isEmpty { parts.append("<h2>The client's own to clean</h2>\(own)") }
        if !going.isEmpty { parts.append("<h2>What goes by itself</h2>\(going)") }
        if !backups.isEmpty { parts.append("<p>Gone from backups by <b>\(HTMLText.escaped(backups))</b>.</p>") }
        return parts.joined(separator: "\n")
    }

    private var signature: String {
        let evidence = document.member(0, "evidence") ?? 0
        let key = document.member(0, "key")
        return "<h2>By which it can be checked</h2>"
            + list([
                ("SHA-256 of the certificate", file.digest),
                ("Signature (Ed25519)", file.signature.map { Data($0).base64EncodedString() } ?? "none: not signed"),
                ("Key", file.keyID ?? ""), ("Public key", key.map { text($0, "public_key") } ?? ""),
                ("Chain of evidence", text(evidence, "chain")), ("Facts", text(evidence, "facts")),
                ("Head", text(evidence, "head")),
            ])
    }

    // MARK: Pieces

    /// What is empty is left out.
    private func list(_ facts: [(String, String)]) -> String {
        let rows = facts.filter { !$0.1.isEmpty }.map { name, value in
            "<dt>\(name)</dt><dd>\(HTMLText.escaped(value))</dd>"
        }
        return rows.isEmpty ? "" : "<dl>\(rows.joined())</dl>"
    }

    private func table(_ list: Int?, _ columns: [(name: String, member: StaticString)]) -> String {
        let rows = items(list)
        guard !rows.isEmpty else { return "" }
        let head = columns.map { "<th>\($0.name)</th>" }.joined()
        let body = rows.map { row in
            let cells = columns.map { column in
                let value = first(
                    text(row, column.member),
                    column.member.description == "title" ? text(row, "system") : ""
                )
                return "<td>\(HTMLText.escaped(value))</td>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        return "<table><thead><tr>\(head)</tr></thead><tbody>\(body.joined())</tbody></table>"
    }

    private func first(_ text: String, _ other: String) -> String { text.isEmpty ? other : text }

    private func items(_ list: Int?) -> [Int] {
        guard let list, document.kind(list) == .array else { return [] }
        var found: [Int] = []
        var index = list + 1
        while index < document.after(list) {
            found.append(index)
            index = document.after(index)
        }
        return found
    }

    private func text(_ object: Int, _ name: StaticString) -> String {
        guard let index = document.member(object, name) else { return "" }
        switch document.kind(index) {
        case .string: return document.string(index)
        case .number: return document.integer(index).map { String($0) } ?? ""
        case .true: return "yes"
        case .false: return "no"
        case .object, .array, .null: return ""
        }
    }

    /// To the second, for people.
    private func time(_ object: Int, _ name: StaticString) -> String {
        guard let time = EventTime.parse(text(object, name)) else { return "" }
        let whole = EventTime.text(Date(timeIntervalSince1970: time.timeIntervalSince1970.rounded(.down)))
        return String(whole.prefix(10)) + " " + String(whole.dropFirst(11).prefix(8)) + " UTC"
    }

    private func words(_ word: String) -> String {
        String(word.map { $0 == "_" ? " " : $0 })
    }

    private static let style = """
        :root{color-scheme:light dark}
        body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:0 auto;padding:1em}
        dl{display:grid;grid-template-columns:minmax(9em,max-content) 1fr;gap:.1em 1em;margin:.5em 0}
        dt{opacity:.75}dd{margin:0;overflow-wrap:anywhere}
        table{border-collapse:collapse;width:100%;margin:.5em 0}
        th,td{text-align:left;vertical-align:top;padding:.2em .6em .2em 0;border-bottom:1px solid rgba(128,128,128,.4);overflow-wrap:anywhere}
        section{border-top:1px solid rgba(128,128,128,.6);break-inside:avoid}
        .state{font-weight:normal;border:1px solid;border-radius:.3em;padding:0 .4em;font-size:.85em}
        .interim{border:2px solid;padding:.4em .8em;font-weight:bold}
        @media print{body{font-size:11pt;max-width:none;padding:0}h2,h3{break-after:avoid}}
        """
}
