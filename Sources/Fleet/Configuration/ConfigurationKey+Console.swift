/// The operators' console.
extension ConfigurationKey {
    package static let consoleOperators = ConfigurationKey(
        "console.operators_file",
        .text,
        "file: reference to the operators who may look, a line `name:SHA-256 of the token, hexadecimal` each; reread when it changes. Without it there is no console."
    )
    package static let consoleDatabaseURL = ConfigurationKey(
        "console.database_url",
        .text,
        secret: true,
        "PostgreSQL URL or keyword string of a login in `habeas_console` and in no other role."
    )
    package static let consoleAddress = ConfigurationKey(
        "console.address",
        .text,
        default: "127.0.0.1",
        "IP address on which the console is served; another one than loopback needs console.behind_proxy."
    )
    package static let consolePort = ConfigurationKey(
        "console.port",
        .integer(0...65_535),
        default: "9420",
        "Port on which the console is served; 0 takes a free one and logs it."
    )
    package static let consoleBehindProxy = ConfigurationKey(
        "console.behind_proxy",
        .flag,
        default: "false",
        "Whether a proxy in front ends TLS and adds X-Forwarded-For: cookies are then for HTTPS alone."
    )
    package static let consoleSessionKey = ConfigurationKey(
        "console.session_key_file",
        .text,
        note: "a key of its own for each process",
        "file: reference to 32 bytes or more, in any form, that sign sessions; several copies need the same."
    )
    package static let consoleRefresh = ConfigurationKey(
        "console.refresh_seconds",
        .integer(5...3_600),
        default: "30",
        "How often a page loads itself again, in seconds; everybody can stop it for themselves."
    )

    static let console: [ConfigurationKey] = [
        consoleOperators, consoleDatabaseURL, consoleAddress, consolePort, consoleBehindProxy, consoleSessionKey,
        consoleRefresh,
    ]
}
