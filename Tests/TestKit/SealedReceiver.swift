import Crypto
import Foundation

/// A client with a key pair of its own, and with another implementation of JWE (jwcrypto, of the distribution) to open what
/// was sealed for it.
package struct SealedReceiver: Sendable {
    private let key = P256.KeyAgreement.PrivateKey()
    private let kid: String?

    package init(kid: String? = nil) { self.kid = kid }

    /// What the client hands out: a JSON Web Key.
    package var publicJWK: String { Self.json(members) }

    /// The key itself, which it never shows anybody.
    package var privateJWK: String {
        var members = members
        members["d"] = Self.letters(key.rawRepresentation)
        return Self.json(members)
    }

    private var members: [String: String] {
        let point = key.publicKey.rawRepresentation
        var members = [
            "kty": "EC", "crv": "P-256", "x": Self.letters(point.prefix(32)), "y": Self.letters(point.suffix(32)),
        ]
        members["kid"] = kid
        return members
    }

    /// Opens it with this key: the text, and the header it came with.
    package func open(_ sealed: String) throws -> (text: String, header: [String: Any]) {
        let script = """
            import json, sys
            from jwcrypto import jwe, jwk
            given = json.load(sys.stdin)
            token = jwe.JWE(algs=["ECDH-ES", "A256GCM"])
            token.deserialize(given["sealed"], jwk.JWK.from_json(given["key"]))
            print(json.dumps({"text": token.payload.decode(), "header": token.jose_header}))
            """
        let input = try JSONSerialization.data(withJSONObject: ["sealed": sealed, "key": privateJWK])
        let output = try Python.run(script, input: input)
        let opened = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        guard let text = opened?["text"] as? String, let header = opened?["header"] as? [String: Any] else {
            throw Python.Failure(output: output)
        }
        return (text, header)
    }

    /// The thumbprint of the key, as the other implementation computes it.
    package func thumbprint() throws -> String {
        let script = "import sys; from jwcrypto import jwk; print(jwk.JWK.from_json(sys.stdin.read()).thumbprint())"
        return try Python.run(script, input: Data(publicJWK.utf8)).trimmingCharacters(in: .newlines)
    }

    private static func json(_ members: [String: String]) -> String {
        let data = try? JSONSerialization.data(withJSONObject: members, options: .sortedKeys)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    private static func letters(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
