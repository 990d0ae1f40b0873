import FoundationEssentials
import Glibc

/// How the operators' console is served. Printing it shows no secret.
package struct ConsoleConfiguration: Sendable, CustomStringConvertible {
    package var databaseURL: String
    package var address: String
    package var port: Int
    package var isBehindProxy: Bool
    /// Absolute path.
    package var operatorsFile: String
    /// Absolute path; nil where each process makes a key of its own.
    package var sessionKeyFile: String?
    package var refresh: Duration

    package var description: String { "ConsoleConfiguration(redacted)" }

    package init(
        databaseURL: String,
        operatorsFile: String,
        address: String = "127.0.0.1",
        port: Int = 0,
        isBehindProxy: Bool = false,
        sessionKeyFile: String? = nil,
        refresh: Duration = .seconds(30)
    ) {
        self.databaseURL = databaseURL
        self.operatorsFile = operatorsFile
        self.address = address
        self.port = port
        self.isBehindProxy = isBehindProxy
        self.sessionKeyFile = sessionKeyFile
        self.refresh = refresh
    }

    /// Nil without `console.operators_file`; then no other key without a default may be given, or somebody believes that there is a
    /// console.
    init?(_ values: ConfigurationValues) throws(ConfigurationError) {
        guard let operators = try Self.file(.consoleOperators, values) else {
            for key in [ConfigurationKey.consoleDatabaseURL, .consoleSessionKey] where try values.text(key) != nil {
                throw values.fault(
                    key,
                    "is given without console.operators_file",
                    "set console.operators_file as well, or remove it"
                )
            }
            return nil
        }
        operatorsFile = operators
        guard let url = try values.text(.consoleDatabaseURL) else {
            throw FleetConfiguration.missing(.consoleDatabaseURL)
        }
        databaseURL = url
        guard let address = try values.text(.consoleAddress), let port = try values.integer(.consolePort),
            let refresh = try values.integer(.consoleRefresh)
        else { throw FleetConfiguration.missing(.consoleAddress) }
        self.address = address
        self.port = port
        self.refresh = .seconds(refresh)
        isBehindProxy = try values.flag(.consoleBehindProxy)
        sessionKeyFile = try Self.file(.consoleSessionKey, values)
        guard Self.isAddress(address) else {
            throw values.fault(.consoleAddress, "is no IP address", "write one of this machine's, such as 127.0.0.1")
        }
        guard isBehindProxy || Self.isLoopback(address) else {
            throw values.fault(
                .consoleAddress,
                "is not a loopback address, and nothing ends TLS before it",
                "write 127.0.0.1 or ::1, or put a proxy in front and set console.behind_proxy to true"
            )
        }
    }

    private static func isAddress(_ text: String) -> Bool {
        var v4 = in_addr()
        var v6 = in6_addr()
        return inet_pton(AF_INET, text, &v4) == 1 || inet_pton(AF_INET6, text, &v6) == 1
    }

    private static func isLoopback(_ address: String) -> Bool { address.hasPrefix("127.") || address == "::1" }

    /// The absolute path behind a `file:` reference.
    private static func file(
        _ key: ConfigurationKey,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) -> String? {
        guard let text = try values.text(key) else { return nil }
        guard text.hasPrefix("file:/") else {
            throw values.fault(key, "is not a reference to a file", "write file: and an absolute path")
        }
        return String(text.dropFirst("file:".count))
    }
}
