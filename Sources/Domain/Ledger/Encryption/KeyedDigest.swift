import Crypto
package import Rights

/// Keyed digests (HMAC-SHA-256) under the installation's look-up key: nobody without that key can test a guess.
package struct KeyedDigest: Sendable {
    package let keyID: String
    /// Keyed and nothing more: a copy is cheaper than keying anew.
    private let keyed: HMAC<SHA256>

    package init(_ lookup: KeyRing.LookupKey) {
        keyID = lookup.id
        keyed = HMAC<SHA256>(key: lookup.key)
    }

    /// What a digest is of; part of what is hashed, so that digests of different purposes never meet.
    package enum Purpose: UInt8, Sendable {
        case identity = 1
        case dedupe = 2
        case content = 3
        case message = 4
        case ask = 5
        /// What a peer has replied.
        case reply = 6
        /// A key for what has to be remembered between two calls about the same part.
        case checkpoint = 7
    }

    /// The digest over `parts`, each preceded by its length.
    package func digest(_ purpose: Purpose, _ parts: some Sequence<[UInt8]>) -> [UInt8] {
        finished([purpose.rawValue]) { content in
            for part in parts { append(part, to: &content) }
        }
    }

    package func digest(_ purpose: Purpose, _ parts: String...) -> [UInt8] {
        finished([purpose.rawValue]) { content in
            for part in parts { append(part.utf8, to: &content) }
        }
    }

    /// One update for all: each costs more than the bytes it takes.
    private func finished(_ head: [UInt8], _ fill: (inout [UInt8]) -> Void) -> [UInt8] {
        var content = head
        content.reserveCapacity(256)
        fill(&content)
        var code = keyed
        content.withUnsafeBytes { code.update(data: $0) }
        return code.finalize().withUnsafeBytes { [UInt8]($0) }
    }

    private func append(_ part: some Collection<UInt8>, to content: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(part.count).bigEndian) { content.append(contentsOf: $0) }
        content.append(contentsOf: part)
    }

    /// The look-up hash of an identity at one client: the same person at two clients gives two hashes.
    package func lookup(_ identity: Identity, client: String?) -> [UInt8] {
        digest(.identity, client ?? "", identity.type.rawValue, identity.value)
    }
}
