import Foundation
import Ledger
import Testing

@Suite("The public half of a signing key")
struct VerifyingKeyTests {
    static let ring = Result { try KeyRing(parsing: KeyRing.newFile()) }

    @Test("checks what the private half has signed, and nothing else")
    func signatures() throws {
        let key = try #require(try Self.ring.get().signing)
        let bytes = Array("what was done".utf8)
        let signature = try key.sign(bytes)
        let verifying = key.verifyingKey
        #expect(verifying.isSignature(signature, of: bytes))
        #expect(!verifying.isSignature(signature, of: bytes + [0x20]))
        #expect(!verifying.isSignature(Array(signature.dropLast()), of: bytes))
        var altered = signature
        altered[10] ^= 1
        #expect(!verifying.isSignature(altered, of: bytes))
        let other = try #require(try KeyRing(parsing: KeyRing.newFile()).signing)
        #expect(!other.verifyingKey.isSignature(signature, of: bytes))
    }

    @Test("reads back from PEM, from base64, and from base64 of the whole structure")
    func forms() throws {
        let key = try #require(try Self.ring.get().signing).verifyingKey
        let body = try #require(key.pem.split(separator: "\n").dropFirst().first)
        for text in [
            key.pem, key.pem.replacingOccurrences(of: "\n", with: "\r\n"), key.base64, "\(key.base64)\n", String(body),
        ] {
            #expect(VerifyingKey(text: text) == key, "\(text)")
        }
    }

    @Test(
        "takes nothing else for a key",
        arguments: ["", "AAAA", "no base64!", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"]
    )
    func wrong(_ text: String) { #expect(VerifyingKey(text: text) == nil) }
}
