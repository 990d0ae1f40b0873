import ArgumentParser
import FoundationEssentials
import Ledger
import Rights

/// Who outside gave the answer that a verdict rests on. Their words are kept sealed beside the case; evidence has their digest.
struct GivenAnswer: ParsableArguments {
    @Option(name: .customLong("given-by"), help: ArgumentHelp("Who gave the answer. Kept sealed.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("How it came: phone, email, … Kept sealed.", valueName: "text"))
    var channel: String?

    @Option(help: ArgumentHelp("Where it can be found: a ticket, a letter. Kept sealed.", valueName: "text"))
    var reference: String?

    func validate() throws {
        for (option, text) in [("--given-by", name), ("--channel", channel), ("--reference", reference)] {
            guard let text else { continue }
            guard text.contains(where: { !$0.isWhitespace }), text.utf8.count <= 500 else {
                throw ValidationError("\(option): is not 1 to 500 bytes long; write a short text")
            }
        }
        guard name != nil || (channel == nil && reference == nil) else {
            throw ValidationError("--given-by: is missing; say whose answer this is")
        }
    }

    /// The words as they are sealed; nil where nobody outside gave any.
    private func words(_ more: (inout JSONWriter) -> Void) -> [UInt8]? {
        guard let name else { return nil }
        var writer = JSONWriter()
        writer.object { body in
            body.member("given_by", name)
            body.member("channel", channel)
            body.member("reference", reference)
            more(&body)
        }
        return writer.bytes
    }

    /// Seals the words for a case, or for a group of cases.
    ///
    /// - Parameter more: what else was said.
    /// - Returns: what is written, and the digest that evidence has of it; nil where there are no words.
    func sealed(
        _ type: String,
        for subject: UUID,
        at now: Date,
        ring: KeyRing?,
        with more: (inout JSONWriter) -> Void = { _ in }
    ) throws -> (writes: SecretWrites, digest: String)? {
        guard let words = self.words(more), let ring else { return nil }
        let id = UUID.version7(at: now)
        let digest = KeyedDigest(ring.looking)
        var writes = SecretWrites(lookupKeyID: digest.keyID)
        writes.add(
            event: id,
            about: subject,
            type: type,
            receivedAt: now,
            secret: try SealedPayload(sealing: words, for: id, with: ring)
        )
        let bytes = digest.digest(.content, CollectionOfOne(words))
        return (writes, bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
    }
}
