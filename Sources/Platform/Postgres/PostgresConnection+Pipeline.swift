import CLibPQ

extension PostgresConnection {
    /// Runs one statement. Its plan is kept by its text, so that values belong into parameters.
    @discardableResult
    public func query(_ sql: SQL) async throws -> Rows {
        try await pipeline([sql])[0]
    }

    /// Runs all statements in one round trip and answers their results in order.
    ///
    /// The first failure throws, with the statement's number; those after it were not run. Outside of a transaction all of
    /// them are one. `BEGIN` and `COMMIT` may be among the statements; a transaction that the pipeline opened and that
    /// failed is rolled back.
    @discardableResult
    public func pipeline(_ statements: [SQL]) async throws -> [Rows] {
        try await cancellable { operation in
            try run(statements, operation)
        }
    }

    /// - Parameter operation: none where the task's cancellation must not matter, as in a commit.
    func run(_ statements: [SQL], _ operation: Link.Operation?) throws -> [Rows] {
        for (index, statement) in statements.enumerated() {
            try check(statement, index: statements.count > 1 ? index : nil)
        }
        var (outcome, exchange) = try attempt(statements, operation)
        if let error = exchange.failure, error.isStalePlan {
            cache.removeAll()
            if exchange.isWhollyUndone { (outcome, exchange) = try attempt(statements, operation) }
        }
        if var error = exchange.failure {
            if statements.count == 1 { error.statementIndex = nil }
            throw error
        }
        return outcome
    }

    /// Parameters that have no form on the wire, and texts that C would cut short.
    private func check(_ sql: SQL, index: Int?) throws {
        var fault: String?
        if let reason = sql.writer.refusal, let parameter = sql.refusedParameter {
            fault = "parameter \(parameter) of type \(sql.parameters[parameter - 1].type): \(reason)"
        } else if sql.parameters.count > Int(UInt16.max) {
            fault = "\(sql.parameters.count) parameters, the protocol has room for \(UInt16.max)"
        }
        guard let fault else { return }
        var error = PostgresError(.encoding, detail: fault)
        error.statementIndex = index
        throw error
    }

    private func attempt(_ statements: [SQL], _ operation: Link.Operation?) throws -> ([Rows], Exchange) {
        let link = try whole()
        var exchange = Exchange(startsInTransaction: !link.isIdle)
        var answers = Answers(link: link, operation: operation, configuration: configuration)
        let names = try preparedNames(statements)
        let housekeeping: Int
        do {
            housekeeping = try sendHousekeeping(on: link)
            try send(statements, names, on: link, &exchange)
            try answers.flush()
        } catch is Answers.GaveUp {
            drop()
            throw answers.lost(exchange)
        } catch {
            // A part of the pipeline may be in libpq's buffer: nothing sensible can follow it.
            let broken = link.isBroken
            drop()
            throw broken
                ? exchange.lost(lastWords: nil) : (error as? PostgresError ?? PostgresError(.protocolViolation))
        }
        do {
            for _ in 0..<housekeeping { try answers.skipToSync() }
            let rows = try collect(&answers, &exchange, statements)
            if exchange.failure != nil, exchange.opensTransaction, !link.isIdle { try rollBack(on: link) }
            return (rows, exchange)
        } catch let error as Answers.GaveUp {
            drop()
            throw answers.lost(exchange, lastWords: error.lastWords)
        } catch {
            drop()
            throw error
        }
    }

    /// Deallocations wait until no transaction is open, because a failed one would abort it, and have a sync of their own
    /// each, because a failed one must not take the others along. Answers how many there are.
    private func sendHousekeeping(on link: Link) throws -> Int {
        guard link.isIdle else { return 0 }
        let names = cache.takeDiscarded()
        for name in names {
            try sendPlain("DEALLOCATE \(name)", on: link)
            try sendSync(on: link)
        }
        return names.count
    }

    /// The names of those that are prepared. Refuses what cannot become a C string before anything is sent: half a pipeline
    /// cannot be taken back.
    private func preparedNames(_ statements: [SQL]) throws -> [String?] {
        cache.beginRound()
        return try statements.map { statement in
            let name = cache.name(for: statement)
            guard name != nil || !statement.text.utf8.contains(0) else {
                throw PostgresError(.encoding, detail: "the statement's text holds a NUL")
            }
            return name
        }
    }

    private func send(
        _ statements: [SQL],
        _ names: [String?],
        on link: Link,
        _ exchange: inout Exchange
    ) throws {
        if beginIsPending {
            try sendPlain("BEGIN", on: link)
            exchange.sent(.begin)
            beginIsPending = false
        }
        for (index, statement) in statements.enumerated() {
            let name: String
            if let known = names[index] ?? cache.name(for: statement) {
                name = known
            } else {
                name = cache.insert(statement)
                try sendPrepare(statement, as: name, on: link)
                exchange.sent(.prepare(index))
            }
            try sendExecute(statement, as: name, on: link)
            exchange.sent(.execute(index, statement.bracket))
        }
        try sendSync(on: link)
    }

    private func collect(
        _ answers: inout Answers,
        _ exchange: inout Exchange,
        _ statements: [SQL]
    ) throws -> [Rows] {
        var rows: [Rows] = []
        rows.reserveCapacity(statements.count)
        for step in exchange.steps {
            let result = try answers.next()
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                if case .execute(_, let bracket) = step {
                    if bracket == .commit, result.tag == "ROLLBACK" {
                        exchange.failed(PostgresError(.rolledBack))
                        break
                    }
                    rows.append(Rows(result))
                }
                exchange.succeeded()
            case PGRES_PIPELINE_ABORTED:
                exchange.skipped()
                if case .prepare(let index) = step { cache.remove(statements[index]) }
            case PGRES_FATAL_ERROR:
                guard let error = result.serverError, !result.isFatal else {
                    throw Answers.GaveUp(lastWords: result.serverError)
                }
                exchange.failed(answers.interpret(error))
                if case .prepare(let index) = step { cache.remove(statements[index]) }
            default:
                // COPY, which has no place here: its data would have to be fed or drained first.
                throw PostgresError(.protocolViolation, detail: "the statement starts a COPY")
            }
            try answers.finishStep()
        }
        try answers.sync(&exchange)
        return rows
    }

    private func rollBack(on link: Link) throws {
        var answers = Answers(link: link, operation: nil, configuration: configuration)
        do {
            try sendPlain("ROLLBACK", on: link)
            try sendSync(on: link)
        } catch {
            throw Answers.GaveUp(lastWords: nil)
        }
        try answers.flush()
        try answers.skipToSync()
    }
}
