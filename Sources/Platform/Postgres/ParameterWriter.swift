/// Collects the binary forms of a statement's parameters in one buffer.
///
/// One buffer for all of them, because a statement with ten arrays of three hundred elements is the common case and an
/// allocation each would cost more than the encoding.
public struct ParameterWriter: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var refusal: StaticString?

    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(bytes.count + count)
    }

    /// Appends the integer in network byte order.
    @inline(__always)
    public mutating func append(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func append(_ slice: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: slice)
    }

    public mutating func append(_ array: [UInt8]) {
        bytes.append(contentsOf: array)
    }

    public mutating func append(_ string: String) {
        bytes.append(contentsOf: string.utf8)
    }

    /// Says that the value has no form the server knows. The statement is then refused before anything is sent.
    public mutating func refuse(_ reason: StaticString) {
        if refusal == nil { refusal = reason }
    }

    /// One element of an array: its length, then what `body` appends.
    @inline(__always)
    mutating func element(_ body: (inout ParameterWriter) -> Void) {
        let start = bytes.count
        append(Int32(0))
        body(&self)
        overwrite(Int32(truncatingIfNeeded: bytes.count - start - 4), at: start)
    }

    mutating func arrayHeader(of type: PostgresType, count: Int, hasNull: Bool) {
        append(Int32(count == 0 ? 0 : 1))
        append(Int32(hasNull ? 1 : 0))
        append(type.rawValue)
        guard count > 0 else { return }
        append(Int32(truncatingIfNeeded: count))
        append(Int32(1))
    }

    mutating func append(contentsOf other: ParameterWriter) {
        bytes.append(contentsOf: other.bytes)
        if refusal == nil { refusal = other.refusal }
    }

    @inline(__always)
    private mutating func overwrite(_ integer: Int32, at offset: Int) {
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: integer.bigEndian, toByteOffset: offset, as: Int32.self) }
    }
}
