import Glibc
public import Logging
import Synchronization

/// What went wrong with a statement or a connection.
///
/// Its texts name codes, columns, constraints and hosts, and never a value: the server's own message and detail quote
/// rows, so they are not even kept unless ``revealsMessages`` is on.
public struct PostgresError: Error, Sendable, Equatable {
    public let code: Code

    /// Set where the server answered with an error.
    public internal(set) var sqlState: SQLState?
    public internal(set) var constraint: String?
    public internal(set) var schema: String?
    public internal(set) var table: String?
    public internal(set) var column: String?
    /// Where in the statement's text the server found the fault, in characters from 1.
    public internal(set) var position: Int?

    /// Which of a pipeline's statements failed, from 0.
    public internal(set) var statementIndex: Int?

    /// The connection ended after something that commits was sent and before its answer came: it may have been committed
    /// or not. Whoever repeats the work must first look whether it is there.
    public internal(set) var isUndecided = false

    /// A fact about the fault that is free of values, such as the host that could not be reached.
    public internal(set) var detail: String?

    /// The server's message, only while ``revealsMessages`` is on.
    public internal(set) var serverMessage: String?

    init(_ code: Code, detail: String? = nil) {
        self.code = code
        self.detail = detail
    }

    /// Debug switch: keep the server's own messages, which may quote values. For development only. Starts on where the
    /// environment has `POSTGRES_REVEAL_MESSAGES=1`.
    public static var revealsMessages: Bool {
        get { reveal.load(ordering: .relaxed) }
        set { reveal.store(newValue, ordering: .relaxed) }
    }

    private static let reveal = Atomic<Bool>(getenv("POSTGRES_REVEAL_MESSAGES").map { String(cString: $0) } == "1")
}

extension PostgresError {
    /// Open: later versions may add codes.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let name: String
        public let sqlState: SQLState?
        let sentence: String

        private init(_ name: String, _ sentence: String, sqlState: SQLState? = nil) {
            self.name = name
            self.sentence = sentence
            self.sqlState = sqlState
        }

        public var description: String { sqlState.map { "\(name)(\($0))" } ?? name }

        public static let configuration = Code("configuration", "the connection settings are not valid")
        public static let connectFailed = Code("connectFailed", "no connection to the database could be made")
        public static let connectionLost = Code("connectionLost", "the connection to the database was lost")
        public static let connectionBusy = Code("connectionBusy", "the connection already serves another transaction")
        public static let closed = Code("closed", "the connection or pool is closed")
        public static let timeout = Code("timeout", "the database did not answer in time")
        public static let poolTimeout = Code("poolTimeout", "no connection of the pool became free in time")
        public static let cancelled = Code("cancelled", "the task was cancelled")
        public static let rolledBack = Code(
            "rolledBack",
            "the transaction had failed and was rolled back at its commit"
        )
        public static let encoding = Code("encoding", "a parameter cannot be sent")
        public static let decoding = Code("decoding", "a column cannot be read as the type asked for")
        public static let protocolViolation = Code(
            "protocolViolation",
            "the database answered with something unexpected"
        )

        public static func server(_ state: SQLState) -> Code {
            Code("server", "the database refused the statement", sqlState: state)
        }
    }

    /// What a caller can do about an error.
    public enum RetryClass: String, Sendable {
        /// The transaction lost against another: run it again from its beginning.
        case transaction
        /// The database or the way to it is at fault: run it again when they are back.
        case outage
        /// The data is at fault: the same values will fail again.
        case data
        /// The program or the schema is at fault.
        case defect
        /// The caller gave up.
        case cancelled
    }

    public var retryClass: RetryClass {
        switch code {
        case .connectFailed, .connectionLost, .timeout, .poolTimeout, .closed: return .outage
        case .cancelled: return .cancelled
        case .encoding: return .data
        default: break
        }
        guard let sqlState else { return .defect }
        if isStalePlan { return .transaction }
        switch sqlState.classCode {
        case "40": return .transaction
        case "08", "53", "57", "58": return .outage
        case "22", "23": return .data
        case "55": return sqlState == .lockNotAvailable ? .outage : .defect
        default: return .defect
        }
    }

    /// Whether running the whole transaction again may succeed at once.
    public var isRetryable: Bool { retryClass == .transaction && !isUndecided }

    public var logLevel: Logger.Level {
        switch retryClass {
        case .transaction, .cancelled: .debug
        case .outage: .warning
        case .data: .notice
        case .defect: .error
        }
    }

    /// The server planned the statement anew for a changed schema, or lost it: preparing it again helps.
    var isStalePlan: Bool {
        sqlState == .invalidStatementName || (sqlState == .featureNotSupported && detail == Self.stalePlan)
    }

    static let stalePlan = "the statement's columns have changed since it was prepared"
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// A fixed sentence and the names that go with it.
    public var description: String {
        var text = code.sentence
        if isUndecided { text += "; what was sent may have been committed" }
        var facts: [String] = []
        if let sqlState { facts.append("SQLSTATE \(sqlState)") }
        if let schema, let table {
            facts.append("table \(schema).\(table)")
        } else if let table {
            facts.append("table \(table)")
        }
        if let column { facts.append("column \(column)") }
        if let constraint { facts.append("constraint \(constraint)") }
        if let position { facts.append("at character \(position)") }
        if let statementIndex { facts.append("statement \(statementIndex) of the pipeline") }
        if let detail { facts.append(detail) }
        if let serverMessage { facts.append("server says: \(serverMessage)") }
        return facts.isEmpty ? text : text + " (" + facts.joined(separator: ", ") + ")"
    }

    public var debugDescription: String { description }
}
