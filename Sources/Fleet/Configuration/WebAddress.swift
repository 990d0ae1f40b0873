import FoundationEssentials

/// An http or https URL taken apart, of printable ASCII throughout: what holds blanks, control characters or line ends of
/// any alphabet is none.
package struct WebAddress: Sendable, Hashable {
    package let isEncrypted: Bool
    package let host: String
    /// Scheme, host and port, in the one form in which they can be compared: small letters, and no port that goes without saying.
    package let origin: String
    /// Without a slash at its end.
    package let path: String
    package let user: String?
    package let password: String?
    /// Whether something follows the path: a query, a fragment.
    package let hasQuery: Bool
    package let hasFragment: Bool

    package init?(_ text: String) {
        guard text.utf8.count <= 2_048,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "https" || scheme == "http", let host = parts.host, !host.isEmpty
        else { return nil }
        if let port = parts.port, !(1...65_535).contains(port) { return nil }
        isEncrypted = scheme == "https"
        self.host = host.lowercased()
        let isV6 = host.contains(":") && !host.hasPrefix("[")
        let usual = isEncrypted ? 443 : 80
        let port = parts.port.flatMap { $0 == usual ? nil : ":\($0)" } ?? ""
        origin = "\(scheme)://\(isV6 ? "[\(self.host)]" : self.host)\(port)"
        var path = parts.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path
        user = parts.user
        password = parts.password
        hasFragment = parts.fragment != nil
        hasQuery = parts.query != nil || hasFragment
    }

    /// This machine, written out: what is said to it passes nobody.
    package var isLoopback: Bool { ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) }
}
