import Crypto
import Foundation
import TestKit
import Testing

@testable import Ledger

@Suite("A receiver's key")
struct ReceiverKeyTests {
    @Test("What is sealed for it another implementation opens, and no two sealings are alike")
    func sealing() throws {
        let receiver = SealedReceiver(kid: "acme 2026")
        let key = try ReceiverKey(jwk: receiver.publicJWK)
        let text = #"{"identities":[{"type":"email","value":"zoë@example.com"}]}"#
        let sealed = [try key.seal(Array(text.utf8)), try key.seal(Array(text.utf8))]
        for part in sealed {
            let (opened, header) = try receiver.open(part)
            #expect(opened == text)
            #expect(header["alg"] as? String == "ECDH-ES")
            #expect(header["enc"] as? String == "A256GCM")
            #expect(header["cty"] as? String == "json")
            #expect(header["kid"] as? String == "acme 2026")
            #expect((header["epk"] as? [String: String])?.keys.sorted() == ["crv", "kty", "x", "y"])
            #expect(
                part.split(separator: ".", omittingEmptySubsequences: false).map(\.isEmpty) == [
                    false, true, false, false, false,
                ]
            )
        }
        #expect(Set(sealed.flatMap { $0.split(separator: ".") }).count == 8)
    }

    @Test("A letter and a hundred kilobytes can be sealed", arguments: [1, 2, 100_000])
    func sizes(count: Int) throws {
        let receiver = SealedReceiver()
        let text = String(repeating: "x", count: count)
        #expect(try receiver.open(try ReceiverKey(jwk: receiver.publicJWK).seal(Array(text.utf8))).text == text)
    }

    @Test("Another key does not open it, nor does its own once a letter has changed")
    func otherKey() throws {
        let receiver = SealedReceiver()
        let sealed = try ReceiverKey(jwk: receiver.publicJWK).seal(Array("{}".utf8))
        #expect(throws: Python.Failure.self) { try SealedReceiver().open(sealed) }
        var parts = sealed.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        parts[3] = parts[3].first == "A" ? "B" + parts[3].dropFirst() : "A" + parts[3].dropFirst()
        #expect(throws: Python.Failure.self) { try receiver.open(parts.joined(separator: ".")) }
    }

    @Test("The key is derived as in appendix C of RFC 7518")
    func derivation() {
        let secret: [UInt8] = [
            158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106,
            72, 246,
            218, 167, 121, 140, 254, 144, 196,
        ]
        let key = ConcatKDF.key(
            from: secret,
            for: "A128GCM",
            bits: 128,
            producer: Array("Alice".utf8),
            consumer: Array("Bob".utf8)
        )
        #expect(key.withUnsafeBytes { Base64URL.encode($0) } == "VqqN6vgjbSBcIijNcacQGg")
    }

    @Test("Without a kid the thumbprint names it, and one key has one spelling")
    func thumbprint() throws {
        let receiver = SealedReceiver()
        let key = try ReceiverKey(jwk: receiver.publicJWK)
        #expect(try receiver.thumbprint() == key.kid)
        let padded = receiver.publicJWK.replacing(
            "{",
            with: #"{ "use":"enc","alg":"ECDH-ES","key_ops":[],"x5t":"unread", "#
        )
        #expect(try ReceiverKey(jwk: padded).jwk == key.jwk)
        // What was written is read again as the same.
        #expect(try ReceiverKey(jwk: key.jwk).jwk == key.jwk)
    }

    /// The key of appendix C, known to be on the curve.
    private static let x = "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ"
    private static let y = "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"
    private static func jwk(
        _ more: String = "",
        kty: String = "EC",
        crv: String = "P-256",
        x: String = x,
        y: String = y
    )
        -> String
    {
        #"{"kty":"\#(kty)","crv":"\#(crv)","x":"\#(x)","y":"\#(y)"\#(more)}"#
    }

    @Test(
        "What is no public key on P-256 is refused by what is wrong with it, and never repeated",
        arguments: [
            ("", ReceiverKeyError.Code.syntax), ("canary", .syntax), (#""canary""#, .syntax), ("[]", .syntax),
            ("{}", .syntax),
            (jwk() + "x", .syntax), (#"{"kty":"EC","kty":"EC"}"#, .syntax), (#"{"keys":[\#(jwk())]}"#, .set),
            (jwk(kty: "RSA"), .type), (jwk(kty: "OKP"), .type), (jwk(kty: "ec"), .type), (#"{"kty":1}"#, .type),
            (#"{"kty":"oct","k":"canary"}"#, .secret), (jwk(#","d":"canary""#), .secret), (jwk(#","d":null"#), .secret),
            (jwk(crv: "P-384"), .curve), (jwk(crv: "secp256k1"), .curve),
            (jwk(x: "canary"), .coordinates), (jwk(x: x + "="), .coordinates),
            (jwk(x: String(x.dropLast())), .coordinates),
            (jwk(x: x.replacing("_", with: "/")), .coordinates), (jwk(y: y + "AA"), .coordinates),
            // The same bytes with bits set that nobody reads.
            (jwk(y: y.dropLast() + "l"), .coordinates),
            (jwk(x: y, y: x), .point),
            (jwk(x: String(repeating: "A", count: 43), y: String(repeating: "A", count: 43)), .point),
            (jwk(#","use":"sig""#), .use), (jwk(#","alg":"ES256""#), .use), (jwk(#","alg":"ECDH-ES+A256KW""#), .use),
            (jwk(#","key_ops":["verify"]"#), .use), (jwk(#","key_ops":"deriveKey""#), .use),
            (jwk(#","kid":"""#), .kid), (jwk(#","kid":7"#), .kid), (jwk(#","kid":"a\u2028b""#), .kid),
            (jwk(#","kid":"a\r\nb""#), .kid), (jwk(",\"kid\":\"\(String(repeating: "k", count: 129))\""), .kid),
        ]
    )
    func refused(text: String, code: ReceiverKeyError.Code) throws {
        let error = try #require(throws: ReceiverKeyError.self) { try ReceiverKey(jwk: text) }
        #expect(error.code == code)
        #expect(!"\(error)".contains("canary"))
    }

    @Test(
        "What is allowed beside the four members is allowed",
        arguments: [
            "", #","kid":"k1""#, #","use":"enc""#, #","key_ops":["deriveBits"]"#, #","key_ops":["deriveKey"]"#,
            #","ext":true"#,
        ]
    )
    func accepted(more: String) throws {
        let key = try ReceiverKey(jwk: Self.jwk(more))
        #expect(key.jwk.contains(#""kty":"EC","x":"\#(Self.x)","y":"\#(Self.y)""#))
    }
}
