package import FoundationEssentials
package import Postgres
package import Rights

/// What one transaction plans, and what it puts an end to. The caller holds the locks of the cases.
///
/// What somebody has leased before may finish, and is not tried again where it is not wanted, nor before its hold ends where it
/// waits on holds. A claim that runs at the same time either comes first or finds its effect gone.
package struct EffectWrites: Sendable {
    package private(set) var planned: [(effect: PlannedEffect, at: Date)] = []
    private var ended: [(scope: EffectScope, caseID: UUID, at: Date)] = []
    private var cancelled: [(id: UUID, at: Date)] = []
    private var held: [(caseID: UUID, at: Date)] = []
    private var freed: [UUID] = []

    package init() {}

    package mutating func plan(_ effect: PlannedEffect, at now: Date) { planned.append((effect, now)) }

    /// Nothing of `scope` that has not begun goes out any more; what is planned after this does.
    package mutating func cancel(_ scope: EffectScope, of caseID: UUID, at now: Date) {
        planned.removeAll { $0.effect.caseID == caseID && scope.covers($0.effect.kind) }
        ended.append((scope, caseID, now))
    }

    /// One effect is not wanted any more, unless it has begun.
    package mutating func cancel(_ id: UUID, at now: Date) {
        planned.removeAll { $0.effect.id == id }
        cancelled.append((id, now))
    }

    /// A hold was placed: what has not begun and waits on holds is suspended.
    package mutating func hold(_ caseID: UUID, at now: Date) {
        freed.removeAll { $0 == caseID }
        held.append((caseID, now))
    }

    /// The last hold on the case itself was lifted; what one on its client or on its person holds stays held.
    package mutating func free(_ caseID: UUID) {
        held.removeAll { $0.caseID == caseID }
        freed.append(caseID)
    }

    /// Endings first: what is planned in the same transaction comes after them.
    package var statements: [SQL] {
        var statements: [SQL] = []
        for scope in EffectScope.allCases {
            let some = ended.filter { $0.scope == scope }
            guard !some.isEmpty else { continue }
            statements.append(
                """
                UPDATE habeas.effect AS e \(Self.ending)
                  FROM unnest(\(some.map(\.caseID))::uuid[], \(some.map(\.at))::timestamptz[]) AS n (case_id, at)
                 WHERE e.subject_id = n.case_id AND e.state IN ('planned', 'released', 'leased', 'retrying') AND \(Self.kinds(of: scope))
                """
            )
        }
        if !cancelled.isEmpty {
            statements.append(
                """
                UPDATE habeas.effect AS e \(Self.ending)
                  FROM unnest(\(cancelled.map(\.id))::uuid[], \(cancelled.map(\.at))::timestamptz[]) AS n (id, at)
                 WHERE e.id = n.id AND e.state IN ('planned', 'released', 'leased', 'retrying')
                """
            )
        }
        if !held.isEmpty {
            // What lies in the broker already is taken back: the claim finds it planned. What is leased finishes, and waits then.
            statements.append(
                """
                UPDATE habeas.effect AS e
                   SET held_at = n.at,
                       state = CASE WHEN e.state <> 'released' THEN e.state WHEN e.attempts > 0 THEN 'retrying' ELSE 'planned' END,
                       next_attempt_at = CASE WHEN e.state = 'released' THEN now() ELSE e.next_attempt_at END
                  FROM unnest(\(held.map(\.caseID))::uuid[], \(held.map(\.at))::timestamptz[]) AS n (case_id, at)
                 WHERE e.subject_id = n.case_id AND e.waits_on_hold AND e.held_at IS NULL
                   AND e.state IN ('planned', 'released', 'leased', 'retrying')
                """
            )
        }
        if !freed.isEmpty {
            statements.append(
                """
                UPDATE habeas.effect SET held_at = NULL
                 WHERE subject_id = ANY(\(freed)::uuid[]) AND held_at IS NOT NULL AND state IN ('planned', 'leased', 'retrying')
                   AND NOT habeas.is_held(case_id, client_id)
                """
            )
        }
        if !planned.isEmpty { statements.append(insert) }
        return statements
    }

    /// Ends what has not begun, and says of what has that it is not wanted.
    private static let ending: SQL = """
        SET state = CASE WHEN e.state = 'leased' THEN 'leased' ELSE 'cancelled' END,
            next_attempt_at = CASE WHEN e.state = 'leased' THEN e.next_attempt_at END,
            ended_at = CASE WHEN e.state = 'leased' THEN NULL ELSE n.at END,
            unwanted_at = CASE WHEN e.state = 'leased' THEN n.at END
        """

    /// Kinds that only a newer version knows end with everything, and are no questions.
    private static func kinds(of scope: EffectScope) -> SQL {
        switch scope {
        case .everything: "true"
        case .asks: "e.kind = ANY(\(EffectKind.allCases.filter(scope.covers).map(\.rawValue))::text[])"
        case .allButNotice:
            "e.kind <> ALL(\(EffectKind.allCases.filter { !scope.covers($0) }.map(\.rawValue))::text[])"
        }
    }

    private var insert: SQL {
        let rows = planned.map(\.effect)
        // The pauses of this transaction are written before its effects: a case that is held now holds what is planned now.
        return """
            INSERT INTO habeas.effect (id, queue, kind, target_id, subject_id, case_id, client_id, line, parameters, waits_on_hold,
              attempts_allowed, planned_at, next_attempt_at, held_at)
            SELECT n.id, n.queue, n.kind, n.target_id, n.case_id, n.case_id, n.client_id, n.line, n.parameters,
                   n.waits_on_hold, n.attempts_allowed, n.planned_at, coalesce(n.not_before, now()),
                   CASE WHEN n.waits_on_hold AND habeas.is_held(n.case_id, n.client_id) THEN n.planned_at END
              FROM unnest(\(rows.map(\.id))::uuid[], \(rows.map(\.queue.rawValue))::text[], \(rows.map(\.kind.rawValue))::text[],
                \(rows.map(\.target))::text[], \(rows.map(\.caseID))::uuid[], \(rows.map(\.clientID))::text[],
                \(rows.map(\.line))::text[], \(rows.map(\.parameters))::text[], \(rows.map(\.waitsOnHold))::bool[],
                \(rows.map { Int32($0.attemptsAllowed) })::int4[], \(planned.map(\.at))::timestamptz[],
                \(rows.map(\.notBefore))::timestamptz[])
                AS n (id, queue, kind, target_id, case_id, client_id, line, parameters, waits_on_hold, attempts_allowed, planned_at, not_before)
            """
    }
}
