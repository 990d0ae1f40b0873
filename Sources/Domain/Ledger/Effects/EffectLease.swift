package import FoundationEssentials
package import Postgres
package import Rights

/// An effect in a worker's hands, until its lease ends.
package struct EffectLease: Sendable {
    package let effect: EffectRecord
    /// The number of the lease. Whoever writes what came of it names it; a successor has another one.
    package let token: Int
    /// Machine time before which the call does not begin.
    package let startAt: Date
    package let until: Date
    /// Whether it has no slot at its target and waits for one that its worker has.
    package let isAhead: Bool

    package init(_ effect: EffectRecord, startAt: Date, until: Date, isAhead: Bool = false) {
        self.effect = effect
        token = effect.leases + 1
        self.startAt = startAt
        self.until = until
        self.isAhead = isAhead
    }

    /// Whether a row `e` that is found by its id is leased, or lies released. Written so that the server does not take the index of all
    /// live effects for it, which looks short to it and is full of what has ended.
    static let isLeased: SQL = "e.state IS NOT DISTINCT FROM 'leased'"
    static let isReleased: SQL = "e.state IS NOT DISTINCT FROM 'released'"

    /// Those of these effects that lie released, of kinds this version knows, locked, in the order in which they were let go; what
    /// somebody else has in hand is left out, so that no order of locks matters.
    ///
    /// `is_suspended` says of one that waits on holds that its client or its person is held, whatever was planned before the hold.
    package static func claimable(_ ids: [UUID], queue: WorkQueue) -> SQL {
        """
        SELECT \(EffectRecord.columns),
               waits_on_hold AND (SELECT habeas.holds_in_place()) AND habeas.is_held(case_id, client_id) AS is_suspended
          FROM habeas.effect AS e
         WHERE id = ANY(\(ids)::uuid[]) AND queue = \(queue.rawValue) AND \(isReleased) AND held_at IS NULL
           AND kind = ANY(\(EffectKind.allCases.map(\.rawValue))::text[])
         ORDER BY next_attempt_at, id FOR NO KEY UPDATE SKIP LOCKED
        """
    }

    /// Those of these effects that lie released and that ``claimable(_:queue:)`` left out, since somebody had locked them: whoever lets
    /// effects go holds for a moment locks of some that another has let go just before.
    package static func passedOver(_ ids: [UUID], queue: WorkQueue) -> SQL {
        """
        SELECT id FROM habeas.effect AS e
         WHERE id = ANY(\(ids)::uuid[]) AND queue = \(queue.rawValue) AND \(isReleased) AND held_at IS NULL
           AND kind = ANY(\(EffectKind.allCases.map(\.rawValue))::text[])
        """
    }

    package static func take(_ leases: [EffectLease]) -> SQL {
        """
        UPDATE habeas.effect AS e SET state = 'leased', leases = n.token, next_attempt_at = n.until, ahead = n.ahead
          FROM unnest(\(leases.map(\.effect.id))::uuid[], \(leases.map { Int32($0.token) })::int4[], \(leases.map(\.until))::timestamptz[],
                 \(leases.map(\.isAhead))::bool[])
            AS n (id, token, until, ahead)
         WHERE e.id = n.id
        """
    }

    /// Writes down that these, taken ahead, have got the slots of others of the same worker. Belongs into the transaction in which
    /// those end: at no time are there more slots than the target has.
    package static func passing(to leases: [EffectLease]) -> SQL {
        """
        UPDATE habeas.effect AS e SET ahead = false
          FROM unnest(\(leases.map(\.effect.id))::uuid[], \(leases.map { Int32($0.token) })::int4[]) AS n (id, token)
         WHERE e.id = n.id AND \(Self.isLeased) AND e.leases = n.token
        """
    }

    /// Lets a lease last so much longer from now on; one that was taken ahead and called since has a slot of its own then, whatever has
    /// become of the one that it was passed. No row where it is not the last one given any more; else whether the effect is
    /// still wanted.
    package func renewing(for span: Duration) -> SQL {
        """
        UPDATE habeas.effect AS e SET next_attempt_at = now() + make_interval(secs => \(span / .seconds(1))), ahead = false
         WHERE e.id = \(effect.id) AND \(Self.isLeased) AND e.leases = \(Int32(token)) RETURNING e.unwanted_at IS NULL
        """
    }

    /// When an effect that comes back to its line untried is due: what waits for the first time has its old place there, and is not
    /// overtaken by what has failed meanwhile and is tried again.
    ///
    /// - Parameters:
    ///   - due: machine time.
    ///   - plannedAt: domain time, which is ahead of that only where it was moved: then nothing changes.
    package static func place(due: Date, plannedAt: Date) -> Date { min(due, plannedAt) }

    /// The same of a row `e`, where it was not tried; else, and where it is still to come, `due`.
    static func place(due: SQL) -> SQL {
        "CASE WHEN e.attempts > 0 OR \(due) > clock_timestamp() THEN \(due) ELSE least(\(due), e.planned_at) END"
    }

    /// Puts back what found no slot, to be released when its time comes.
    package static func putBack(_ effects: [(id: UUID, notBefore: Date)]) -> SQL {
        """
        UPDATE habeas.effect AS e
           SET state = CASE WHEN e.attempts > 0 THEN 'retrying' ELSE 'planned' END, next_attempt_at = \(place(due: "n.not_before"))
          FROM unnest(\(effects.map(\.id))::uuid[], \(effects.map(\.notBefore))::timestamptz[]) AS n (id, not_before)
         WHERE e.id = n.id AND \(isReleased)
        """
    }

    /// Puts back what lies released and this worker will not claim, for others, at once.
    package static func handBack(_ ids: [UUID], queue: WorkQueue) -> SQL {
        """
        WITH back AS MATERIALIZED (
          SELECT id FROM habeas.effect AS e WHERE id = ANY(\(ids)::uuid[]) AND queue = \(queue.rawValue) AND \(isReleased)
           ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE habeas.effect AS e
           SET state = CASE WHEN e.attempts > 0 THEN 'retrying' ELSE 'planned' END, next_attempt_at = \(place(due: "now()"))
          FROM back WHERE e.id = back.id
        """
    }

    /// Makes leases that are still one's own longer, for work that takes its time; answers the ids of those that were.
    package static func renew(_ leases: [EffectLease], for span: Duration) -> SQL {
        """
        UPDATE habeas.effect AS e SET next_attempt_at = clock_timestamp() + \(span)::interval
          FROM unnest(\(leases.map(\.effect.id))::uuid[], \(leases.map { Int32($0.token) })::int4[]) AS n (id, token)
         WHERE e.id = n.id AND \(isLeased) AND e.leases = n.token
        RETURNING e.id
        """
    }
}
