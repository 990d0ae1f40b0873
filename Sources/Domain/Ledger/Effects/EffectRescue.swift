package import FoundationEssentials
package import Postgres

/// Takes back what lies too long: hints that nobody claimed, leases whose holder is gone.
package enum EffectRescue {
    /// Leases after which an effect that never came to an answer is parked: something about it ends its workers. One that a person
    /// lets go again has as many anew.
    package static let leases = 20

    /// Hints whose time is over: nothing was begun, nothing is counted.
    package static func unclaimed(limit: Int) -> SQL {
        """
        WITH late AS MATERIALIZED (
          SELECT id FROM habeas.effect WHERE state IN ('released', 'leased') AND next_attempt_at <= now() AND state = 'released'
           ORDER BY next_attempt_at LIMIT \(limit) FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE habeas.effect AS e
           SET state = CASE WHEN e.attempts > 0 THEN 'retrying' ELSE 'planned' END, next_attempt_at = \(EffectLease.place(due: "now()"))
          FROM late WHERE e.id = late.id RETURNING e.id
        """
    }

    /// Leases that ended without a word: the peer may have been called or not. The same key goes again, a little later each
    /// time.
    package static func abandoned(limit: Int) -> SQL {
        """
        WITH late AS MATERIALIZED (
          SELECT id FROM habeas.effect WHERE state IN ('released', 'leased') AND next_attempt_at <= now() AND state = 'leased'
             AND NOT (\(isGivenUp))
           ORDER BY next_attempt_at LIMIT \(limit) FOR NO KEY UPDATE SKIP LOCKED),
        back AS (
          UPDATE habeas.effect AS e
             SET state = 'retrying', next_attempt_at = now() + least(e.leases % \(number), 10) * interval '1 second',
                 outcome = 'lost', cause = 'lease_ended'
            FROM late WHERE e.id = late.id
          RETURNING e.id, e.leases),
        kept AS (
          INSERT INTO habeas.effect_attempt (effect_id, token, worker, ended_at, outcome, cause, may_have_acted)
          SELECT id, leases, '', now(), 'lost', 'lease_ended', true FROM back)
        SELECT id FROM back
        """
    }

    /// Leases that ended without a word and were the last: too many of the effect have ended like this, or it is not wanted any
    /// more. Not locked, since whoever ends an effect holds the lock of its case first.
    package static func exhausted(limit: Int) -> SQL {
        """
        SELECT id, case_id FROM habeas.effect
         WHERE state IN ('released', 'leased') AND next_attempt_at <= now() AND state = 'leased' AND (\(isGivenUp))
         ORDER BY next_attempt_at LIMIT \(limit)
        """
    }

    /// Ends those of the exhausted ones that still are, whose case is among `cases` or that have none.
    package static func end(_ ids: [UUID], of cases: [UUID]) -> SQL {
        """
        WITH late AS MATERIALIZED (
          SELECT id FROM habeas.effect AS e
           WHERE id = ANY(\(ids)::uuid[]) AND (case_id IS NULL OR case_id = ANY(\(cases)::uuid[]))
             AND \(EffectLease.isLeased) AND next_attempt_at <= now() AND (\(isGivenUp))
           ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
        back AS (
          UPDATE habeas.effect AS e
             SET state = CASE WHEN e.unwanted_at IS NULL THEN 'parked' ELSE 'cancelled' END, next_attempt_at = NULL,
                 ended_at = habeas.domain_now(), outcome = 'lost', cause = 'lease_ended'
            FROM late WHERE e.id = late.id
          RETURNING e.*),
        kept AS (
          INSERT INTO habeas.effect_attempt (effect_id, token, worker, ended_at, outcome, cause, may_have_acted)
          SELECT id, leases, '', now(), 'lost', 'lease_ended', true FROM back)
        SELECT \(EffectRecord.columns) FROM back ORDER BY id
        """
    }

    private static let number = SQL(raw: "\(leases)")
    private static let isGivenUp: SQL = "unwanted_at IS NOT NULL OR leases % \(number) = 0"
}
