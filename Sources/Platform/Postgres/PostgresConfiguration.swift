/// Where the database is and how to speak with it.
///
/// Made from a URL or a keyword string with everything that libpq understands, several hosts included. What is not said
/// there gets the defaults below, which notice a dead peer within a minute instead of the kernel's two hours.
public struct PostgresConfiguration: Sendable {
    public struct Host: Sendable, Hashable, CustomStringConvertible {
        /// A name, an address or the folder of a Unix socket.
        public var name: String
        public var port: Int

        public init(name: String, port: Int = 5432) {
            self.name = name
            self.port = port
        }

        public var description: String { "\(name):\(port)" }
    }

    /// Tried in order until one can be connected to and is what `target_session_attrs` asks for.
    public var hosts: [Host]

    /// libpq's other keywords, such as `user`, `password`, `dbname`, `sslmode`. The password is among them.
    public var keywords: [String: String]

    /// Shown in `pg_stat_activity`. Keyword `application_name`.
    public var applicationName: String?

    /// For each host. Keyword `connect_timeout`; 10 seconds.
    public var connectTimeout: Duration = .seconds(10)

    /// The server ends a statement that runs longer. 30 seconds; zero is no limit.
    public var statementTimeout: Duration = .seconds(30)

    /// The server ends a statement that waits longer for a lock. 10 seconds; zero is no limit.
    public var lockTimeout: Duration = .seconds(10)

    /// The server ends a session that leaves a transaction open and idle for longer. 60 seconds; zero is no limit.
    public var idleInTransactionTimeout: Duration = .seconds(60)

    /// How long a call waits for its answer, whatever the server was told: then the connection is given up. Keeps the
    /// program alive where the network swallows packets. 60 seconds.
    public var responseTimeout: Duration = .seconds(60)

    /// How long a cancelled statement may take to end before the connection is given up. 5 seconds.
    public var cancelTimeout: Duration = .seconds(5)

    /// Further settings of every session, such as `enable_seqscan`; names and values must hold no spaces. Those given in the
    /// URL's `options` win.
    public var sessionSettings: [String: String] = [:]

    /// How many prepared statements a connection keeps. 256.
    public var statementCacheSize = 256

    /// - Parameter url: `postgresql://user:password@host1:port1,host2:port2/database?keyword=value` or
    ///   `host=… port=… dbname=…`. Both as libpq reads them.
    /// - Throws: ``PostgresError/Code/configuration``; it names an unknown keyword and never quotes the string.
    public init(url: String) throws {
        keywords = try Self.parse(url)
        let names = Self.list(keywords.removeValue(forKey: "host"))
        let ports = Self.list(keywords.removeValue(forKey: "port"))
        guard ports.count <= 1 || ports.count == max(names.count, 1) else {
            throw PostgresError(.configuration, detail: "one port for all hosts or one for each")
        }
        hosts = []
        for (index, name) in (names.isEmpty ? ["localhost"] : names).enumerated() {
            let text = ports.isEmpty ? "" : ports[ports.count == 1 ? 0 : index]
            guard let port = text.isEmpty ? 5432 : Int(text), (1...65535).contains(port) else {
                throw PostgresError(.configuration, detail: "port is not a number from 1 to 65535")
            }
            hosts.append(Host(name: name.isEmpty ? "localhost" : name, port: port))
        }
        applicationName = keywords.removeValue(forKey: "application_name")
        if let text = keywords.removeValue(forKey: "connect_timeout") {
            guard let seconds = Int(text), seconds > 0 else {
                throw PostgresError(.configuration, detail: "connect_timeout is not a number of seconds above zero")
            }
            connectTimeout = .seconds(seconds)
        }
    }

    /// The keywords for one host, defaults filled in.
    func parameters(for host: Host) -> [(name: String, value: String)] {
        var all = keywords
        all["host"] = host.name
        all["port"] = String(host.port)
        all["client_encoding"] = "UTF8"
        let defaults = [
            "keepalives": "1", "keepalives_idle": "20", "keepalives_interval": "5", "keepalives_count": "3",
            "tcp_user_timeout": "30000",
            // The negotiation costs a round trip and is for Kerberos sites, which can say so.
            "gssencmode": "disable",
            "target_session_attrs": hosts.count > 1 ? "read-write" : "any",
        ]
        all.merge(defaults) { given, _ in given }
        if let applicationName { all["application_name"] = applicationName }
        all["options"] = options(before: keywords["options"])
        return all.map { ($0.key, $0.value) }
    }

    /// Session settings travel with the connection's first message: no round trip for a SET. Those given in the URL come
    /// last and win.
    private func options(before given: String?) -> String {
        var settings = sessionSettings
        settings["TimeZone"] = "UTC"
        settings["statement_timeout"] = Self.milliseconds(statementTimeout)
        settings["lock_timeout"] = Self.milliseconds(lockTimeout)
        settings["idle_in_transaction_session_timeout"] = Self.milliseconds(idleInTransactionTimeout)
        let ours = settings.sorted { $0.key < $1.key }.map { "-c \($0.key)=\($0.value)" }.joined(separator: " ")
        return given.map { ours + " " + $0 } ?? ours
    }

    private static func milliseconds(_ duration: Duration) -> String {
        String(max(0, duration.milliseconds))
    }

    private static func list(_ text: String?) -> [String] {
        text.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
    }
}

/// Shows hosts, user and database, never the password or anything else from the keywords.
extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        let place = hosts.map(\.description).joined(separator: ",")
        return "postgresql://\(keywords["user"] ?? "")@\(place)/\(keywords["dbname"] ?? "")"
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
