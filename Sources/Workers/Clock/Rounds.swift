import Fleet
import Logging
import Observability
import ServiceLifecycle

/// One look after another until the process ends. A database that is away is waited for.
enum Rounds {
    /// - Parameters:
    ///   - what: waits for the database where a round fails, for the log: `turns wait`.
    ///   - round: answers whether there is more to do at once.
    static func run(
        every interval: Duration,
        _ what: String,
        _ logger: Logger,
        _ round: @escaping @Sendable () async throws -> Bool
    ) async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await round(), !Task.isCancelled {}
                } catch {
                    logger.warning("\(what) for the database", metadata: .keys([.reason: "\(error)"]))
                }
                do { try await Task.sleep(for: interval) } catch { return }
            }
        }
    }
}
