import Testing

@testable import Postgres

@Suite("Who gets which connection of a pool")
struct PoolStateTests {
    private typealias State = PoolState<String>

    private func outcome(_ acquisition: State.Acquisition) -> String {
        switch acquisition {
        case .lease(let connection, _): connection
        case .open: "open"
        case .wait: "wait"
        case .closed: "closed"
        }
    }

    private func outcome(_ release: State.Release) -> String {
        guard let handover = release.handover else { return release.surplus.map { "close \($0)" } ?? "rest" }
        return switch handover.grant {
        case .lease(let connection): "\(handover.waiter) gets \(connection)"
        case .open: "\(handover.waiter) opens"
        default: "\(handover.waiter) fails"
        }
    }

    @Test func `connections are opened up to the size and then waited for in order`() {
        var state = State(size: 2)
        #expect(outcome(state.acquire()) == "open")
        #expect(outcome(state.acquire()) == "open")
        #expect(outcome(state.acquire()) == "wait")
        for waiter in [1, 2, 3] as [UInt64] { state.enqueue(waiter) }
        state.withdraw(2)
        #expect(outcome(state.release("a", isUsable: true, now: .now)) == "1 gets a")
        #expect(outcome(state.release("b", isUsable: true, now: .now)) == "3 gets b")
        #expect(outcome(state.release("b", isUsable: true, now: .now)) == "rest")
        #expect(outcome(state.release("a", isUsable: true, now: .now)) == "rest")
        #expect(outcome(state.acquire()) == "a")
    }

    @Test func `a broken connection's place goes to who waits longest`() {
        var state = State(size: 1)
        _ = state.acquire()
        state.enqueue(1)
        #expect(outcome(state.release("a", isUsable: false, now: .now)) == "1 opens")
        #expect(state.open == 1)
        #expect(outcome(state.failed()) == "rest")
        #expect(state.open == 0)
        #expect(outcome(state.acquire()) == "open")
    }

    @Test func `after closing everything that comes back is closed`() {
        var state = State(size: 3)
        for _ in 0..<3 { _ = state.acquire() }
        _ = state.release("a", isUsable: true, now: .now)
        state.enqueue(7)
        let (waiters, idle) = state.close()
        #expect(waiters == [7])
        #expect(idle == ["a"])
        #expect(outcome(state.acquire()) == "closed")
        let second = state.release("b", isUsable: true, now: .now)
        #expect(outcome(second) == "close b")
        #expect(!second.isDrained)
        #expect(state.failed().isDrained)
    }
}
