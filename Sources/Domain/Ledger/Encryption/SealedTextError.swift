/// Why a sealed text does not open. Says nothing of what stands in it.
package struct SealedTextError: Error, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case form, algorithm, other, noKey
    }

    package let code: Code

    init(_ code: Code) { self.code = code }

    /// What to do, for whoever has sealed it.
    package var remedy: String {
        switch code {
        case .form: "Send a compact JWE with a key pair of its own on P-256."
        case .algorithm: "Seal with alg ECDH-ES and enc A256GCM, without zip and crit."
        case .other: "Seal for the key that came with the task, or that `habeas keys public --intake` prints."
        case .noKey: "Name an https address instead; this processor has no key of kind intake to seal for."
        }
    }
}
