package import FoundationEssentials
package import Ledger
package import Postgres
package import Rights

/// The cases that a transaction does not hand to their worker, because a gate is closed before them.
///
/// Such a case is open and its clocks run. Its row in `case_gate` says what it waits for; whoever opens the gate takes the
/// row and wakes the worker in the same transaction.
package struct CaseGates: Sendable {
    private var left: [UUID] = []
    private var waiting: [UUID: (client: String, queue: WorkQueue, gates: [Gate])] = [:]

    /// The gates that are closed before `queue` gets the case. None before a disclosure to an authority: the vendor owes it by law,
    /// whatever its client does or has signed (K23).
    package static func closed(before queue: WorkQueue, _ record: CaseFileRecord, _ registry: Registry) -> [Gate] {
        guard let right = record.right, queue == .fulfilling(right), !record.state.isFinal else { return [] }
        let act = GatedAct(right)
        // What nothing can hold up needs no look at the client.
        guard act.givesData else { return [] }
        return Gate.closed(before: act, of: record.clientID.flatMap { registry.client($0) }, as: record.role)
    }

    package mutating func hold(_ record: CaseFileRecord, before queue: WorkQueue, _ gates: [Gate]) {
        guard let client = record.clientID else { return }
        waiting[record.id] = (client, queue, gates)
    }

    /// The case waits no more.
    package mutating func leave(_ id: UUID) { left.append(id) }

    /// Makes sure that the gates are closed still: whoever opens one holds the same lock until its end, so that no case is
    /// put before a gate whose opening looked for it too early.
    ///
    /// - Throws: ``RegistryChanged``; the decision is to be made again.
    package nonisolated(nonsending) func settle(on connection: PostgresConnection, registry: Registry) async throws {
        guard !waiting.isEmpty else { return }
        let results = try await connection.pipeline([
            "SELECT pg_advisory_xact_lock_shared(hashtext('habeas.registry'))",
            "SELECT registry_version FROM habeas.installation",
        ])
        guard try results[1].only.decode(0, as: Int64.self) == registry.version else { throw RegistryChanged() }
    }

    package func statements(at now: Date) -> [SQL] {
        if !left.isEmpty {
            return ["DELETE FROM habeas.case_gate WHERE case_id = ANY(\(left)::uuid[])"] + held(at: now)
        }
        return held(at: now)
    }

    private func held(at now: Date) -> [SQL] {
        guard !waiting.isEmpty else { return [] }
        let rows = waiting.sorted { $0.key < $1.key }
        return [
            """
            INSERT INTO habeas.case_gate (case_id, client_id, queue, gates, since)
            SELECT n.case_id, n.client_id, n.queue, string_to_array(n.gates, ' '), \(now)
              FROM unnest(\(rows.map(\.key))::uuid[], \(rows.map(\.value.client))::text[],
                     \(rows.map(\.value.queue.rawValue))::text[],
                     \(rows.map { $0.value.gates.map(\.rawValue).joined(separator: " ") })::text[])
                AS n (case_id, client_id, queue, gates)
            ON CONFLICT DO NOTHING
            """
        ]
    }

    /// Takes up to `limit` of a client's cases from before its gates: case and worker. The caller has opened the gates, holds
    /// the registry's lock and wakes the workers.
    package static func open(client id: String, limit: Int) -> SQL {
        """
        DELETE FROM habeas.case_gate
         WHERE case_id IN (SELECT case_id FROM habeas.case_gate WHERE client_id = \(id) ORDER BY case_id LIMIT \(limit))
        RETURNING case_id, queue
        """
    }
}
