import Fleet
import Foundation
import Ledger
import Postgres
import Rights

/// Lets the cases of clients go on that waited for what was just changed: the end of a suspension, an addendum (A1, G11).
///
/// Runs under the registry's lock, in the transaction of the change.
struct GateOpening {
    /// Cases in one statement.
    private static let chunk = 1_000

    private let now: Date
    private var wakeUps = WakeUps()

    init(at now: Date) { self.now = now }

    /// Takes the client's cases from before its gates where none is closed any more; returns how many.
    nonisolated(nonsending) mutating func open(_ client: ClientDeclaration, on connection: PostgresConnection)
        async throws -> Int
    {
        guard Gate.closed(before: .export, of: client.standing, as: .processor).isEmpty else { return 0 }
        var count = 0
        while true {
            let rows = try await connection.query(CaseGates.open(client: client.id, limit: Self.chunk))
            for (id, queue) in try rows.decode(UUID.self, String.self) {
                guard let queue = WorkQueue(rawValue: queue) else { continue }
                wakeUps.wake(queue, for: id)
            }
            count += rows.count
            if rows.count < Self.chunk { return count }
        }
    }

    /// The wake-ups; no grace, because nobody but the relay publishes these rows.
    nonisolated(nonsending) func statements(on connection: PostgresConnection) async throws -> [SQL] {
        try await wakeUps.statements(at: now, on: connection)
    }
}

extension ClientDeclaration {
    /// The client as decisions see it.
    fileprivate var standing: Client {
        Client(
            id: id,
            names: names,
            place: Place(country: country, zone: TimeZone(identifier: timeZone) ?? .gmt),
            isSuspended: isSuspended,
            hasBAA: hasBAA,
            hasAgent: hasAgent,
            hasAddendum: dpaSignedOn != nil
        )
    }
}
