import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import Testing

/// Outside effects, their targets and referred cases, as workers leave them.
enum EffectSeed {
    static let hook = "client:acme/hook"

    static func target(
        _ installation: Installation,
        _ id: String = hook,
        client: String? = "acme",
        having set: SQL = "in_flight = 4"
    ) async throws {
        _ = try await installation.query("INSERT INTO habeas.target (id, client_id) VALUES (\(id), \(client))")
        _ = try await installation.query("UPDATE habeas.target SET \(set) WHERE id = \(id)")
    }

    /// An effect of a case; parked unless another state is named.
    @discardableResult
    static func effect(
        _ installation: Installation,
        of request: UUID,
        _ kind: EffectKind = .clientReferral,
        to target: String = hook,
        state: EffectState = .parked,
        cause: String? = "http_503",
        attempts: Int = 10,
        allowed: Int = 10,
        waitsOnHold: Bool = false,
        plannedAt: Date = Date()
    ) async throws -> UUID {
        let id = UUID.version7(at: plannedAt)
        let endedAt: Date? = state.isFinal ? plannedAt : nil
        _ = try await installation.query(
            """
            INSERT INTO habeas.effect (id, queue, kind, target_id, subject_id, case_id, client_id, line, attempts_allowed, planned_at, state,
              attempts, leases, next_attempt_at, cause, ended_at, waits_on_hold)
            SELECT \(id), 'habeas.referral', \(kind.rawValue), \(target), id, id, client_id, coalesce(client_id, ''), \(Int32(allowed)),
                   \(plannedAt), \(state.rawValue), \(Int32(attempts)), \(Int32(attempts)),
                   CASE WHEN \(endedAt)::timestamptz IS NULL THEN now() + interval '1 hour' END, \(cause), \(endedAt), \(waitsOnHold)
              FROM habeas.case_file WHERE id = \(request)
            """
        )
        return id
    }

    static func attempt(_ installation: Installation, at effect: UUID, number: Int, cause: String, status: Int)
        async throws
    {
        let ended = Date(timeIntervalSinceNow: Double(number) - 100)
        _ = try await installation.query(
            """
            INSERT INTO habeas.effect_attempt (effect_id, token, worker, started_at, ended_at, outcome, cause, status)
            VALUES (\(effect), \(Int32(number)), 'referral-1', \(ended.addingTimeInterval(-0.25)), \(ended), 'retry', \(cause), \(Int32(status)))
            """
        )
    }

    static func state(_ installation: Installation, _ effect: UUID) async throws -> String {
        try await installation.query("SELECT state FROM habeas.effect WHERE id = \(effect)").only.decode(String.self)
    }

    static func requestState(_ installation: Installation, _ id: UUID) async throws -> String {
        try await installation.query("SELECT state FROM habeas.case_file WHERE id = \(id)").only.decode(String.self)
    }

    /// The bodies of a fact, wherever it stands.
    static func bodies(_ installation: Installation, _ fact: String) async throws -> [String] {
        try await installation.query("SELECT body FROM habeas.evidence WHERE fact = \(fact) ORDER BY at, seq").decode(
            column: 0,
            as: String.self
        )
    }

    /// Does to a case what the referral worker does once its client was told.
    static func refer(_ installation: Installation, _ id: UUID) async throws {
        try await happen(.referralSent, to: id, installation)
    }

    /// Applies an event of a worker to a case.
    static func happen(_ event: CaseEvent, to id: UUID, _ installation: Installation) async throws {
        try await installation.withConnection { connection in
            try await connection.transaction { connection in
                var changes = CaseChanges(at: Date(), registry: try await Registry.load(on: connection))
                var record = try CaseFileRecord(row: try await connection.query(CaseFileRecord.locking(ids: [id])).only)
                var waited: [Pause] = []
                guard case .apply(let transition) = record.machine.verdict(on: event) else {
                    Issue.record("the case does not take \(event.name)")
                    return
                }
                changes.apply(transition, to: &record, waited: &waited, actor: "worker:referral") { _, _ in "{}" }
                try await changes.settle(on: connection)
                var files = CaseFileWrites()
                files.change(record)
                _ = try await connection.pipeline(files.statements + changes.statements)
            }
        }
    }

    /// A request about two people, as a group of two cases.
    static func group(_ installation: Installation) async throws -> (group: UUID, cases: [UUID]) {
        let cases = [try await installation.openCase(ref: "BULK-1"), try await installation.openCase(ref: "BULK-2")]
        let group = UUID()
        try await installation.withConnection { connection in
            _ = try await connection.query(
                """
                INSERT INTO habeas.case_group (id, client_id, publisher_id, request_ref, received_at, cases)
                VALUES (\(group), 'acme', 'helpdesk', 'BULK', now(), 2)
                """
            )
            _ = try await connection.query(
                """
                UPDATE habeas.case_file SET group_id = \(group), subject_index = right(request_ref, 1)::integer - 1
                 WHERE id = ANY(\(cases)::uuid[])
                """
            )
        }
        return (group, cases)
    }
}
