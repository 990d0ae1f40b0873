import Crypto
import Fleet
import FoundationEssentials
import Ledger

/// What sessions and forms are signed with: a secret of this process, or of the file that several copies share.
struct SessionKey: Sendable {
    private let key: SymmetricKey

    /// A new one, which ends with the process.
    init() { key = SymmetricKey(size: .bits256) }

    /// - Throws: ``StartError`` where the file cannot be read, is open to others, or is too short to be a secret.
    init(file path: String) throws(StartError) {
        guard let status = FileStatus(path), status.isRegular, status.isPrivate, status.size <= 65_536,
            let data = FileManager.default.contents(atPath: path), data.count >= 32
        else {
            throw StartError(
                .configuration,
                "console.session_key_file: is no file of 32 bytes or more that only this user may read; make one with openssl rand"
            )
        }
        key = SymmetricKey(data: SHA256.hash(data: data))
    }

    /// In base64url.
    func signature(of text: String) -> String {
        Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)))
    }

    /// Takes the same time wherever the two differ.
    func isSignature(_ signature: String, of text: String) -> Bool {
        Base64URL.decode(signature).map {
            HMAC<SHA256>.isValidAuthenticationCode($0, authenticating: Data(text.utf8), using: key)
        } ?? false
    }
}
