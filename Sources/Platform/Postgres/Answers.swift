import CLibPQ

/// Reads the answers of one call, cancels the statement when its task is cancelled or its time is up, and then reads on
/// until the server has confirmed that.
struct Answers {
    /// The session is of no more use: it ended, or did not even end its statement in time.
    struct GaveUp: Error {
        var lastWords: PostgresError?
    }

    let link: Link
    private let configuration: PostgresConfiguration
    private(set) var operation: Link.Operation?
    private(set) var deadline: ContinuousClock.Instant
    private var interruption: Link.Interruption?

    init(link: Link, operation: Link.Operation?, configuration: PostgresConfiguration, timeout: Duration? = nil) {
        self.link = link
        self.operation = operation
        self.configuration = configuration
        deadline = .now + (timeout ?? configuration.responseTimeout)
    }

    mutating func flush() throws {
        while true {
            do {
                guard let interruption = try link.flush(until: deadline, operation) else { return }
                try interrupt(interruption)
            } catch is Link.Broken {
                // Answers that came before the end may still be read: they say how far the server got.
                return
            }
        }
    }

    mutating func next() throws -> ServerResult {
        while true {
            switch link.nextAnswer(until: deadline, operation) {
            case .result(let result): return result
            case .end: throw GaveUp()
            case .interrupted(let interruption): try interrupt(interruption)
            }
        }
    }

    /// After a statement's one result: the mark that there is no other.
    mutating func finishStep() throws {
        while true {
            switch link.nextAnswer(until: deadline, operation) {
            case .result: continue
            case .end:
                if link.isBroken { throw GaveUp() }
                return
            case .interrupted(let interruption): try interrupt(interruption)
            }
        }
    }

    /// The pipeline's end. Outside of a transaction this is where the server commits, and where that can fail.
    mutating func sync(_ exchange: inout Exchange) throws {
        while true {
            let result = try next()
            switch result.status {
            case PGRES_PIPELINE_SYNC: return
            case PGRES_FATAL_ERROR:
                guard let error = result.serverError, !result.isFatal else {
                    throw GaveUp(lastWords: result.serverError)
                }
                exchange.failed(interpret(error))
            default: break
            }
        }
    }

    /// Reads and drops everything up to the next end of a pipeline.
    mutating func skipToSync() throws {
        while true {
            switch link.nextAnswer(until: deadline, operation) {
            case .result(let result):
                if result.status == PGRES_PIPELINE_SYNC { return }
                if result.status == PGRES_FATAL_ERROR, result.serverError == nil || result.isFatal {
                    throw GaveUp(lastWords: result.serverError)
                }
            case .end:
                if link.isBroken { throw GaveUp() }
            case .interrupted(let interruption): try interrupt(interruption)
            }
        }
    }

    /// The server reports a statement that we cancelled like any other that was.
    func interpret(_ error: PostgresError) -> PostgresError {
        guard error.sqlState == .queryCanceled, let interruption else { return error }
        return PostgresError(interruption == .cancelled ? .cancelled : .timeout, from: error)
    }

    /// What to throw when the session was given up: the reason is ours if we interrupted it.
    func lost(_ exchange: Exchange, lastWords: PostgresError? = nil) -> PostgresError {
        let error = exchange.lost(lastWords: lastWords)
        guard let interruption else { return error }
        var ours = PostgresError(interruption == .cancelled ? .cancelled : .timeout, from: error)
        ours.isUndecided = error.isUndecided
        ours.statementIndex = error.statementIndex
        return ours
    }

    mutating func interrupt(_ reason: Link.Interruption) throws {
        guard interruption == nil else { throw GaveUp() }
        interruption = reason
        operation = nil
        deadline = .now + configuration.cancelTimeout
        guard CancelRequest.send(for: link.pointer, until: deadline) else { throw GaveUp() }
    }
}
