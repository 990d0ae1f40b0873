/// Why a text is not a key that something can be sealed for. Says nothing of what stood there.
package struct ReceiverKeyError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        case syntax, set, type, secret, curve, coordinates, point, use, kid
    }

    package let code: Code

    init(_ code: Code) { self.code = code }

    /// What is wrong, as the rest of a sentence that begins with the key's place.
    package var fault: String {
        switch code {
        case .syntax: "is not a JSON Web Key"
        case .set: "is a set of keys"
        case .type: "is not a key of an elliptic curve"
        case .secret: "holds a private key"
        case .curve: "is not on the curve P-256"
        case .coordinates: "has no x and y of 32 bytes each in base64url"
        case .point: "has an x and a y that are no point of the curve"
        case .use: "is meant for something else than encryption"
        case .kid: "has a kid that is not one line of 1 to 128 bytes"
        }
    }

    /// What to do, as an imperative.
    package var remedy: String {
        switch code {
        case .syntax: "give one JSON object, or the same as a YAML mapping, with kty, crv, x and y"
        case .set: "give one key of it"
        case .type: "make one with kty EC and crv P-256"
        case .secret: "have a new pair made, since this one has been seen, and give its public half, without d"
        case .curve: "make one with crv P-256"
        case .coordinates, .point: "copy the public key again, whole"
        case .use:
            "give one whose use, alg and key_ops, where it has them, are enc, ECDH-ES and deriveBits or deriveKey"
        case .kid: "shorten it, or leave it out: the thumbprint is taken then"
        }
    }

    package var description: String { "the public key \(fault); \(remedy)" }
}
