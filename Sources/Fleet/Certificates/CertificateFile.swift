import Crypto
import FoundationEssentials
package import Ledger
import Rights

/// A certificate as it is handed over: the signed text, the signature, and which key made it.
///
/// A JSON object `{"v":1,"body":"…","key":"s1","signature":"base64"}`. What is signed are the bytes of `body` once the string is read:
/// `jq -j .body` writes them, and nobody needs our JSON writer to check them.
package struct CertificateFile: Sendable, Hashable {
    package let body: String
    /// Nil for one that nobody has signed.
    package let keyID: String?
    package let signature: [UInt8]?

    package init(body: String, keyID: String?, signature: [UInt8]?) {
        self.body = body
        self.keyID = keyID
        self.signature = signature
    }

    /// SHA-256 of ``body``, hexadecimal.
    package var digest: String { Hex.text(SHA256.hash(data: Array(body.utf8))) }

    package var text: String {
        var writer = JSONWriter(capacity: body.utf8.count + 512)
        writer.object { file in
            file.member("v", 1)
            file.member("body", body)
            file.member("key", keyID)
            file.member("signature", signature.map { Data($0).base64EncodedString() })
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Reads what ``text`` wrote.
    package init(reading bytes: [UInt8]) throws(Fault) {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: 2)
        guard fault == nil, document.kind(0) == .object, let body = document.word(0, "body") else {
            throw .notACertificate
        }
        let encoded = document.word(0, "signature")
        let signature = encoded.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) }
        guard (encoded == nil) == (signature == nil) else { throw .notACertificate }
        self.init(body: body, keyID: document.word(0, "key"), signature: signature)
    }

    /// What is wrong with one.
    package enum Fault: String, ClosedList, Error {
        case notACertificate = "not_a_certificate"
        /// Of a version that this program does not read.
        case unknownVersion = "unknown_version"
        case notSigned = "not_signed"
        /// It names no key, and none was given.
        case noKey = "no_key"
        /// It names another key than the one given.
        case otherKey = "other_key"
        case wrongSignature = "wrong_signature"
    }

    /// What a certificate that holds says of itself.
    package struct Reading: Sendable, Hashable {
        package let certificate: String
        package let request: String
        package let isInterim: Bool
        package let key: VerifyingKey
    }

    /// Whether every byte of it is as the holder of the key has signed it.
    ///
    /// - Parameter key: the installation's, from a source that is trusted. Without one the certificate's own word is taken for whose
    ///   it is: that shows that nothing was altered, and not who made it.
    package func check(with key: VerifyingKey?) throws(Fault) -> Reading {
        let (document, fault) = JSONScanner.scan(Array(body.utf8), maximumDepth: 8)
        guard fault == nil, document.kind(0) == .object, let id = document.word(0, "certificate"),
            let request = document.word(0, "request"), let version = document.member(0, "v")
        else { throw .notACertificate }
        guard document.integer(version) == Int64(Certificate.version) else { throw .unknownVersion }
        guard let signature else { throw .notSigned }
        let named = document.member(0, "key").flatMap { document.word($0, "public_key") }.flatMap {
            VerifyingKey(text: $0)
        }
        guard let used = key ?? named else { throw .noKey }
        // Where the signature is the given key's all the same, somebody has written another key into what was signed.
        guard named == nil || named == used else { throw .otherKey }
        guard used.isSignature(signature, of: body.utf8) else { throw .wrongSignature }
        let isInterim = document.member(0, "interim").map { document.kind($0) == .true } ?? false
        return Reading(certificate: id, request: request, isInterim: isInterim, key: used)
    }
}
