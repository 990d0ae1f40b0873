import Crypto
package import FoundationEssentials

/// One fact in a chain of evidence.
///
/// `hash` is SHA-256 over a fixed header, every field with its length, and the hash of the row before; `body` is kept as
/// the text that was hashed, so that anybody can check it without our JSON writer.
package struct EvidenceRow: Sendable, Equatable {
    package let chainID: UUID
    package let sequence: Int
    package let chainKind: String
    package let clientID: String?
    /// Whole microseconds: what the database keeps is what was hashed.
    package let at: Date
    package let fact: String
    package let actor: String
    package let body: String
    package let previous: [UInt8]
    package let hash: [UInt8]

    package init(
        chain: EvidenceChain,
        clientID: String?,
        at: Date,
        fact: String,
        actor: String,
        body: String
    ) {
        let microseconds = Int64((at.timeIntervalSince1970 * 1_000_000).rounded())
        self.chainID = chain.id
        self.sequence = chain.sequence + 1
        self.chainKind = chain.kind.rawValue
        self.clientID = clientID
        self.at = Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
        self.fact = fact
        self.actor = actor
        self.body = body
        self.previous = chain.head
        self.hash = EvidenceRow.hash(
            chain.id,
            sequence,
            chainKind,
            microseconds,
            fact,
            actor,
            body,
            chain.head
        )
    }

    /// A row as it was read, its hash not yet believed.
    package init(
        stored chainID: UUID,
        sequence: Int,
        chainKind: String,
        clientID: String?,
        at: Date,
        fact: String,
        actor: String,
        body: String,
        previous: [UInt8],
        hash: [UInt8]
    ) {
        self.chainID = chainID
        self.sequence = sequence
        self.chainKind = chainKind
        self.clientID = clientID
        self.at = at
        self.fact = fact
        self.actor = actor
        self.body = body
        self.previous = previous
        self.hash = hash
    }

    /// The hash that this row's content gives.
    package var expectedHash: [UInt8] {
        let microseconds = Int64((at.timeIntervalSince1970 * 1_000_000).rounded())
        return EvidenceRow.hash(chainID, sequence, chainKind, microseconds, fact, actor, body, previous)
    }

    private static func hash(
        _ chainID: UUID,
        _ sequence: Int,
        _ kind: String,
        _ microseconds: Int64,
        _ fact: String,
        _ actor: String,
        _ body: String,
        _ previous: [UInt8]
    ) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(128 + body.utf8.count)
        content.append(contentsOf: "habeas evidence 1\n".utf8)
        withUnsafeBytes(of: chainID.uuid) { content.append(contentsOf: $0) }
        withUnsafeBytes(of: Int64(sequence).bigEndian) { content.append(contentsOf: $0) }
        withUnsafeBytes(of: microseconds.bigEndian) { content.append(contentsOf: $0) }
        for text in [kind, fact, actor, body] {
            withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { content.append(contentsOf: $0) }
            content.append(contentsOf: text.utf8)
        }
        content.append(contentsOf: previous)
        return [UInt8](SHA256.hash(data: content))
    }
}
