import Connectors
import Fleet
import Foundation
import Ledger
import Logging
import Outbound
import Rights
import Sandbox
import Synchronization
import TestKit

/// A connector and whom it speaks to: the sandbox's processors, for the length of a test, or a stub.
struct OpenDSRBench: Sendable {
    /// Made once: a key takes its time.
    private static let identity = Result { try ProcessorIdentity() }

    let base: String
    let client: HTTPClient
    let connector: OpenDSRConnector
    /// PEM file of the sandbox's authority.
    let authorities: String?

    init(
        _ base: String,
        authorities: String? = nil,
        logger: Logger = Logger(label: "opendsr"),
        timeout: Duration = .seconds(20)
    ) throws {
        self.base = base
        self.authorities = authorities
        client = try HTTPClient()
        connector = OpenDSRConnector(
            ConnectorServices(
                http: client,
                secrets: SecretStore(environment: ["VENDOR_TOKEN": "tok-1", "VENDOR_USER": "us"], logger: logger),
                mail: nil,
                publisher: nil,
                digest: KeyedDigest(try KeyRing(parsing: KeyRing.newFile()).looking),
                timeout: timeout,
                logger: logger
            )
        )
    }

    /// - Parameter script: YAML of the processors' scripts.
    static func run(
        script: String = "",
        logger: Logger = Logger(label: "opendsr"),
        _ body: @escaping @Sendable (OpenDSRBench) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = SandboxSettings()
        settings.keepsBodies = true
        if !script.isEmpty {
            settings.scriptPath = "\(folder)/script.yaml"
            try Data(script.utf8).write(to: URL(fileURLWithPath: "\(folder)/script.yaml"))
        }
        let authority = try identity.get().authorityCertificate ?? ""
        try Data(authority.utf8).write(to: URL(fileURLWithPath: "\(folder)/authority.pem"))
        let prepared = settings
        let processor = try identity.get()
        try await ListeningService.run { listening in
            try SandboxServer(prepared, identity: processor, logger: Logger(label: "sandbox"), onListening: listening)
        } _: { port in
            let bench = try OpenDSRBench(
                "http://127.0.0.1:\(port)",
                authorities: "\(folder)/authority.pem",
                logger: logger
            )
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(bench))
            } catch {
                result = .failure(error)
            }
            await bench.client.close()
            try result.get()
        }
    }

    // MARK: Orders

    /// Of a processor of the sandbox.
    func description(_ name: String = "acme", _ version: String = "v2") -> OpenDSRDescription {
        var description = OpenDSRDescription(url: "\(base)/opendsr/\(name)/\(version)")
        description.domains = ["\(name).sandbox.test"]
        description.authorities = authorities
        return description
    }

    static func system(_ description: OpenDSRDescription, isInternal: Bool = true) -> DataSystem {
        var system = DataSystem(id: "dsr", title: "DSR", kind: .subprocessor)
        system.isInternal = isInternal
        system.connector = .opendsr(description)
        return system
    }

    static func order(
        _ description: OpenDSRDescription,
        _ step: TargetOrder.Step = .act,
        key: String = OpenDSRPapers.id,
        operation: TargetOperation = .erase,
        identities: [Identity] = [Identity(.email, "ann@example.com")].compactMap { $0 },
        regulation: Regulation = .gdpr,
        keeps: Set<String> = [],
        reference: String? = nil,
        checkpoint: String? = nil,
        mayHaveActed: Bool = false,
        isInternal: Bool = true,
        copy: CopyDesk? = nil
    ) -> TargetOrder {
        TargetOrder(
            key: UUID(uuidString: key) ?? UUID(),
            step: step,
            operation: operation,
            system: system(description, isInternal: isInternal),
            caseID: UUID(),
            client: nil,
            identities: identities,
            regulation: regulation,
            submittedAt: Date(timeIntervalSince1970: 1_790_000_000),
            keeps: keeps,
            reference: reference,
            checkpoint: checkpoint,
            mayHaveActed: mayHaveActed,
            now: Date(timeIntervalSince1970: 1_790_000_100),
            task: UUID(),
            effect: UUID(),
            copy: copy
        )
    }

    func act(_ description: OpenDSRDescription, _ operation: TargetOperation = .erase) async -> TargetReport {
        await connector.perform(Self.order(description, operation: operation))
    }

    /// Asks until something else than waiting is said.
    func poll(
        _ description: OpenDSRDescription,
        key: String = OpenDSRPapers.id,
        _ operation: TargetOperation = .erase,
        copy: CopyDesk? = nil
    ) async -> TargetReport {
        let last = Mutex(TargetReport(.refused("never_asked")))
        let checkpoint = Mutex<String?>(nil)
        _ = await eventually {
            let order = Self.order(
                description,
                .poll,
                key: key,
                operation: operation,
                reference: key,
                checkpoint: checkpoint.withLock { $0 },
                copy: copy
            )
            let report = await connector.perform(order)
            last.withLock { $0 = report }
            checkpoint.withLock { $0 = report.findings.checkpoint ?? $0 }
            return report.verdict.outcome != .waiting
        }
        return last.withLock { $0 }
    }

    // MARK: The sandbox's books

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    func fetch(_ path: String, _ method: String = "GET", _ body: String? = nil) async throws -> HTTPReply {
        try await client.send(
            HTTPCall(method, base + path, body: body.map { Array($0.utf8) }, allowing: [.plain, .internalAddress])
        )
    }

    func script(_ name: String, _ script: String) async throws {
        _ = try await fetch("/scripts/\(name)", "PUT", script)
    }

    /// The calls of a peer, in order: `id`, `method`, `route`, `status`, `body`, `headers`.
    func calls(_ name: String = "acme") async throws -> [BookedCall] {
        let reply = try await fetch("/report/\(name)/calls")
        return try reply.body.split(separator: UInt8(ascii: "\n")).map {
            try Self.decoder.decode(BookedCall.self, from: Data($0))
        }
    }

    struct BookedCall: Decodable, Sendable {
        let method: String
        let route: String
        let status: Int?
        let body: String?
        let headers: [String: String]?
    }

    struct Report: Decodable, Sendable {
        let acted: Int
        let actedAgain: Int
        let distinctIds: Int
    }

    func report(_ name: String = "acme") async throws -> Report {
        try Self.decoder.decode(Report.self, from: Data(try await fetch("/report/\(name)").body))
    }
}
