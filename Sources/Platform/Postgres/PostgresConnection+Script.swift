import CLibPQ

extension PostgresConnection {
    /// Runs several statements, separated by semicolons, as they stand: nothing is bound, prepared or returned. Outside of
    /// a transaction they are one, unless they say otherwise themselves.
    /// - Parameter timeout: for all of them; the configuration's ``PostgresConfiguration/responseTimeout`` if not given. The
    ///   server's limit for one statement is separate.
    public func execute(_ script: String, timeout: Duration? = nil) async throws {
        try await cancellable { operation in
            try run(script: script, timeout: timeout, operation)
        }
    }

    private func run(script: String, timeout: Duration?, _ operation: Link.Operation?) throws {
        if beginIsPending { _ = try run([], operation) }
        let link = try whole()
        guard !script.utf8.contains(0) else {
            throw PostgresError(.encoding, detail: "the script holds a NUL")
        }
        let startsInTransaction = !link.isIdle
        var answers = Answers(link: link, operation: operation, configuration: configuration, timeout: timeout)
        var failure: PostgresError?
        do {
            guard PQexitPipelineMode(link.pointer) == 1, PQsendQuery(link.pointer, script) == 1 else {
                throw Answers.GaveUp()
            }
            try answers.flush()
            while let result = try answers.nextOfScript() {
                switch result.status {
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
                case PGRES_FATAL_ERROR:
                    guard let error = result.serverError, !result.isFatal else {
                        throw Answers.GaveUp(lastWords: result.serverError)
                    }
                    failure = answers.interpret(error)
                default:
                    drop()
                    throw PostgresError(.protocolViolation, detail: "the script starts a COPY")
                }
            }
            guard PQenterPipelineMode(link.pointer) == 1 else { throw Answers.GaveUp() }
        } catch let error as Answers.GaveUp {
            drop()
            // What the script's statements do is not known here: any of them may commit.
            var exchange = Exchange(startsInTransaction: startsInTransaction)
            exchange.sent(.execute(0, .commit))
            throw answers.lost(exchange, lastWords: error.lastWords)
        }
        if let failure { throw failure }
    }
}

extension Answers {
    /// The next statement's result; none after the last.
    mutating func nextOfScript() throws -> ServerResult? {
        while true {
            switch link.nextAnswer(until: deadline, operation) {
            case .result(let result): return result
            case .end:
                if link.isBroken { throw GaveUp() }
                return nil
            case .interrupted(let interruption): try interrupt(interruption)
            }
        }
    }
}
