import ArgumentParser
import Foundation
import Glibc
import Logging
import Sandbox
import ServiceLifecycle
import UnixSignals

/// `habeas-sandbox`: the flags, and the life of the process.
@main
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "habeas-sandbox",
        abstract:
            "Stands in for the peers of a privacy-request fleet: webhook receivers, OpenDSR processors, REST products.",
        discussion: """
            Listens on 127.0.0.1 and prints one line when it does. deploy/sandbox.md has the endpoints and the scripts.

            Exit codes: 0 ended, 64 usage, 78 a file or the port is not what it needs.

            Example:
              habeas-sandbox --port 8099 --script peers.yaml --secret acme=file:/run/secrets/acme.whsec
            """
    )

    @Option(help: "Port on 127.0.0.1; 0 takes a free one.") var port = 8099
    @Option(help: "File that gets the port's number once the sandbox listens.") var portFile: String?
    @Option(help: "Peers' scripts, YAML or JSON: name, or beginning of a name and *, to behaviour.") var script: String?
    @Option(help: "Webhook secret of a peer, NAME=file:PATH; again for another, or while one rotates.")
    var secret: [String] = []
    @Option(help: "Folder with a file NAME.whsec for each peer; default.whsec is for all others.")
    var secretsFolder: String?
    @Option(help: "Seconds that a webhook's timestamp may be off.") var tolerance = 300
    @Option(help: "Calls kept for each peer.") var keepCalls = 20_000
    @Option(help: "Ids kept for each peer.") var keepIds = 200_000
    @Flag(help: "Keeps the bodies and webhook headers of the calls, 64 MiB for each peer.") var keepBodies = false
    @Option(help: "Longest body of a call, in bytes.") var bodyLimit = 1 << 20
    @Option(help: "PEM of the OpenDSR processors' certificate; made at start without it.") var certificate: String?
    @Option(help: "PEM of that certificate's RSA key.") var key: String?
    @Option(help: "File that gets the PEM of the authority made at start.") var authorityFile: String?

    mutating func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port is not from 0 to 65535; choose another")
        }
        guard keepCalls > 0, keepIds > 0, bodyLimit > 0, tolerance >= 0 else {
            throw ValidationError(
                "--keep-calls, --keep-ids and --body-limit are above 0, --tolerance is not below; change that"
            )
        }
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--certificate and --key belong together; give both or none")
        }
    }

    mutating func run() async throws {
        raiseFileLimit()
        do {
            let identity = try identity()
            if let authorityFile { try write(try identity.authorityCertificate ?? "", to: authorityFile) }
            let portFile = portFile
            let logger = Logger(label: "habeas-sandbox") { label in
                var handler = StreamLogHandler.standardError(label: label)
                handler.logLevel = .warning
                return handler
            }
            let server = try SandboxServer(settings, identity: identity, logger: logger) { port in
                if let portFile { try? write("\(port)\n", to: portFile) }
                print("listening on http://127.0.0.1:\(port)")
                fflush(nil)
            }
            let services = ServiceGroup(
                services: [server],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
            try await services.run()
        } catch {
            FileHandle.standardError.write(Data("habeas-sandbox: \(error)\n".utf8))
            throw ExitCode(78)
        }
    }

    private var settings: SandboxSettings {
        var settings = SandboxSettings()
        settings.port = port
        settings.secrets = secret
        settings.secretsFolder = secretsFolder
        settings.tolerance = tolerance
        settings.scriptPath = script
        settings.keptCalls = keepCalls
        settings.keptIDs = keepIds
        settings.keepsBodies = keepBodies
        settings.bodyLimit = bodyLimit
        return settings
    }

    private func identity() throws -> ProcessorIdentity {
        guard let certificate, let key else { return try ProcessorIdentity() }
        return try ProcessorIdentity(certificatePath: certificate, keyPath: key)
    }

    /// A load test opens more connections than a shell's limit allows.
    private func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// Whole or not at all: whoever waits for the file must not read half of it.
private func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
}
