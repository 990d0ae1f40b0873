package import FoundationEssentials

/// What a call to a target brought to light: numbers, codes, dates and digests, never a person and never a word of the peer's.
package struct TargetFindings: Sendable, Hashable {
    /// What was done in one part of a system, a table for instance.
    package struct Part: Sendable, Hashable {
        package let name: String
        /// `deleted`, `masked`, `deidentified`, `kept`, `removed_from`, `corrected`, `restricted`, `suppressed`, `copied`.
        package let action: String
        package let rows: Int

        package init(_ name: String, _ action: String, rows: Int) {
            self.name = name
            self.action = action
            self.rows = rows
        }
    }

    /// How the peer is known to have said it: over whose signature.
    package struct Signature: Sendable, Hashable {
        package let domain: String
        /// SHA-256 of the certificate, hexadecimal.
        package let certificate: String

        package init(domain: String, certificate: String) {
            self.domain = domain
            self.certificate = certificate
        }
    }

    package var rows: Int?
    package var parts: [Part] = []
    /// What the peer calls its own job; an id, never a person.
    package var reference: String?
    /// The answer to a task by which what was found is handed over.
    package var answer: UUID?
    /// Before which it is not to be believed gone.
    package var verifyAfter: Date?
    /// By what it is known, where the call itself showed it.
    package var level: Verification?
    /// How much of the person was still there.
    package var stillThere: Int?
    /// The peer's status to a look in the attempt that had acted.
    package var seenStatus: Int?
    package var signature: Signature?
    /// A keyed digest of the peer's reply, hexadecimal.
    package var digest: String?
    /// A word of a closed list that says why not, or how.
    package var reason: String?
    /// Where work that takes its time goes on.
    package var checkpoint: String?
    /// How much is done of how much, of work that takes its time.
    package var done: Int?
    package var total: Int?
    /// What the last slice of collecting has put into the store.
    package var pieces: [CopiedPiece] = []

    package init() {}

    /// With what a look has shown: what was done stays what was done, and the look adds how much of it is true.
    package func seen(by look: TargetFindings) -> TargetFindings {
        var seen = look
        seen.rows = rows
        seen.parts = parts
        seen.reference = look.reference ?? reference
        seen.answer = look.answer ?? answer
        seen.signature = look.signature ?? signature
        seen.digest = look.digest ?? digest
        return seen
    }

    /// As it is stored: a JSON object.
    package var text: String {
        var writer = JSONWriter(capacity: 256)
        writer.object { write(to: &$0) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    package func write(to body: inout JSONWriter) {
        body.member("rows", rows)
        if !parts.isEmpty {
            body.key("parts")
            body.array(parts) { list, part in
                list.object {
                    $0.member("name", part.name)
                    $0.member("action", part.action)
                    $0.member("rows", part.rows)
                }
            }
        }
        body.member("reference", reference)
        body.member("answer", answer)
        body.member("verify_after", verifyAfter)
        body.member("level", level)
        body.member("still_there", stillThere)
        body.member("seen_status", seenStatus)
        if let signature {
            body.key("signature")
            body.object {
                $0.member("domain", signature.domain)
                $0.member("certificate", signature.certificate)
            }
        }
        body.member("digest", digest)
        body.member("reason", reason)
        body.member("checkpoint", checkpoint)
        body.member("done", done)
        body.member("total", total)
        if !pieces.isEmpty {
            body.key("pieces")
            body.array(pieces) { list, piece in list.object { piece.write(to: &$0) } }
        }
    }

    /// Reads what ``text`` wrote; what a newer version added is passed over.
    package init(reading text: String) {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 6)
        guard fault == nil, document.kind(0) == .object else { return }
        rows = document.number(0, "rows")
        if let list = document.member(0, "parts"), document.kind(list) == .array {
            var index = list + 1
            while index < document.after(list) {
                if let name = document.word(index, "name"), let action = document.word(index, "action"),
                    let rows = document.number(index, "rows")
                {
                    parts.append(Part(name, action, rows: rows))
                }
                index = document.after(index)
            }
        }
        reference = document.word(0, "reference")
        answer = document.word(0, "answer").flatMap { UUID(uuidString: $0) }
        verifyAfter = document.word(0, "verify_after").flatMap { EventTime.parse($0) }
        level = document.word(0, "level").flatMap(Verification.init)
        stillThere = document.number(0, "still_there")
        seenStatus = document.number(0, "seen_status")
        if let object = document.member(0, "signature"), let domain = document.word(object, "domain"),
            let certificate = document.word(object, "certificate")
        {
            signature = Signature(domain: domain, certificate: certificate)
        }
        digest = document.word(0, "digest")
        reason = document.word(0, "reason")
        checkpoint = document.word(0, "checkpoint")
        done = document.number(0, "done")
        total = document.number(0, "total")
        if let list = document.member(0, "pieces"), document.kind(list) == .array {
            var index = list + 1
            while index < document.after(list) {
                if let piece = CopiedPiece(document, at: index) { pieces.append(piece) }
                index = document.after(index)
            }
        }
    }
}
