import Foundation
import Ledger
import Postgres
import Threads

@testable import Fleet

/// Performs effects as a test says, and keeps a book of it.
struct ScriptedPerformer: EffectPerformer {
    /// The stored row makes no sense to this performer.
    struct Unreadable: Error {}

    typealias Job = EffectRecord

    var longestCall = Duration.seconds(30)
    let book = CallBook()
    /// Effects of which no job can be made.
    var unreadable: Set<UUID> = []
    var call: @Sendable (EffectRecord) async -> AttemptVerdict = { _ in .done() }

    func reading(_ leases: [EffectLease]) -> [SQL] { ["SELECT count(*) FROM habeas.installation"] }

    func jobs(_ leases: [EffectLease], _ rows: [Rows]) throws -> [EffectRecord] {
        guard rows.count == 1, !leases.contains(where: { unreadable.contains($0.effect.id) }) else {
            throw Unreadable()
        }
        return leases.map(\.effect)
    }

    func perform(_ job: EffectRecord) async -> AttemptVerdict {
        book.begin(job)
        let verdict = await call(job)
        book.end(job)
        return verdict
    }
}

/// What was called when, and how much at once.
final class CallBook: Sendable {
    struct Page {
        var calls: [UUID: Int] = [:]
        var order: [UUID] = []
        var underWay: [String: Int] = [:]
        var most: [String: Int] = [:]
        var starts: [String: [ContinuousClock.Instant]] = [:]
        var ended = 0
    }

    private let page = Locked(Page())

    func begin(_ effect: EffectRecord) {
        page.withLock { page in
            page.calls[effect.id, default: 0] += 1
            page.order.append(effect.id)
            page.starts[effect.target, default: []].append(.now)
            let count = page.underWay[effect.target, default: 0] + 1
            page.underWay[effect.target] = count
            page.most[effect.target] = max(page.most[effect.target] ?? 0, count)
        }
    }

    func end(_ effect: EffectRecord) {
        page.withLock { page in
            page.underWay[effect.target, default: 0] -= 1
            page.ended += 1
        }
    }

    var calls: [UUID: Int] { page.withLock { $0.calls } }
    /// In the order of their beginning.
    var order: [UUID] { page.withLock { $0.order } }
    /// The most calls that were under way at once, by target.
    var most: [String: Int] { page.withLock { $0.most } }
    var starts: [String: [ContinuousClock.Instant]] { page.withLock { $0.starts } }
    var underWay: Int { page.withLock { $0.underWay.values.reduce(0, +) } }
    var ended: Int { page.withLock { $0.ended } }
}

/// Decides as a test says: nothing, if it says nothing.
struct ScriptedPlanner: EffectPlanner {
    var reads: [SQL] = []
    var decide: @Sendable (inout CaseDesk) throws -> Void = { _ in }

    func reading(_ ids: [UUID]) -> [SQL] { reads }

    func plan(_ desk: inout CaseDesk, _ rows: [Rows]) throws { try decide(&desk) }
}
