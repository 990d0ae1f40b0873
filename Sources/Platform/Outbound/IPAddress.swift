public import Glibc

/// An address of the internet protocol, version 4 or 6, without port or zone.
public enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    /// The first and the last eight bytes.
    case v6(UInt64, UInt64)

    /// Reads dotted or colon-separated text; nil for anything else, names and odd forms of version 4 included.
    public init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self = .v4(UInt32(bigEndian: v4.s_addr))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(v6)
        } else {
            return nil
        }
    }

    /// nil for a family other than the two.
    public init?(_ address: UnsafePointer<sockaddr>, length: Int) {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            self = .v4(UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            self.init(raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr)
        default: return nil
        }
    }

    private init(_ address: in6_addr) {
        self = withUnsafeBytes(of: address) { bytes in
            .v6(
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// Whether the first `length` bits are those of `prefix`. Addresses of different versions share none.
    func isIn(_ prefix: IPAddress, length: Int) -> Bool {
        switch (self, prefix) {
        case (.v4(let bits), .v4(let others)):
            // A shift by the whole width gives zero.
            (bits ^ others) & (UInt32.max << (32 - length)) == 0
        case (.v6(let high, let low), .v6(let otherHigh, let otherLow)):
            (high ^ otherHigh) & (UInt64.max << (64 - min(length, 64))) == 0
                && (low ^ otherLow) & (UInt64.max << (64 - max(length - 64, 0))) == 0
        default: false
        }
    }
}
