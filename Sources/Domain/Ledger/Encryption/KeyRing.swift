package import Crypto
import FoundationEssentials

/// The keys that live outside the database: key-encryption keys, which wrap the key of each case, and look-up keys,
/// which turn an identity into a keyed hash.
///
/// Read from a text file, one key a line, `#` begins a comment:
///
///     kek    k1  <base64 of 32 bytes>
///     lookup l1  <base64 of 32 bytes>
///     sign   s1  <base64 of 32 bytes>
///     intake i1  <base64 of 32 bytes>
///
/// The first key of a kind is the one that new rows use; the others are kept to read what they wrote.
package struct KeyRing: Sendable {
    package struct KeyEncryptionKey: Sendable {
        package let id: String
        package let key: SymmetricKey
    }

    package struct LookupKey: Sendable {
        package let id: String
        package let key: SymmetricKey
    }

    /// Signs evidence and certificates (Ed25519).
    package struct SigningKey: Sendable {
        package let id: String
        private let key: Curve25519.Signing.PrivateKey

        init?(id: String, bytes: Data) {
            guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
            self.id = id
            self.key = key
        }

        package func sign(_ bytes: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: bytes)) }

        /// The 32 bytes by which anybody can check a signature, in the forms that others read.
        package var verifyingKey: VerifyingKey { VerifyingKey(of: key) }
    }

    package let keyEncryptionKeys: [KeyEncryptionKey]
    package let signingKeys: [SigningKey]
    package let lookupKeys: [LookupKey]
    package let intakeKeys: [IntakeKey]

    /// The key that wraps new case keys.
    package var wrapping: KeyEncryptionKey { keyEncryptionKeys[0] }

    /// The key that new look-ups use.
    package var looking: LookupKey { lookupKeys[0] }

    /// The key that new signatures use; nil where the file has none.
    package var signing: SigningKey? { signingKeys.first }

    /// The key that others seal for; nil where the file has none.
    package var intake: IntakeKey? { intakeKeys.first }

    package func keyEncryptionKey(_ id: String) throws(KeyRingError) -> SymmetricKey {
        guard let found = keyEncryptionKeys.first(where: { $0.id == id }) else { throw KeyRingError(.unknownKey(id)) }
        return found.key
    }

    /// Parses the text of a key file. The error names the line and what is wrong with it, never what it says.
    package init(parsing text: String) throws(KeyRingError) {
        var wrapping: [KeyEncryptionKey] = []
        var looking: [LookupKey] = []
        var signing: [SigningKey] = []
        var intake: [IntakeKey] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = line.prefix { $0 != "#" }
            let words = content.split(whereSeparator: \.isWhitespace)
            guard !words.isEmpty else { continue }
            guard words.count == 3, let bytes = Data(base64Encoded: String(words[2])), bytes.count == 32 else {
                throw KeyRingError(.badLine(index + 1))
            }
            let id = String(words[1])
            guard (1...16).contains(id.utf8.count) else { throw KeyRingError(.badLine(index + 1)) }
            guard let kind = Kind(rawValue: String(words[0])) else { throw KeyRingError(.badLine(index + 1)) }
            switch kind {
            case .kek: wrapping.append(KeyEncryptionKey(id: id, key: SymmetricKey(data: bytes)))
            case .lookup: looking.append(LookupKey(id: id, key: SymmetricKey(data: bytes)))
            case .sign:
                guard let key = SigningKey(id: id, bytes: bytes) else { throw KeyRingError(.badLine(index + 1)) }
                signing.append(key)
            case .intake:
                guard let key = IntakeKey(id: id, bytes: bytes) else { throw KeyRingError(.badLine(index + 1)) }
                intake.append(key)
            }
        }
        guard !wrapping.isEmpty else { throw KeyRingError(.noKey("kek")) }
        guard !looking.isEmpty else { throw KeyRingError(.noKey("lookup")) }
        keyEncryptionKeys = wrapping
        lookupKeys = looking
        signingKeys = signing
        intakeKeys = intake
    }

    /// The text of a new key file with one fresh key of each kind.
    package static func newFile() -> String {
        """
        # Keys of one Habeas installation. Whoever reads this file reads every payload of its database.
        # kind  id  base64 of 32 bytes; the first of a kind is in use, the others are kept to read what they wrote.
        kek    k1 \(Kind.kek.fresh())
        lookup l1 \(Kind.lookup.fresh())
        sign   s1 \(Kind.sign.fresh())
        intake i1 \(Kind.intake.fresh())

        """
    }
}

/// What is wrong with a key file. Holds line numbers and key ids, never key material.
package struct KeyRingError: Error, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        case badLine(Int)
        case noKey(String)
        case unknownKey(String)
        case unreadable
        case tooOpen
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var description: String {
        switch code {
        case .badLine(let line):
            "key file, line \(line): expected `kek|lookup|sign|intake ID BASE64-OF-32-BYTES`; correct the line or make a new file with `habeas keys create`"
        case .noKey(let kind): "key file: no key of kind \(kind); add one with `habeas keys create --add \(kind)`"
        case .unknownKey(let id):
            "key ring: no key-encryption key named \(id); restore the key file that this database was written with"
        case .unreadable: "key file: cannot be read; check the path in keys.file and that this user may read it"
        case .tooOpen: "key file: readable by others than its owner; chmod 600 it"
        }
    }
}
