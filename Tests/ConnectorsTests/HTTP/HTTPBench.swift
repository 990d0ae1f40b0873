import Fleet
import Foundation
import Ledger
import Logging
import Outbound
import Rights
import ServiceLifecycle
import Testing

@testable import Connectors
@testable import Sandbox

/// The connector and a sandbox that it talks to, for the length of a test.
struct HTTPBench: Sendable {
    /// Made once: a key takes its time.
    private static let identity = Result { try ProcessorIdentity() }

    let port: Int
    let client: HTTPClient
    let services: ConnectorServices
    let connector: HTTPConnector

    var base: String { "http://127.0.0.1:\(port)" }

    static func services(_ client: HTTPClient, timeout: Duration = .seconds(10)) throws -> ConnectorServices {
        let logger = Logger(label: "http")
        return ConnectorServices(
            http: client,
            secrets: SecretStore(environment: ["TOKEN": "s3cret"], logger: logger),
            mail: nil,
            publisher: nil,
            digest: KeyedDigest(try KeyRing(parsing: KeyRing.newFile()).looking),
            timeout: timeout,
            logger: logger
        )
    }

    static func run(
        timeout: Duration = .seconds(10),
        _ body: @escaping @Sendable (HTTPBench) async throws -> Void
    ) async throws {
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let server = try SandboxServer(
            SandboxSettings(),
            identity: identity.get(),
            logger: Logger(label: "sandbox")
        ) {
            listening.yield($0)
        }
        let group = ServiceGroup(services: [server], logger: Logger(label: "sandbox"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await group.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await tasks.next()
                throw CocoaError(.executableLoad)
            }
            let client = try HTTPClient()
            // Of its own, so that a first call has no connection to find.
            let outbound = try HTTPClient()
            let services = try services(outbound, timeout: timeout)
            let bench = HTTPBench(
                port: port,
                client: client,
                services: services,
                connector: HTTPConnector(services)
            )
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(bench))
            } catch {
                result = .failure(error)
            }
            await client.close()
            await outbound.close()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    // MARK: The peer

    @discardableResult
    func call(_ method: String, _ path: String, _ body: String? = nil) async throws -> HTTPReply {
        try await client.send(
            HTTPCall(
                method,
                base + path,
                body: body.map { Array($0.utf8) },
                allowing: [.plain, .internalAddress]
            )
        )
    }

    func script(_ peer: String, _ yaml: String) async throws {
        let reply = try await call("PUT", "/scripts/\(peer)", yaml)
        #expect(reply.status == 204, "\(String(decoding: reply.body, as: UTF8.self))")
    }

    func put(_ peer: String, _ id: String, email: String) async throws {
        let reply = try await call("PUT", "/rest/\(peer)/users/\(id)", #"{"email": "\#(email)", "name": "Ann"}"#)
        #expect(reply.status == 204)
    }

    /// Status of a path of the peer's, asked behind its back: no script has a say in it.
    func isThere(_ peer: String, _ path: String) async throws -> Bool {
        try await call("GET", "/rest/\(peer)/\(path)").status == 200
    }

    func there(_ peer: String, _ paths: String...) async throws -> [Bool] {
        var there: [Bool] = []
        for path in paths { there.append(try await isThere(peer, path)) }
        return there
    }

    /// A number of the peer's report.
    func count(_ peer: String, _ field: String) async throws -> Int? {
        let reply = try await call("GET", "/report/\(peer)")
        let report = try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any]
        return report?[field] as? Int
    }

    func calls(_ peer: String, _ method: String) async throws -> Int {
        let reply = try await call("GET", "/report/\(peer)/calls")
        return String(decoding: reply.body, as: UTF8.self).split(separator: "\n")
            .count { $0.contains(#""method":"\#(method)""#) }
    }

    // MARK: The order

    /// A shipped description, with this sandbox's address and this peer's name filled in.
    func shipped(_ file: String, _ peer: String) throws -> DataSystem {
        let text = try HTTPPapers.read("connectors/\(file)").replacing("127.0.0.1:8099", with: "127.0.0.1:\(port)")
            .replacing("PEER", with: peer)
        return try HTTPPapers.system(text)
    }

    /// A system of this connector's keys, which are indented by two.
    func system(_ peer: String, _ keys: String) throws -> DataSystem {
        try HTTPPapers.system(
            """
            internal: true
            connector:
              kind: http
              url: \(base)/rest/\(peer)
            \(keys)
            """
        )
    }

    static func order(
        _ system: DataSystem,
        _ step: TargetOrder.Step = .act,
        _ operation: TargetOperation = .erase,
        _ identities: [Identity?] = [],
        key: UUID = UUID(),
        task: UUID = UUID(),
        client: Client? = nil,
        corrections: [Correction] = [],
        suppresses: [String] = [],
        keeps: Set<String> = [],
        ends: Set<String>? = nil,
        reference: String? = nil,
        checkpoint: String? = nil,
        mayHaveActed: Bool = false,
        now: Date = Date(timeIntervalSince1970: 1_800_000_000),
        copy: CopyDesk? = nil
    ) -> TargetOrder {
        TargetOrder(
            key: key,
            step: step,
            operation: operation,
            system: system,
            caseID: UUID(),
            client: client,
            identities: identities.compactMap { $0 },
            corrections: corrections,
            suppresses: suppresses,
            regulation: .gdpr,
            submittedAt: now,
            keeps: keeps,
            ends: ends,
            reference: reference,
            checkpoint: checkpoint,
            mayHaveActed: mayHaveActed,
            now: now,
            task: task,
            effect: UUID(),
            copy: copy
        )
    }

    /// The same order again, as the ledger would give it after `report`.
    static func next(
        _ order: TargetOrder,
        after report: TargetReport?,
        _ step: TargetOrder.Step? = nil
    ) -> TargetOrder {
        Self.order(
            order.system,
            step ?? order.step,
            order.operation,
            order.identities,
            key: order.key,
            task: order.task,
            client: order.client,
            corrections: order.corrections,
            suppresses: order.suppresses,
            keeps: order.keeps,
            reference: report?.findings.reference ?? order.reference,
            checkpoint: report?.findings.checkpoint ?? order.checkpoint,
            mayHaveActed: step == nil,
            now: order.now,
            copy: order.copy
        )
    }

    /// Performs it until it goes on no more by itself.
    func perform(_ order: TargetOrder, attempts: Int = 5) async -> TargetReport {
        var order = order
        var report = await connector.perform(order)
        for _ in 1..<attempts where report.verdict.outcome == .waiting && report.verdict.retryAfter == .zero {
            order = Self.next(order, after: report)
            report = await connector.perform(order)
        }
        return report
    }

    func verify(_ order: TargetOrder, after report: TargetReport?) async -> TargetReport {
        await perform(Self.next(order, after: report, .verify))
    }
}

/// What is shipped and written about descriptions.
enum HTTPPapers {
    private static let deploy = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "deploy")

    static let shipped: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: deploy.appending(path: "connectors").path)) ?? [])
        .sorted()

    static func read(_ path: String) throws -> String {
        try String(contentsOf: deploy.appending(path: path), encoding: .utf8)
    }

    static func system(_ text: String) throws -> DataSystem {
        try SystemFile.system("id: peer\ntitle: Peer\nkind: subprocessor\nmandatory: false\n" + text, path: "peer.yaml")
    }

    static func description(_ text: String) throws -> HTTPDescription {
        guard case .http(let description) = try system(text).connector else { throw CocoaError(.formatting) }
        return description
    }
}
