import Foundation
import Ledger
import Postgres
import TestKit
import Testing
import Threads

@testable import Fleet

@Suite("Leases that are renewed while a call goes on", .database)
struct LeaseKeeperTests {
    /// A call that lasts until it is given up.
    private static let endless: @Sendable () async -> AttemptVerdict = {
        for await _ in AsyncStream<Void>.makeStream().stream {}
        return .retry("cancelled", blamesTarget: false)
    }

    @Test("a call does not go on beyond a lease whose renewal hangs, and goes on while it is renewed")
    func hangs() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"])
            try await fixture.plan(1, of: cases, to: "t")
            let lease = try #require(try await fixture.take(try await fixture.letGo()).first)
            let keeper = LeaseKeeper(pool: fixture.worker, logger: EffectFixture.quiet)
            let start = ContinuousClock.now
            let verdict = await keeper.keeping(lease, for: .seconds(2), until: start + .milliseconds(600)) {
                let isBeyond = await eventually(within: .seconds(10)) {
                    Task.isCancelled || start.duration(to: .now) > .milliseconds(1_500)
                }
                return isBeyond && !Task.isCancelled ? .done() : .refused("given_up")
            }
            #expect(verdict == .done(), "renewed")

            let (held, release) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
            let holder = Task {
                try await fixture.owner.withConnection { connection in
                    try await connection.transaction { connection in
                        _ = try await connection.query(
                            "SELECT FROM habeas.effect WHERE id = \(lease.effect.id) FOR UPDATE"
                        )
                        held.continuation.yield()
                        for await _ in release.stream { break }
                    }
                }
            }
            for await _ in held.stream { break }
            let before = ContinuousClock.now
            let ended = Locked<ContinuousClock.Instant?>(nil)
            let late = Task {
                await keeper.keeping(lease, for: .seconds(2), until: before + .milliseconds(900)) {
                    let verdict = await Self.endless()
                    ended.withLock { $0 = .now }
                    return verdict
                }
            }
            _ = await eventually(within: .seconds(10)) { ended.withLock { $0 } != nil }
            let end = ended.withLock { $0 }
            release.continuation.yield()
            try await holder.value
            late.cancel()
            _ = await late.value
            let took = before.duration(to: try #require(end, "given up"))
            #expect(took >= .milliseconds(900) && took < .seconds(5), "\(took)")
        }
    }
}
