package import Postgres
package import Rights

/// The rows by which the effect ledger knows the systems of the data map: one a system, shared by all clients.
package enum SystemTargets {
    /// Makes the rows, or gives them these limits.
    package static func statements(_ systems: [DataSystem]) -> [SQL] {
        guard !systems.isEmpty else { return [] }
        let systems = systems.sorted { $0.id < $1.id }
        return [
            """
            INSERT INTO habeas.target AS t (id, in_flight, per_second)
            SELECT * FROM unnest(\(systems.map(\.target))::text[], \(systems.map { Int32($0.inFlight) })::int4[],
              \(systems.map(\.perSecond))::float8[])
            ON CONFLICT (id) DO UPDATE SET in_flight = excluded.in_flight, per_second = excluded.per_second
            """
        ]
    }
}
