package import Postgres
package import Rights

/// The rows by which the effect ledger knows the systems of the data map: one a system, shared by all clients.
package enum SystemTargets {
    /// Makes the rows that are not there.
    package static func missing(_ systems: [DataSystem]) -> [SQL] { insert(systems, "DO NOTHING") }

    /// Makes the rows, or gives them these limits.
    package static func statements(_ systems: [DataSystem]) -> [SQL] {
        insert(systems, "(id) DO UPDATE SET in_flight = excluded.in_flight, per_second = excluded.per_second")
    }

    private static func insert(_ systems: [DataSystem], _ conflict: SQL) -> [SQL] {
        guard !systems.isEmpty else { return [] }
        let systems = systems.sorted { $0.id < $1.id }
        return [
            """
            INSERT INTO habeas.target AS t (id, in_flight, per_second)
            SELECT * FROM unnest(\(systems.map(\.target))::text[], \(systems.map { Int32($0.inFlight) })::int4[],
              \(systems.map(\.perSecond))::float8[])
            ON CONFLICT \(conflict)
            """
        ]
    }
}
