/// Work that must come to an end.
enum TimeLimit {
    struct Exceeded: Error {}

    /// Runs `body`, and cancels it after `time`.
    static func within<Result: Sendable>(
        _ time: Duration,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: time)
                return nil
            }
            defer { group.cancelAll() }
            guard let result = try await group.next(), let result else { throw Exceeded() }
            return result
        }
    }
}
