import Crypto

/// The derivation of a key from an agreed secret that JWE prescribes (RFC 7518, section 4.6.2; NIST SP 800-56A), for keys of
/// at most 256 bits: one round of SHA-256.
enum ConcatKDF {
    /// - Parameters:
    ///   - secret: what the two keys agree on.
    ///   - algorithm: the header's `enc`, where the key is used as it comes out.
    ///   - bits: length of the key, at most 256.
    ///   - producer: the header's `apu`, decoded.
    ///   - consumer: the header's `apv`, decoded.
    static func key(
        from secret: some Sequence<UInt8>,
        for algorithm: String,
        bits: Int,
        producer: [UInt8] = [],
        consumer: [UInt8] = []
    ) -> SymmetricKey {
        var round = number(1)
        round += secret
        for part in [Array(algorithm.utf8), producer, consumer] { round += number(part.count) + part }
        round += number(bits)
        return SymmetricKey(data: Array(SHA256.hash(data: round)).prefix(bits / 8))
    }

    private static func number(_ value: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(value).bigEndian) { Array($0) }
    }
}
