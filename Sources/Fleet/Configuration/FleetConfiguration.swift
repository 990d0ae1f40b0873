/// Everything a program of the fleet is told from outside. Keys, defaults and meanings: ``ConfigurationKey``.
///
/// Printing it shows no secret. Secrets and the keys file have no default; the program that needs one asks with
/// ``required(_:)`` and fails with the key's name when it is missing.
package struct FleetConfiguration: Sendable, CustomStringConvertible {
    package struct Batch: Sendable, Equatable {
        package var count: Int
        package var bytes: Int
        package var linger: Duration
    }

    package struct Probes: Sendable, Equatable {
        package var host: String
        /// nil when not given: each kind of worker has a port of its own, see ``port(of:)``.
        package var port: UInt16?

        /// The port for a worker, for instance `habeas-intake`; a free one (0) for programs without a port of their own.
        package func port(of worker: String) -> UInt16 {
            port ?? Self.ports[worker] ?? 0
        }

        /// The default ports, by worker.
        package static let ports: [String: UInt16] = [
            "habeas-intake": 9410, "habeas-referral": 9411, "habeas-export": 9412, "habeas-erasure": 9413,
            "habeas-breach": 9414, "habeas-clock": 9415, "habeas-gateway": 9416,
        ]
    }

    package var installation: String
    package var policyFolder: String
    package var databasePool: Int
    package var heartbeat: Duration
    package var batch: Batch
    package var lanes: Int
    package var prefetch: Int
    package var drain: Duration
    package var probes: Probes
    package var logLevel: String
    package var outbound: OutboundConfiguration
    /// Nil where there is no `mail.host`: no mail is sent.
    package var mail: MailConfiguration?
    /// Nil where there is neither `exports.folder` nor `exports.s3.endpoint`: no export is kept.
    package var exports: StoreConfiguration?
    /// For how many days a bundle can be fetched.
    package var exportDays: Int
    package var gateway: GatewayConfiguration
    /// Nil where there is no `console.operators_file`: no console is served.
    package var console: ConsoleConfiguration?

    /// Values without a default, by key.
    private var given: [ConfigurationKey: String]

    package static let defaultPath = "/etc/habeas/habeas.yaml"

    /// Loads the configuration: flags over environment over file over defaults.
    ///
    /// - Parameters:
    ///   - path: what `--config` gave. Without it the default file is read if it exists; a file that was asked for must.
    ///   - environment: the process's; variables are named `HABEAS_` and the key.
    ///   - flags: by full key name, for instance `["log.level": "debug"]`.
    /// - Throws: ``ConfigurationError`` for the first fault.
    package static func load(
        path: String? = nil,
        environment: [String: String],
        flags: [String: String] = [:]
    ) throws(ConfigurationError) -> FleetConfiguration {
        let file = try ConfigurationFile(reading: path ?? defaultPath)
        if let path, file == nil {
            throw ConfigurationError(
                code: .unreadable,
                key: path,
                place: "--config",
                fault: "does not exist",
                remedy: "create it, or leave the flag out"
            )
        }
        return try FleetConfiguration(ConfigurationValues(file: file, environment: environment, flags: flags))
    }

    init(_ values: ConfigurationValues) throws(ConfigurationError) {
        func integer(_ key: ConfigurationKey) throws(ConfigurationError) -> Int {
            guard let value = try values.integer(key) else { throw Self.missing(key) }
            return value
        }
        func text(_ key: ConfigurationKey) throws(ConfigurationError) -> String {
            guard let value = try values.text(key) else { throw Self.missing(key) }
            return value
        }
        installation = try text(.installation)
        policyFolder = try text(.policyFolder)
        databasePool = try integer(.databasePool)
        heartbeat = .seconds(try integer(.amqpHeartbeat))
        batch = Batch(
            count: try integer(.batchCount),
            bytes: try integer(.batchBytes),
            linger: .milliseconds(try integer(.batchLinger))
        )
        lanes = try integer(.lanes)
        prefetch = try values.integer(.prefetch) ?? 2 * batch.count * lanes
        drain = .seconds(try integer(.drainSeconds))
        probes = Probes(host: try text(.probesHost), port: try values.integer(.probesPort).map(UInt16.init))
        logLevel = try text(.logLevel)
        outbound = try OutboundConfiguration(values)
        mail = try MailConfiguration(values)
        exports = try StoreConfiguration(values)
        exportDays = try integer(.exportsKeepDays)
        gateway = try GatewayConfiguration(values)
        console = try ConsoleConfiguration(values)
        given = [:]
        for key in [ConfigurationKey.databaseURL, .amqpURL, .amqpManagementURL, .amqpManagementCA, .keysFile] {
            given[key] = try values.text(key)
        }
    }

    /// The value of a key without default, or nil: `database.url`, `amqp.url`, `amqp.management_url`,
    /// `amqp.management_ca_file`, `keys.file`.
    package func value(_ key: ConfigurationKey) -> String? { given[key] }

    /// The same, for a program that cannot do without.
    package func required(_ key: ConfigurationKey) throws(ConfigurationError) -> String {
        guard let value = given[key] else { throw Self.missing(key) }
        return value
    }

    package var description: String {
        "configuration of \(installation), given: \(given.keys.map(\.name).sorted().joined(separator: ", "))"
    }

    static func missing(_ key: ConfigurationKey) -> ConfigurationError {
        ConfigurationError(
            code: .missing,
            key: key.name,
            place: nil,
            fault: "is not given",
            remedy: key.isSecret
                ? "set \(key.environment), or \(key.name) in the file to file:/path of a file that holds it"
                : "set \(key.name) in the file, or \(key.environment)"
        )
    }
}
