package import Postgres
import Threads

/// The registry a worker decides with. Each transaction compares versions, so a stale copy is noticed before it has effect.
package final class RegistryCache: Sendable {
    private let held: Locked<Registry>

    package init(_ registry: Registry) { held = Locked(registry) }

    package var current: Registry { held.withLock { $0 } }

    /// Replaces the copy by what the database says now.
    package func reload(on connection: PostgresConnection) async throws {
        let fresh = try await Registry.load(on: connection)
        held.withLock { $0 = fresh }
    }
}

/// The registry moved on while a batch was being decided: it is decided again with the new one.
package struct RegistryChanged: Error {
    package init() {}
}
