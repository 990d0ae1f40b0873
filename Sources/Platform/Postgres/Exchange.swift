/// What is known about one pipeline while its answers come in: what was sent, what was answered, and so what a lost
/// connection means. Holds no connection.
struct Exchange {
    enum Step: Equatable {
        /// The transaction that was begun before and is opened with the first statement.
        case begin
        case prepare(Int)
        case execute(Int, SQL.Bracket)
    }

    private(set) var steps: [Step] = []
    /// The step whose answer is awaited; `steps.count` is the end of the pipeline.
    private(set) var position = 0
    private(set) var failure: PostgresError?
    private var failedPosition: Int?
    let startsInTransaction: Bool

    init(startsInTransaction: Bool) {
        self.startsInTransaction = startsInTransaction
    }

    mutating func sent(_ step: Step) {
        steps.append(step)
    }

    /// The awaited step succeeded.
    mutating func succeeded() {
        position += 1
    }

    /// The awaited step failed, and the server skips the rest.
    mutating func failed(_ error: PostgresError) {
        if failure == nil {
            var error = error
            error.statementIndex = statementIndex
            failure = error
            failedPosition = position
        }
        position += 1
    }

    /// The awaited step was skipped after a failure.
    mutating func skipped() {
        position += 1
    }

    /// Whether this pipeline itself opens the transaction that it may leave behind.
    var opensTransaction: Bool {
        !startsInTransaction && steps.contains { if case .execute(_, .begin) = $0 { true } else { false } }
    }

    /// Whether nothing of the pipeline can have been committed, given that its last answer was `failure`: then all of it
    /// may be run again.
    var isWhollyUndone: Bool {
        guard !startsInTransaction, !steps.contains(.begin) else { return false }
        return !steps.prefix(failedPosition ?? position).contains(where: Self.commits)
    }

    /// What it means that the connection ended here.
    /// - Parameter lastWords: the server itself ended the session while it worked on the awaited step.
    func lost(lastWords: PostgresError?) -> PostgresError {
        var error = lastWords.map { PostgresError(.connectionLost, from: $0) } ?? PostgresError(.connectionLost)
        error.statementIndex = statementIndex
        error.isUndecided = isUndecided(serverEndedIt: lastWords != nil)
        return error
    }

    /// Whether something that commits may have been done without our hearing of it.
    func isUndecided(serverEndedIt: Bool) -> Bool {
        // After a failed step the server does nothing more.
        guard failure == nil else { return false }
        let open = steps.dropFirst(position)
        // The server answers in order: what comes after its last words was not begun.
        let candidates = serverEndedIt ? open.prefix(1) : open
        if candidates.contains(where: Self.commits) { return true }
        // Outside of a transaction the end of the pipeline commits.
        let commitsAtEnd = !startsInTransaction && !steps.contains { $0.begins }
        return commitsAtEnd && (!serverEndedIt || position == steps.count)
    }

    /// The number of the statement that the awaited step belongs to.
    private var statementIndex: Int? {
        guard position < steps.count else { return nil }
        switch steps[position] {
        case .begin: return nil
        case .prepare(let index), .execute(let index, _): return index
        }
    }

    private static func commits(_ step: Step) -> Bool {
        if case .execute(_, .commit) = step { true } else { false }
    }
}

extension Exchange.Step {
    fileprivate var begins: Bool {
        switch self {
        case .begin, .execute(_, .begin): true
        default: false
        }
    }
}

extension PostgresError {
    /// The same facts under another code.
    init(_ code: Code, from error: PostgresError) {
        self.init(code, detail: error.detail)
        sqlState = error.sqlState
        serverMessage = error.serverMessage
    }
}
