import Logging

extension PostgresPool {
    /// Runs `body` in a transaction on a connection of the pool. The one place where transactions are run again: when the
    /// server reports a serialization failure or a deadlock, or a plan that a schema change made stale.
    ///
    /// `body` may therefore run several times; what it does outside of the database has to bear that. A lost connection is
    /// not retried here, since what became of the transaction is then for the caller to find out.
    /// - Parameter retrying: how many more times at most.
    @discardableResult
    public nonisolated(nonsending) func withTransaction<Result>(
        retrying: Int = 5,
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        var attempt = 0
        while true {
            do {
                return try await withConnection { connection in
                    try await connection.transaction(body)
                }
            } catch let error as PostgresError where error.isRetryable && attempt < retrying {
                attempt += 1
                logger.debug("a transaction is run again", metadata: ["sqlstate": "\(error.sqlState?.rawValue ?? "")"])
                try await pause(before: attempt)
            }
        }
    }

    /// 10 ms doubled with every attempt up to half a second, a random part of it: those who collided must not meet again.
    private nonisolated(nonsending) func pause(before attempt: Int) async throws {
        let most = min(500, 10 << min(attempt, 6))
        do {
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...most)))
        } catch {
            throw PostgresError(.cancelled)
        }
    }
}
