/// A digest that is fed piece by piece, for bodies too large to keep.
public protocol BodyDigest {
    mutating func update(_ bytes: UnsafeRawBufferPointer)
    mutating func finish() -> [UInt8]
}

/// 64-bit FNV-1a: tells two bodies apart, protects against nobody.
public struct FNV1a: BodyDigest, Sendable {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            state = (state ^ UInt64(byte)) &* 0x100_0000_01b3
        }
    }

    public mutating func finish() -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: state >> (56 - 8 * $0)) }
    }
}
