import Foundation
import FoundationNetworking
import Logging
import Observability
import ServiceLifecycle
import Synchronization
import Testing

struct ProbeServerTests {
    private let logger = Logger(label: "probes") { _ in SwiftLogNoOpLogHandler() }

    /// Serves while `body` runs, given the base of its URLs.
    private func serving(_ server: ProbeServer, _ body: (String) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.port()
            #expect(port != 0)
            try await body("http://127.0.0.1:\(port)")
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func get(_ url: String, method: String = "GET") async throws -> (status: Int, type: String?, body: String) {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        return (http.statusCode, http.value(forHTTPHeaderField: "Content-Type"), String(decoding: data, as: UTF8.self))
    }

    @Test("Readiness follows its check and names the reasons")
    func readiness() async throws {
        let box = Box(["no \"consumer\"", "no database"])
        let server = try ProbeServer(
            host: "127.0.0.1",
            port: 0,
            metrics: MetricsRegistry(),
            logger: logger,
            ready: { box.get() }
        )
        try await serving(server) { base in
            let unready = try await get("\(base)/health/ready")
            #expect(unready.status == 503)
            #expect(unready.type == "application/json")
            #expect(unready.body == #"{"status":"unavailable","reasons":["no \"consumer\"","no database"]}"# + "\n")
            #expect(try await get("\(base)/health/live").status == 200)
            box.set([])
            let ready = try await get("\(base)/health/ready")
            #expect(ready.status == 200)
            #expect(ready.body == "{\"status\":\"ok\"}\n")
        }
    }

    @Test("Metrics are served in the text format")
    func metrics() async throws {
        let registry = MetricsRegistry()
        registry.counter(.counter("hits_total", "Hits.")).increment(by: 7)
        let server = try ProbeServer(host: "localhost", port: 0, metrics: registry, logger: logger, ready: { [] })
        try await serving(server) { base in
            let answer = try await get("\(base)/metrics")
            #expect(answer.type == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.body.contains("\nhits_total 7\n"))
            #expect(try await get("\(base)/other").status == 404)
            #expect(try await get("\(base)/metrics", method: "POST").status == 405)
        }
    }

    @Test("A taken port is told at once, and a host that is no address before anything runs")
    func refusals() async throws {
        let first = try ProbeServer(
            host: "127.0.0.1",
            port: 0,
            metrics: MetricsRegistry(),
            logger: logger,
            ready: { [] }
        )
        try await serving(first) { _ in
            let port = try await first.port()
            let second = try ProbeServer(
                host: "127.0.0.1",
                port: port,
                metrics: MetricsRegistry(),
                logger: logger,
                ready: { [] }
            )
            await #expect(throws: ProbeServerError.port) { try await second.run() }
        }
        #expect(throws: ProbeServerError.host) {
            try ProbeServer(host: "nowhere", port: 0, metrics: MetricsRegistry(), logger: logger, ready: { [] })
        }
    }

    @Test("It starts and stops as a service, again and again")
    func storm() async throws {
        for _ in 0..<10 {
            let server = try ProbeServer(
                host: "::1",
                port: 0,
                metrics: MetricsRegistry(),
                logger: logger,
                ready: { [] }
            )
            let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                _ = try await server.port()
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }
}

/// The reasons that a test changes while the server runs.
private final class Box: Sendable {
    private let reasons: Mutex<[String]>

    init(_ reasons: [String]) { self.reasons = Mutex(reasons) }

    func get() -> [String] { reasons.withLock { $0 } }
    func set(_ new: [String]) { reasons.withLock { $0 = new } }
}
