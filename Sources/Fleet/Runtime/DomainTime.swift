package import FoundationEssentials
import Threads

/// Domain time between two transactions: this machine's clock, corrected by what the database last said.
///
/// Good enough for judging whether an event lies in the future; whatever is written is dated by the database.
package final class DomainTime: Sendable {
    private let offset = Locked<TimeInterval>(0)

    package init() {}

    package var estimate: Date { Date(timeIntervalSinceNow: offset.withLock { $0 }) }

    /// Takes over the domain time a transaction has just read.
    package func observed(_ now: Date) {
        let difference = now.timeIntervalSinceNow
        offset.withLock { $0 = difference }
    }
}
