import Glibc

/// Internet addresses in canonical text: dotted quads without leading zeros, IPv6 by RFC 5952. An IPv4 address in IPv6
/// clothes is the IPv4 address.
package enum IPAddress {
    package static func normalise(_ text: String) -> String? {
        let text = CanonicalText.trimmed(text)
        guard text.utf8.count < 46, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return render(AF_INET, &four) }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        guard bytes.starts(with: mapped) else { return render(AF_INET6, &six) }
        return bytes[12...].map { String($0) }.joined(separator: ".")
    }

    private static func render(_ family: Int32, _ address: UnsafeRawPointer) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, address, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
