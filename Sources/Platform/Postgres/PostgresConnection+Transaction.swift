extension PostgresConnection {
    /// Begins a transaction. Sent together with its first statement, so that it costs no round trip.
    public func begin() throws {
        guard !isInTransaction else { throw PostgresError(.connectionBusy) }
        _ = try whole()
        beginIsPending = true
    }

    /// Commits. Not stopped by the task's cancellation, since that would leave open what became of it.
    /// - Throws: ``PostgresError/Code/rolledBack`` where a statement had failed before; ``PostgresError/isUndecided`` where
    ///   the connection was lost meanwhile.
    public func commit() throws {
        if beginIsPending {
            beginIsPending = false
            return
        }
        guard try !whole().isIdle else { return }
        _ = try run(["COMMIT"], nil)
    }

    /// Rolls back if there is something to. Not stopped by the task's cancellation.
    public func rollback() throws {
        beginIsPending = false
        guard try !whole().isIdle else { return }
        _ = try run(["ROLLBACK"], nil)
    }

    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws. `body` may commit by itself, as the
    /// last statement of a pipeline.
    @discardableResult
    public nonisolated(nonsending) func transaction<Result>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await begin()
        do {
            let result = try await body(self)
            try await commit()
            return result
        } catch {
            await abandon()
            throw error
        }
    }

    /// Rolls back after an error that is more interesting than whatever goes wrong here: a connection that cannot even roll
    /// back is dropped, which does the same.
    func abandon() {
        guard isUsable else { return }
        do {
            try rollback()
        } catch {
            drop()
        }
    }
}
