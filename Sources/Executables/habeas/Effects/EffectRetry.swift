import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Lets parked effects go again: their cases locked first, then they themselves; a fact in each one's chain.
struct EffectRetry {
    /// Attempts that a person's word adds.
    static let more = 5
    /// Effects in one transaction.
    static let chunk = 200

    struct Gone {
        let effect: EffectRecord
        /// Why it stays parked; nil where it goes.
        let obstacle: String?
    }

    private var act: CaseAct
    private let reason: String

    /// Locks the cases and the effects. Inside a transaction.
    static func run(_ ids: [UUID], reason: String, isStrict: Bool, on connection: PostgresConnection) async throws
        -> [Gone]
    {
        let about = try await connection.query(
            "SELECT DISTINCT case_id FROM habeas.effect WHERE id = ANY(\(ids)::uuid[]) AND case_id IS NOT NULL"
        ).decode(column: 0, as: UUID.self)
        var retry = EffectRetry(act: try await CaseAct(on: about, connection), reason: reason)
        let effects = try await connection.query(
            """
            SELECT \(EffectRecord.columns) FROM habeas.effect WHERE id = ANY(\(ids)::uuid[]) ORDER BY id FOR NO KEY UPDATE
            """
        ).map(EffectRecord.init)
        guard effects.count == Set(ids).count else { throw EffectsShow.unknown }
        let gone = try effects.compactMap { try retry.look(at: $0, isStrict: isStrict) }
        try await retry.write(gone.filter { $0.obstacle == nil }.map(\.effect), on: connection)
        return gone
    }

    /// - Returns: nil where it is not parked any more and nobody named it.
    private func look(at effect: EffectRecord, isStrict: Bool) throws -> Gone? {
        guard effect.state == .parked else {
            guard isStrict else { return nil }
            throw Failure(
                "effect \(effect.id.text)",
                "is not parked but \(effect.state.rawValue)",
                Self.remedy(effect.state)
            )
        }
        let obstacle = obstacle(effect)
        if isStrict, let obstacle {
            throw Failure("effect \(effect.id.text)", obstacle, "leave it parked; see `habeas requests timeline`")
        }
        return Gone(effect: effect, obstacle: obstacle)
    }

    private static func remedy(_ state: EffectState) -> String {
        switch state {
        case .planned, .retrying, .released, .leased: "it goes by itself; see when and why with `habeas effects show`"
        case .done: "there is nothing left to do; what is to be said anew is a new effect"
        case .cancelled, .parked: "it was not wanted any more; see why with `habeas requests timeline`"
        }
    }

    /// What the case has moved on from stays behind, just as what had still been waiting then was cancelled.
    private func obstacle(_ effect: EffectRecord) -> String? {
        guard let record = act.records.first(where: { $0.id == effect.caseID }), let kind = effect.kind else {
            return nil
        }
        if kind.asksClient {
            guard record.state == .received || record.state == .referred else {
                return "asks the client for a decision that is not awaited any more"
            }
            guard record.referralProhibited == nil else { return "would refer a request that may not be referred (K4)" }
        }
        let scope: EffectScope = record.state == .withdrawn ? .everything : .allButNotice
        guard record.state.isFinal, scope.covers(kind), effect.plannedAt < record.stateSince else { return nil }
        return "is from before the end of its request"
    }

    private nonisolated(nonsending) mutating func write(_ effects: [EffectRecord], on connection: PostgresConnection)
        async throws
    {
        guard !effects.isEmpty else { return }
        let pen = try await EvidencePen(on: connection)
        var statements: [SQL] = []
        for effect in effects {
            let members: (inout JSONWriter) -> Void = { [reason] body in
                body.member("effect", effect.id)
                body.member("kind", effect.kind?.rawValue)
                body.member("target", effect.target)
                body.member("cause", effect.cause)
                body.member("attempts", effect.attempts)
                body.member("attempts_allowed", Self.allowed(effect))
                body.member("reason", reason)
            }
            if let id = effect.caseID {
                act.record("effect.retried", of: id, members)
            } else {
                var chain = try await EvidenceChain.of(client: effect.clientID, on: connection)
                _ = try await connection.pipeline(
                    pen.append("effect.retried", to: &chain, clientID: effect.clientID, members)
                )
            }
        }
        // A hold that was placed meanwhile found them parked.
        let held = effects.filter { $0.waitsOnHold && $0.caseID.map(act.isHeld) == true }.map(\.id)
        statements.append(
            """
            UPDATE habeas.effect AS e
               SET state = 'retrying', attempts_allowed = n.allowed, next_attempt_at = now(), ended_at = NULL,
                   held_at = CASE WHEN e.id = ANY(\(held)::uuid[]) THEN \(pen.now)::timestamptz END
              FROM unnest(\(effects.map(\.id))::uuid[], \(effects.map { Int32(Self.allowed($0)) })::int4[]) AS n (id, allowed)
             WHERE e.id = n.id AND e.state = 'parked'
            """
        )
        _ = try await connection.pipeline(statements + (try await act.statements(on: connection)))
    }

    /// Never fewer than it had.
    static func allowed(_ effect: EffectRecord) -> Int { max(effect.attemptsAllowed, effect.attempts + more) }
}
