/// Tells which addresses are nobody's business to call: those that lead back to this machine or into the network it stands
/// in, and those that lead nowhere.
///
/// A pure value. ``HTTPClient`` and ``SMTPClient`` ask it about every socket before it connects and about every connection
/// before it is used, so that neither a name's second look-up nor a connection kept from another call gets round it.
///
/// Of version 6 only global unicast addresses (2000::/3) pass, and an address of version 4 inside one of version 6 is
/// judged by itself: mapped, compatible, translated, 6to4, Teredo, NAT64 and ISATAP. The network that NAT64 sets aside for
/// local use (64:ff9b:1::/48) is refused as a whole, because where it holds the other address is a local matter too.
public struct AddressGuard: Sendable {
    private let exceptions: Set<IPAddress>

    public init() {
        exceptions = []
    }

    /// Addresses that pass whatever their range.
    init(excepting exceptions: Set<IPAddress>) {
        self.exceptions = exceptions
    }

    /// nil when the address may be called.
    public func refusal(of address: IPAddress) -> AddressRefusal? {
        if exceptions.contains(address) { return nil }
        if let network = Self.networks.first(where: { address.isIn($0.prefix, length: $0.length) }) {
            return AddressRefusal(network.range, form: network.form)
        }
        guard case .v6(let high, let low) = address else { return nil }
        for (form, inner) in Self.embedded(high, low) {
            if let refusal = refusal(of: .v4(inner)) { return AddressRefusal(refusal.range, form: form) }
        }
        return Self.isGlobal(high, low) ? nil : AddressRefusal(.reserved)
    }

    /// The addresses of version 4 that one of version 6 stands for.
    private static func embedded(_ high: UInt64, _ low: UInt64) -> [(AddressRefusal.Form, UInt32)] {
        let last = UInt32(truncatingIfNeeded: low)
        switch (high, low >> 32) {
        case (0, 0): return [(.compatible, last)]
        case (0, 0xFFFF): return [(.mapped, last)]
        case (0, 0xFFFF_0000): return [(.translated, last)]
        case (0x0064_FF9B_0000_0000, 0): return [(.nat64, last)]
        case _ where high >> 48 == 0x2002: return [(.sixToFour, UInt32(truncatingIfNeeded: high >> 16))]
        case _ where high >> 32 == 0x2001_0000:
            // The server, and the client with its bits inverted.
            return [(.teredo, UInt32(truncatingIfNeeded: high)), (.teredo, ~last)]
        case (_, 0x0000_5EFE), (_, 0x0200_5EFE): return [(.isatap, last)]
        default: return []
        }
    }

    /// Global unicast, or an address of version 4 in a form that is routed.
    private static func isGlobal(_ high: UInt64, _ low: UInt64) -> Bool {
        high >> 61 == 1 || (high == 0 && low >> 32 == 0xFFFF) || (high == 0x0064_FF9B_0000_0000 && low >> 32 == 0)
    }

    private struct Network {
        let prefix: IPAddress
        let length: Int
        let range: AddressRefusal.Range
        let form: AddressRefusal.Form?
    }

    /// The more particular comes first. Sources: the registries of special-purpose addresses at IANA (RFC 6890 and its
    /// updates), and what the large clouds document of their metadata services.
    private static let networks: [Network] = {
        let table: [(String, Int, AddressRefusal.Range)] = [
            ("169.254.169.254", 32, .metadata), ("169.254.170.2", 32, .metadata), ("169.254.170.23", 32, .metadata),
            ("100.100.100.200", 32, .metadata), ("192.0.0.192", 32, .metadata), ("168.63.129.16", 32, .metadata),
            ("0.0.0.0", 8, .unspecified), ("10.0.0.0", 8, .private), ("100.64.0.0", 10, .carrier),
            ("127.0.0.0", 8, .loopback), ("169.254.0.0", 16, .linkLocal), ("172.16.0.0", 12, .private),
            ("192.0.0.0", 24, .reserved), ("192.0.2.0", 24, .documentation), ("192.88.99.0", 24, .reserved),
            ("192.168.0.0", 16, .private), ("198.18.0.0", 15, .benchmark), ("198.51.100.0", 24, .documentation),
            ("203.0.113.0", 24, .documentation), ("255.255.255.255", 32, .broadcast), ("224.0.0.0", 4, .multicast),
            ("240.0.0.0", 4, .reserved),
            ("fd00:ec2::254", 128, .metadata), ("fd00:ec2::23", 128, .metadata), ("fd20:ce::254", 128, .metadata),
            ("::", 128, .unspecified), ("::1", 128, .loopback), ("100::", 64, .reserved),
            ("2001:2::", 48, .benchmark), ("2001:db8::", 32, .documentation), ("3fff::", 20, .documentation),
            ("fc00::", 7, .uniqueLocal), ("fe80::", 10, .linkLocal), ("fec0::", 10, .siteLocal),
            ("ff00::", 8, .multicast),
            // Protocol assignments, without Teredo, which is 2001::/32.
            ("2001:1::", 32, .reserved), ("2001:2::", 31, .reserved), ("2001:4::", 30, .reserved),
            ("2001:8::", 29, .reserved), ("2001:10::", 28, .reserved), ("2001:20::", 27, .reserved),
            ("2001:40::", 26, .reserved), ("2001:80::", 25, .reserved), ("2001:100::", 24, .reserved),
        ]
        let local = [("64:ff9b:1::", 48, AddressRefusal.Range.reserved)]
        return table.compactMap { entry(for: $0, form: nil) } + local.compactMap { entry(for: $0, form: .nat64) }
    }()

    private static func entry(
        for line: (String, Int, AddressRefusal.Range),
        form: AddressRefusal.Form?
    ) -> Network? {
        IPAddress(line.0).map { Network(prefix: $0, length: line.1, range: line.2, form: form) }
    }
}
