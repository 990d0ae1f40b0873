import Ledger
import Postgres

/// What the runtime does about an error. Decided here and nowhere else, by the error's type.
package enum FailureClass: Sendable, Hashable {
    /// The transaction lost against another one: run it again at once.
    case conflict
    /// The database is away: wait for it without burning an attempt, then run it again.
    case outage
    /// The database answers and refuses for a reason no message has: a missing table or grant. Parking messages would only
    /// hide it: the worker says that it is not ready, and tries again until somebody has mended it.
    case defect(code: String)
    /// The batch holds a message that cannot be handled: find it.
    case guilty(code: String)

    package init(_ error: any Error) {
        switch error {
        case let error as PostgresError:
            switch error.retryClass {
            case .transaction: self = .conflict
            case .outage, .cancelled: self = .outage
            case .data: self = .guilty(code: String(describing: error.code))
            case .defect:
                if let state = error.sqlState {
                    self = .defect(code: "\(state)")
                } else {
                    self = .guilty(code: String(describing: error.code))
                }
            }
        case is RegistryChanged: self = .conflict
        case is CancellationError: self = .outage
        case is StoredWordError: self = .guilty(code: "unknown_word")
        default: self = .guilty(code: String(describing: type(of: error)))
        }
    }
}
