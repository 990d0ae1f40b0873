import Ledger
import Postgres

/// What the runtime does about an error. Decided here and nowhere else, by the error's type.
package enum FailureClass: Sendable, Hashable {
    /// The transaction lost against another one: run it again at once.
    case conflict
    /// The database is away: wait for it without burning an attempt, then run it again.
    case outage
    /// The batch holds a message that cannot be handled: find it.
    case guilty(code: String)

    package init(_ error: any Error) {
        switch error {
        case let error as PostgresError:
            switch error.retryClass {
            case .transaction: self = .conflict
            case .outage, .cancelled: self = .outage
            case .data: self = .guilty(code: String(describing: error.code))
            case .defect where error.sqlState != nil:
                // A missing table or grant is no message's fault: parking them all would only hide it.
                self = .outage
            case .defect: self = .guilty(code: String(describing: error.code))
            }
        case is RegistryChanged: self = .conflict
        case is CancellationError: self = .outage
        case is StoredWordError: self = .guilty(code: "unknown_word")
        default: self = .guilty(code: String(describing: type(of: error)))
        }
    }
}
