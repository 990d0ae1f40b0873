import Ledger
import Logging
import Observability
import Postgres
import Threads

/// Renews the lease of a call that takes minutes or hours, for as long as the call lasts.
struct LeaseKeeper: Sendable {
    /// Between attempts to renew, at least.
    private static let pause = Duration.milliseconds(200)

    let pool: PostgresPool
    let logger: Logger

    /// Makes the call; gives it up where the lease is lost, at its end where it could not be renewed by then, however long the database
    /// may take to answer, or where nobody wants the effect any more.
    ///
    /// - Parameters:
    ///   - span: what the lease lasts beyond each renewal: how long a dead worker's effect is left alone.
    ///   - first: when it ends unless it is renewed.
    func keeping(
        _ lease: EffectLease,
        for span: Duration,
        until first: ContinuousClock.Instant,
        _ call: @escaping @Sendable () async -> AttemptVerdict
    ) async -> AttemptVerdict {
        let end = Locked(first)
        return await withTaskGroup(of: AttemptVerdict?.self) { group in
            group.addTask(operation: call)
            group.addTask {
                await renew(lease, for: span, until: end)
                return nil
            }
            group.addTask {
                await Self.wait(for: end)
                return nil
            }
            var verdict: AttemptVerdict?
            while let next = await group.next() {
                verdict = verdict ?? next
                group.cancelAll()
            }
            return verdict ?? .retry(AttemptVerdict.notBegun, blamesTarget: false)
        }
    }

    /// Returns when the lease is lost, when the effect is not wanted any more, or when the call is over.
    private func renew(_ lease: EffectLease, for span: Duration, until end: Locked<ContinuousClock.Instant>) async {
        while true {
            let left = ContinuousClock.now.duration(to: end.withLock { $0 })
            guard left > .zero else { return }
            // A timer, not a wait for something: a lease is renewed while two thirds of it are left, and tried again until its end.
            do { try await Task.sleep(for: max(left / 3, Self.pause)) } catch { return }
            do {
                let asked = ContinuousClock.now
                let renewed = try await pool.withConnection { try await $0.query(lease.renewing(for: span)) }
                guard let row = renewed.first, try row.decode(0, as: Bool.self) else { return }
                end.withLock { $0 = asked + span }
            } catch {
                if Task.isCancelled { return }
                logger.warning("a lease could not be renewed", metadata: .keys([.reason: "\(error)"]))
            }
        }
    }

    /// Returns when the lease has ended, or the call is over.
    private static func wait(for end: Locked<ContinuousClock.Instant>) async {
        while true {
            let next = end.withLock { $0 }
            guard next > .now else { return }
            // A timer, not a wait for something: whatever is done beyond it may be another's to do.
            do { try await Task.sleep(until: next, clock: .continuous) } catch { return }
        }
    }
}
