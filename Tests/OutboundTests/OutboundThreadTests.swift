import TestKit
import Testing

@testable import Outbound

final class OutboundThreadTests {
    private let server: LoopbackServer

    init() throws {
        server = try LoopbackServer()
    }

    deinit {
        server.stop()
    }

    private func thread(inFlight: Int, waiting: Int) throws -> OutboundThread {
        var limits = OutboundThread.Limits()
        limits.inFlight = inFlight
        limits.waiting = waiting
        return try OutboundThread(limits)
    }

    private func until(_ thread: OutboundThread, _ load: OutboundThread.Load) async {
        let deadline = ContinuousClock.now + .seconds(20)
        while await thread.load != load, ContinuousClock.now < deadline { await Task.yield() }
        #expect(await thread.load == load)
    }

    @Test("No more calls are under way than may be, and all get their turn")
    func bounds() async throws {
        let client = HTTPClient(on: try thread(inFlight: 3, waiting: 1000))
        let base = server.base
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<300 {
                group.addTask { try await client.sendInside(HTTPCall("GET", "\(base)/echo")).status }
            }
            for try await status in group { #expect(status == 200) }
        }
        #expect(server.accepted <= 3)
        #expect(server.requests.count == 300)
    }

    @Test("Too many are refused at once, who waits in vain times out, who gives up is forgotten")
    func queue() async throws {
        let thread = try thread(inFlight: 1, waiting: 2)
        let client = HTTPClient(on: thread)
        let silent = HTTPCall("GET", "\(server.base)/silent")
        let echo = HTTPCall("GET", "\(server.base)/echo")
        let first = Task { try await client.sendInside(silent) }
        await until(thread, .init(inFlight: 1, waiting: 0))
        let second = Task { try await client.sendInside(echo) }
        await until(thread, .init(inFlight: 1, waiting: 1))
        let hurried = HTTPCall("GET", echo.url, timeout: .milliseconds(50))
        let late = await #expect(throws: OutboundError.self) { try await client.sendInside(hurried) }
        #expect(late == OutboundError(.timeout))
        let third = Task { try await client.sendInside(echo) }
        await until(thread, .init(inFlight: 1, waiting: 2))
        await #expect(throws: OutboundError(.overloaded)) { try await client.sendInside(echo) }
        third.cancel()
        await #expect(throws: CancellationError.self) { try await third.value }
        await until(thread, .init(inFlight: 1, waiting: 1))
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await second.value.status == 200)
        await until(thread, .init(inFlight: 0, waiting: 0))
    }

    @Test("Clients that share a thread are closed one by one")
    func closing() async throws {
        let thread = try thread(inFlight: 1, waiting: 10)
        let (one, other) = (HTTPClient(on: thread), HTTPClient(on: thread))
        let silent = HTTPCall("GET", "\(server.base)/silent")
        let echo = HTTPCall("GET", "\(server.base)/echo")
        let under = Task { try await one.sendInside(silent) }
        await until(thread, .init(inFlight: 1, waiting: 0))
        let waiting = Task { try await one.sendInside(echo) }
        await until(thread, .init(inFlight: 1, waiting: 1))
        let others = Task { try await other.sendInside(echo) }
        await until(thread, .init(inFlight: 1, waiting: 2))
        await one.close()
        for task in [under, waiting] {
            let error = await #expect(throws: OutboundError.self) { try await task.value }
            #expect(error?.code == .closed)
        }
        await #expect(throws: OutboundError(.closed)) { try await one.sendInside(echo) }
        #expect(try await others.value.status == 200)
        #expect(try await other.sendInside(echo).status == 200)
    }

    @Test("Five hundred silent peers do not slow down the call beside them")
    func silence() async throws {
        let thread = try thread(inFlight: 600, waiting: 0)
        let client = HTTPClient(on: thread)
        let silent = HTTPCall("GET", "\(server.base)/silent")
        let tasks = (0..<500).map { _ in Task { try await client.sendInside(silent) } }
        await until(thread, .init(inFlight: 500, waiting: 0))
        let start = ContinuousClock.now
        for _ in 0..<20 {
            #expect(try await client.sendInside(HTTPCall("GET", "\(server.base)/echo")).status == 200)
        }
        #expect(ContinuousClock.now - start < .seconds(5))
        for task in tasks { task.cancel() }
        for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
        await until(thread, .init(inFlight: 0, waiting: 0))
    }
}
