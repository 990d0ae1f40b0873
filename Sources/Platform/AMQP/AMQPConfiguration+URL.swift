extension AMQPConfiguration {
    /// Reads `amqp(s)://user:password@host:port,host:port/vhost?key=value`.
    ///
    /// Parts are percent-decoded; no virtual host, or an empty one, is `/`. The keys:
    /// - `cacertfile`: path; required with `amqps`, refused without
    /// - `certfile`, `keyfile`: paths, both or none
    /// - `verify_host`: `true` (default) or `false`
    /// - `heartbeat`: seconds, 1 to 600, default 10
    /// - `connection_timeout`: milliseconds, default 5000
    /// - `frame_max`: bytes, 4096 to 1048576, default 131072
    /// - `connection_name`: text
    /// - `auth_mechanism`: `plain` (default) or `external`
    ///
    /// - Throws: ``AMQPError`` with code `configuration`, naming the part or key and never its value.
    public init(url: String) throws {
        guard let schemeEnd = url.range(ofText: "://") else { throw Self.fault("scheme") }
        let scheme = url[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "amqp" || scheme == "amqps" else { throw Self.fault("scheme") }
        var rest = url[schemeEnd.upperBound...]

        var query: Substring = ""
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        var path: Substring = ""
        if let slash = rest.firstIndex(of: "/") {
            path = rest[rest.index(after: slash)...]
            rest = rest[..<slash]
        }
        var login: Substring = "guest:guest"
        if let at = rest.lastIndex(of: "@") {
            login = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        let colon = login.firstIndex(of: ":") ?? login.endIndex
        let defaultPort = scheme == "amqps" ? 5671 : 5672
        self.init(
            hosts: try rest.split(separator: ",", omittingEmptySubsequences: false).map {
                try Self.host($0, defaultPort: defaultPort)
            },
            user: try Self.decoded(login[..<colon], "user"),
            password: try Self.decoded(login[colon...].dropFirst(), "password"),
            virtualHost: path.isEmpty ? "/" : try Self.decoded(path, "virtual host")
        )
        try read(query: query, isSecure: scheme == "amqps")
    }

    private mutating func read(query: Substring, isSecure: Bool) throws {
        var files: [String: String] = [:]
        var verifiesHost = true
        for pair in query.split(separator: "&") {
            let equals = pair.firstIndex(of: "=") ?? pair.endIndex
            let key = try Self.decoded(pair[..<equals], "query")
            let value = try Self.decoded(pair[equals...].dropFirst(), key)
            switch key {
            case "cacertfile", "certfile", "keyfile":
                guard isSecure, !value.isEmpty else { throw Self.fault(key) }
                files[key] = value
            case "verify_host":
                guard let flag = Bool(value) else { throw Self.fault(key) }
                verifiesHost = flag
            case "heartbeat": heartbeat = .seconds(try Self.number(value, 1...600, key))
            case "connection_timeout": connectTimeout = .milliseconds(try Self.number(value, 100...120_000, key))
            case "frame_max": frameMax = try Self.number(value, 4096...1_048_576, key)
            case "connection_name": connectionName = value
            case "auth_mechanism":
                guard value == "plain" || value == "external" else { throw Self.fault(key) }
                usesExternalLogin = value == "external"
            default: throw Self.fault(key)
            }
        }
        guard isSecure else { return }
        guard let caFile = files["cacertfile"] else { throw Self.fault("cacertfile") }
        guard (files["certfile"] == nil) == (files["keyfile"] == nil) else { throw Self.fault("keyfile") }
        tls = TLS(caFile: caFile, certFile: files["certfile"], keyFile: files["keyfile"], verifyHost: verifiesHost)
    }

    private static func host(_ text: Substring, defaultPort: Int) throws -> Host {
        var name = text
        var port = defaultPort
        // The last colon, unless it lies inside the brackets of an IPv6 address.
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            name = text[..<colon]
            port = try number(String(text[text.index(after: colon)...]), 1...65_535, "port")
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard !name.isEmpty else { throw fault("host") }
        return Host(name: try decoded(name, "host"), port: port)
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>, _ key: String) throws -> Int {
        guard let number = Int(text), range.contains(number) else { throw fault(key) }
        return number
    }

    private static func decoded(_ text: Substring, _ part: String) throws -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { throw fault(part) }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        // A NUL would cut the text short where it becomes a C string.
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { throw fault(part) }
        return text
    }

    private static func fault(_ subject: String) -> AMQPError {
        AMQPError(.configuration, subject: subject)
    }
}

extension String {
    fileprivate func range(ofText text: String) -> Range<Index>? {
        indices.lazy.filter { self[$0...].hasPrefix(text) }.first.map { $0..<index($0, offsetBy: text.count) }
    }
}
