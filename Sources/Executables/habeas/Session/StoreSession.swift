import Fleet
import Outbound

/// The store of exports, for one command.
enum StoreSession {
    /// - Throws: a ``Failure`` where none is configured, and for what the store throws; what `body` throws.
    static func run<Result>(
        _ configuration: FleetConfiguration,
        _ body: (any ObjectStore) async throws -> Result
    ) async throws -> Result {
        guard let place = configuration.exports else {
            throw Failure(
                "exports.folder",
                "is not given, nor exports.s3.endpoint",
                "say where exports lie",
                status: .configuration
            )
        }
        let services = try OutboundServices(configuration, publisher: nil, logger: .silent)
        do {
            let result = try await body(try place.store(services.http))
            await services.close()
            return result
        } catch {
            await services.close()
            guard let fault = error as? StoreError else { throw error }
            let (field, remedy) = place.blame(for: fault)
            throw Failure(
                field,
                fault.description,
                remedy,
                status: fault.isRetryable ? .unreachable : .refused
            )
        }
    }
}
