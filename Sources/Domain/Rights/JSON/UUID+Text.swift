package import FoundationEssentials

extension UUID {
    /// As RFC 9562 writes it, in lower case: the same as `uuidString.lowercased()`, which goes through a printing function.
    package var lowercaseText: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var count = 0
            withUnsafeBytes(of: uuid) { bytes in
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        buffer[count] = UInt8(ascii: "-")
                        count += 1
                    }
                    buffer[count] = Self.digit(byte >> 4)
                    buffer[count + 1] = Self.digit(byte & 15)
                    count += 2
                }
            }
            return count
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }
}
