import Crypto
package import Rights

/// Keyed digests (HMAC-SHA-256) under the installation's look-up key: nobody without that key can test a guess.
package struct KeyedDigest: Sendable {
    package let keyID: String
    private let key: SymmetricKey

    package init(_ lookup: KeyRing.LookupKey) {
        keyID = lookup.id
        key = lookup.key
    }

    /// What a digest is of; part of what is hashed, so that digests of different purposes never meet.
    package enum Purpose: UInt8, Sendable {
        case identity = 1
        case dedupe = 2
        case content = 3
        case message = 4
    }

    /// The digest over `parts`, each preceded by its length.
    package func digest(_ purpose: Purpose, _ parts: some Sequence<[UInt8]>) -> [UInt8] {
        var code = HMAC<SHA256>(key: key)
        code.update(data: [purpose.rawValue])
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { code.update(data: $0) }
            part.withUnsafeBytes { code.update(data: $0) }
        }
        return [UInt8](code.finalize())
    }

    package func digest(_ purpose: Purpose, _ parts: String...) -> [UInt8] {
        digest(purpose, parts.map { [UInt8]($0.utf8) })
    }

    /// The look-up hash of an identity at one client: the same person at two clients gives two hashes.
    package func lookup(_ identity: Identity, client: String?) -> [UInt8] {
        digest(.identity, client ?? "", identity.type.rawValue, identity.value)
    }
}
