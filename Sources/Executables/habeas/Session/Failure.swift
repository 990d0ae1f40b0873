import AMQP
import ArgumentParser
import Fleet
import FoundationEssentials
import Glibc
import Ledger
import Postgres

/// Why a command stops: what is concerned, what is wrong with it, what to do about it. One line, no values.
struct Failure: Error, CustomStringConvertible {
    let subject: String
    let fault: String
    let remedy: String
    var status: ExitStatus

    init(_ subject: String, _ fault: String, _ remedy: String, status: ExitStatus = .refused) {
        self.subject = subject
        self.fault = fault
        self.remedy = remedy
        self.status = status
    }

    var description: String { "\(subject): \(fault); \(remedy)" }
}

/// What programs read from the end of a command.
enum ExitStatus: Int32 {
    case refused = 1
    case usage = 64
    case unreachable = 69
    case configuration = 78
}

/// The output has said all there is to say; only the exit code is left.
struct SilentFailure: Error {
    var status = ExitStatus.refused
}

extension Failure {
    /// Prints one line on standard error and ends the process with the error's code. Help and usage go their own way.
    static func end(with error: any Error) -> Never {
        if let silent = error as? SilentFailure { exit(silent.status.rawValue) }
        guard let failure = Failure(explaining: error) else { Habeas.exit(withError: error) }
        StandardError.write("habeas: \(failure)")
        exit(failure.status.rawValue)
    }

    /// Nil for what the argument parser explains better.
    init?(explaining error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as ConfigurationError: self.init(text: error.description, .configuration)
        case let error as PolicyFault: self.init(text: error.description, .refused)
        case let error as LetterFault: self.init(text: error.description, .refused)
        case let error as KeyRingError: self.init(text: error.description, .configuration)
        case let error as PostgresError: self.init(error)
        case let error as MigrationError: self.init(error)
        case let error as BrokerAdminError: self.init(error)
        case let error as AMQPError: self.init(error)
        case let error as StoredWordError: self.init(text: error.description, .refused)
        case is CancellationError: self.init("command", "was interrupted", "run it again", status: .refused)
        default: return nil
        }
    }

    private init(text: String, _ status: ExitStatus) {
        // These errors carry their own three parts in one sentence.
        let parts = text.split(separator: ": ", maxSplits: 1).map(String.init)
        let rest = (parts.count > 1 ? parts[1] : text).split(separator: "; ", maxSplits: 1).map(String.init)
        self.init(
            parts.count > 1 ? parts[0] : "configuration",
            rest[0],
            rest.count > 1 ? rest[1] : "correct it",
            status: status
        )
    }

    private init(_ error: PostgresError) {
        switch (error.code, error.sqlState) {
        case (.configuration, _):
            self.init(
                "database.url",
                error.detail ?? "cannot be read",
                "give a postgresql:// URL or a keyword string",
                status: .configuration
            )
        case (_, .some(.insufficientPrivilege)):
            self.init(
                "database",
                "this login may not do that\(error.table.map { " to table \($0)" } ?? "")",
                "log in as a member of habeas_operator, or as the owner for migrate"
            )
        case (_, .some(.undefinedTable)), (_, .some(SQLState(rawValue: "3F000"))), (_, .some(.undefinedColumn)),
            (_, .some(SQLState(rawValue: "42883"))):
            self.init(
                "database",
                "its schema is not what this version needs",
                "run habeas migrate status, then habeas migrate up",
                status: .configuration
            )
        default:
            let isOutage = error.retryClass == .outage
            self.init(
                "database",
                "\(error)",
                isOutage ? "check database.url and that the server runs" : "run the command again",
                status: isOutage ? .unreachable : .refused
            )
        }
    }

    private init(_ error: AMQPError) {
        switch error.code {
        case .configuration:
            self.init(
                "amqp.url",
                "part or key \(error.subject ?? "of it") cannot be used",
                "give an amqp:// or amqps:// URL",
                status: .configuration
            )
        case .refused:
            self.init(
                "amqp.url",
                "the broker refuses this user, password or virtual host",
                "check them with the broker's operator",
                status: .configuration
            )
        case .channelClosed where error.replyCode == 403:
            self.init(
                "broker",
                "this user may not do that",
                "give it the rights with habeas publishers apply or topology apply"
            )
        default:
            self.init(
                "broker",
                "\(error)",
                "check amqp.url and that the broker runs",
                status: error.isRetryable || error.code == .tls ? .unreachable : .refused
            )
        }
    }

    private init(_ error: BrokerAdminError) {
        let status: ExitStatus =
            switch error.code {
            case .unreachable: .unreachable
            case .address, .forbidden: .configuration
            default: .refused
            }
        self.init(error.subject, error.fault, error.remedy, status: status)
    }
}
