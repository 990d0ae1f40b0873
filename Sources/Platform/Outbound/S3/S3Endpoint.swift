import FoundationEssentials

/// A bucket at a server that speaks S3, and how the URLs of its objects are written.
package struct S3Endpoint: Sendable, Hashable {
    /// Where the bucket's name stands.
    package enum Addressing: Sendable, Hashable {
        /// First in the path: for servers that are reached by an address or under one name.
        case path
        /// Before the host's name.
        case virtualHost
    }

    /// Scheme and `://`.
    private let scheme: String
    /// As the header `Host` says it: the port only where it is not the scheme's own.
    let host: String
    private let base: String

    /// - Parameters:
    ///   - url: http or https, host, port, perhaps a path; no credentials, query or fragment.
    ///   - bucket: three to 63 of `a-z 0-9 - .`, letters or digits at both ends.
    /// - Returns: nil where one of the two is none of that, or an address is to have a bucket before it.
    package init?(_ url: String, bucket: String, addressing: Addressing) {
        guard url.utf8.count <= 2048, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let name = parts.host?.lowercased(), !name.isEmpty,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil,
            Self.isBucket(bucket)
        else { return nil }
        var path = parts.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
        let isBare = name.contains(":") && !name.hasPrefix("[")
        var host = isBare ? "[\(name)]" : name
        if addressing == .virtualHost {
            guard IPAddress(isBare ? name : name.filter { $0 != "[" && $0 != "]" }) == nil else { return nil }
            host = "\(bucket).\(host)"
        }
        if let port = parts.port, port != (scheme == "https" ? 443 : 80) {
            guard (1...65_535).contains(port) else { return nil }
            host += ":\(port)"
        }
        self.scheme = "\(scheme)://"
        self.host = host
        base = addressing == .path ? "\(path)/\(bucket)" : path
    }

    package var isEncrypted: Bool { scheme == "https://" }

    /// The percent-encoded path of an object, or of the bucket.
    func path(_ key: String?) -> String {
        if let key { return "\(base)/\(SignatureV4.encode(key, keeping: true))" }
        return base.isEmpty ? "/" : base
    }

    func url(_ path: String, query: [(name: String, value: String)]) -> String {
        "\(scheme)\(host)\(path)" + (query.isEmpty ? "" : "?\(SignatureV4.query(query))")
    }

    private static func isBucket(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8?) -> Bool {
            byte.map { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) } ?? false
        }
        return (3...63).contains(text.utf8.count) && isAlphanumeric(text.utf8.first) && isAlphanumeric(text.utf8.last)
            && !text.contains("..")
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }
}
