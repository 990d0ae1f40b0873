import Foundation
import Glibc
import Ledger
import Logging
import Observability
import Postgres
package import ServiceLifecycle
import UnixSignals

/// The life of a worker process: arguments, configuration, checks, services, drain, exit code.
package struct WorkerProcess: Sendable {
    /// What a worker runs, and when it counts as ready.
    package struct Work: Sendable {
        package let services: [any Service]
        /// Reasons against readiness; none means ready.
        package let ready: @Sendable () async -> [String]

        package init(services: [any Service], ready: @escaping @Sendable () async -> [String]) {
            self.services = services
            self.ready = ready
        }

        /// The same with a service more, on which no readiness hangs.
        package func with(_ service: any Service) -> Work { Work(services: services + [service], ready: ready) }
    }

    private let name: String
    private let summary: String
    private let queues: [String]
    private let connections: Int
    private let movesTime: Bool
    private let build: @Sendable (WorkerContext) async throws -> Work

    /// - Parameters:
    ///   - queues: what the worker consumes; checked to exist before it starts.
    ///   - connections: to the database, beyond those of its lanes.
    ///   - movesTime: whether it understands `--at`.
    package init(
        _ name: String,
        _ summary: String,
        queues: [String],
        connections: Int = 0,
        movesTime: Bool = false,
        build: @escaping @Sendable (WorkerContext) async throws -> Work
    ) {
        self.name = name
        self.summary = summary
        self.queues = queues
        self.connections = connections
        self.movesTime = movesTime
        self.build = build
    }

    /// Runs to the end and exits. Whatever keeps the worker from starting is one line on standard error.
    package func main() async -> Never {
        // Asked to end while it still starts: nothing was begun, so there is nothing to drain. The service group puts its own
        // handling in this one's place. Without it the first process of a container would not hear the signal at all.
        for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
        do {
            let arguments = try WorkerArguments(Array(CommandLine.arguments.dropFirst()))
            if arguments.wantsHelp {
                print(WorkerArguments.help(name, summary), terminator: "")
                exit(0)
            }
            guard movesTime || arguments.domainTime == nil else {
                throw StartError(.usage, "--at: only habeas-clock moves time")
            }
            try await run(arguments)
            exit(0)
        } catch {
            FileHandle.standardError.write(Data("\(name): \(error)\n".utf8))
            exit(WorkerProcess.exitCode(of: error))
        }
    }

    private func run(_ arguments: WorkerArguments) async throws {
        let configuration = try FleetConfiguration.load(
            path: arguments.configurationPath,
            environment: ProcessInfo.processInfo.environment,
            flags: arguments.flags
        )
        let level = Logger.Level(rawValue: configuration.logLevel) ?? .info
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: level) }
        let logger = Logger(label: name)
        let context = try await WorkerContext(
            name: name,
            queues: queues,
            connections: connections,
            configuration: configuration,
            domainTime: arguments.domainTime,
            logger: logger
        )
        let work = try await build(context)
        let probes = try ProbeServer(
            host: configuration.probes.host,
            port: configuration.probes.port(of: name),
            metrics: context.metrics,
            logger: logger,
            ready: work.ready
        )
        ProcessMetrics.register(in: context.metrics)
        var services = ServiceGroupConfiguration(
            // By the names of their types: by itself the group takes all that a service holds for its name, keys among it.
            services: ([probes] + work.services).map { .init(service: $0, serviceName: "\(type(of: $0))") },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // Services end one after another; the drain budget is one for all of them, with a little more for what was begun.
        services.maximumGracefulShutdownDuration = configuration.drain + .seconds(5)
        let group = ServiceGroup(configuration: services)
        logger.info("started")
        try await group.run()
        await context.pool.shutdown()
        logger.info("ended")
    }

    private static func exitCode(of error: any Error) -> Int32 {
        switch error {
        case let error as StartError: error.code.rawValue
        case let error as PostgresError where error.retryClass == .outage: StartError.Code.unavailable.rawValue
        case is ConfigurationError, is KeyRingError, is PostgresError: StartError.Code.configuration.rawValue
        default: 1
        }
    }
}
