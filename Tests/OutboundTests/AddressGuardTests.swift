import Outbound
import Testing

struct AddressGuardTests {
    private let guardian = AddressGuard()

    private func reason(_ text: String) throws -> String? {
        try guardian.refusal(of: #require(IPAddress(text), "\(text)"))?.description
    }

    @Test(
        "Addresses of the public internet pass",
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0",
            "192.88.98.255", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255",
            "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255", "168.63.129.15",
            "2606:4700:4700::1111", "2001:4860:4860::8888", "2001:200::1", "2a00::1", "2001:db7::1", "2001:db9::1",
            "3ffe::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2a00::5efe:808:808",
        ]
    )
    func passing(address: String) throws {
        #expect(try reason(address) == nil)
    }

    @Test(
        "Ranges that lead inside or nowhere are refused from their first address to their last",
        arguments: [
            ("0.0.0.0", "0.255.255.255", "unspecified"), ("10.0.0.0", "10.255.255.255", "private"),
            ("100.64.0.0", "100.127.255.255", "carrier-grade NAT"), ("127.0.0.0", "127.255.255.255", "loopback"),
            ("169.254.0.0", "169.254.255.255", "link-local"), ("172.16.0.0", "172.31.255.255", "private"),
            ("192.0.0.0", "192.0.0.255", "reserved"), ("192.0.2.0", "192.0.2.255", "documentation"),
            ("192.88.99.0", "192.88.99.255", "reserved"), ("192.168.0.0", "192.168.255.255", "private"),
            ("198.18.0.0", "198.19.255.255", "benchmarking"), ("198.51.100.0", "198.51.100.255", "documentation"),
            ("203.0.113.0", "203.0.113.255", "documentation"), ("224.0.0.0", "239.255.255.255", "multicast"),
            ("240.0.0.0", "255.255.255.254", "reserved"), ("255.255.255.255", "255.255.255.255", "broadcast"),
            ("169.254.169.254", "169.254.169.254", "metadata"), ("169.254.170.2", "169.254.170.2", "metadata"),
            ("169.254.170.23", "169.254.170.23", "metadata"), ("100.100.100.200", "100.100.100.200", "metadata"),
            ("192.0.0.192", "192.0.0.192", "metadata"), ("168.63.129.16", "168.63.129.16", "metadata"),
            ("::", "::", "unspecified"), ("::1", "::1", "loopback"),
            ("100::", "100::ffff:ffff:ffff:ffff", "reserved"),
            ("2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", "reserved"),
            ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "benchmarking"),
            ("2001:2:1::", "2001:3:ffff::", "reserved"), ("2001:4::", "2001:7:ffff::", "reserved"),
            ("2001:8::", "2001:f:ffff::", "reserved"), ("2001:10::", "2001:1f:ffff::", "reserved"),
            ("2001:20::", "2001:3f:ffff::", "reserved"), ("2001:40::", "2001:7f:ffff::", "reserved"),
            ("2001:80::", "2001:ff:ffff::", "reserved"), ("2001:100::", "2001:1ff:ffff::", "reserved"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "unique local"),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "link-local"),
            ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "site-local"),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"),
            ("fd00:ec2::254", "fd00:ec2::254", "metadata"), ("fd00:ec2::23", "fd00:ec2::23", "metadata"),
            ("fd20:ce::254", "fd20:ce::254", "metadata"),
            ("::2:0:0:0", "1fff:ffff::", "reserved"), ("4000::", "fbff:ffff::", "reserved"),
        ]
    )
    func refused(first: String, last: String, range: String) throws {
        #expect(try reason(first) == "\(range) address")
        #expect(try reason(last) == "\(range) address")
    }

    /// Each of the ways to write an address of version 4 into one of version 6.
    private static let forms: [(String, @Sendable (UInt32) -> String)] = [
        ("IPv4-mapped", { "::ffff:\(hex($0))" }), ("IPv4-translated", { "::ffff:0:\(hex($0))" }),
        ("NAT64", { "64:ff9b::\(hex($0))" }), ("6to4", { "2002:\(hex($0))::1" }),
        ("Teredo", { "2001:0:808:808:0:0:\(hex(~$0))" }), ("Teredo", { "2001:0:\(hex($0)):0:0:\(hex(~0x0808_0808))" }),
        ("ISATAP", { "2a00::5efe:\(hex($0))" }), ("ISATAP", { "2a00::200:5efe:\(hex($0))" }),
    ]

    private static func hex(_ bits: UInt32) -> String {
        String(bits >> 16, radix: 16) + ":" + String(bits & 0xFFFF, radix: 16)
    }

    @Test(
        "An address inside another is refused for what it is, and the form is named",
        arguments: [
            ("0.0.0.0", "unspecified"), ("10.1.2.3", "private"), ("100.64.0.1", "carrier-grade NAT"),
            ("127.0.0.1", "loopback"), ("169.254.1.1", "link-local"), ("169.254.169.254", "metadata"),
            ("172.31.0.1", "private"), ("192.168.1.1", "private"), ("198.18.0.1", "benchmarking"),
            ("203.0.113.7", "documentation"), ("224.0.0.251", "multicast"), ("255.255.255.255", "broadcast"),
        ]
    )
    func forms(inner: String, range: String) throws {
        guard case .v4(let bits) = try #require(IPAddress(inner)) else { return }
        for (form, write) in Self.forms {
            #expect(try reason(write(bits)) == "\(range) address in \(form) form", "\(form)")
        }
        // :: and ::1 are of version 6 themselves.
        if bits > 1 { #expect(try reason("::\(inner)") == "\(range) address in IPv4-compatible form") }
    }

    @Test(
        "Translation for local use is refused whatever it holds",
        arguments: ["64:ff9b:1::808:808", "64:ff9b:1:808:8:800::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"]
    )
    func localTranslation(address: String) throws {
        #expect(try reason(address) == "reserved address in NAT64 form")
    }

    @Test(
        "Deprecated forms of public addresses that nothing routes are refused too",
        arguments: ["::8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::1:0:0"]
    )
    func unrouted(address: String) throws {
        #expect(try reason(address)?.hasPrefix("reserved address") == true)
    }

    @Test(
        "Only whole addresses are read",
        arguments: [
            "", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1 ", "[::1]", "fe80::1%lo", "1.2.3.4.5",
        ]
    )
    func reading(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
