import FoundationEssentials
import Postgres

/// What became of the calls of the last day at one target.
struct TargetRecentCalls {
    let target: String
    let succeeded: Int
    let failed: Int
    let lastSuccess: Date?

    /// Outcomes of an attempt after which nothing is tried again because it is done.
    static let successes = ["done", "already_absent", "accepted_pending"]

    static func reading(of targets: [String]) -> SQL {
        """
        SELECT e.target_id, count(*) FILTER (WHERE a.outcome = ANY(\(successes)::text[]))::int8,
               count(*) FILTER (WHERE NOT a.outcome = ANY(\(successes)::text[]))::int8,
               max(a.ended_at) FILTER (WHERE a.outcome = ANY(\(successes)::text[]))
          FROM habeas.effect_attempt a JOIN habeas.effect e ON e.id = a.effect_id
         WHERE a.ended_at > now() - interval '24 hours' AND e.target_id = ANY(\(targets)::text[]) GROUP BY 1
        """
    }

    /// How many wait for a person at each.
    static func parked(at targets: [String]) -> SQL {
        """
        SELECT target_id, count(*)::int8 FROM habeas.effect
         WHERE state = 'parked' AND target_id = ANY(\(targets)::text[]) GROUP BY 1
        """
    }

    /// Successes and failures in steps of ten minutes, over six hours; steps without a call count none.
    static func history(of target: String) -> SQL {
        """
        WITH calls AS (
          SELECT date_bin(interval '10 minutes', a.ended_at, to_timestamp(0)) AS at, a.outcome = ANY(\(successes)::text[]) AS succeeded
            FROM habeas.effect_attempt a JOIN habeas.effect e ON e.id = a.effect_id
           WHERE a.ended_at > now() - interval '6 hours' AND e.target_id = \(target))
        SELECT step.at, kind.name, count(calls.at)::float8
          FROM generate_series(date_bin(interval '10 minutes', now() - interval '6 hours', to_timestamp(0)), now(), interval '10 minutes') AS step (at)
         CROSS JOIN (VALUES ('succeeded', true), ('failed', false)) AS kind (name, succeeded)
          LEFT JOIN calls ON calls.at = step.at AND calls.succeeded = kind.succeeded
         GROUP BY 1, 2 ORDER BY 1, 2
        """
    }

    /// Why calls of the last day failed, the most frequent first.
    static func causes(at target: String) -> SQL {
        """
        SELECT coalesce(a.cause, 'unknown'), a.status, count(*)::int8, max(a.ended_at)
          FROM habeas.effect_attempt a JOIN habeas.effect e ON e.id = a.effect_id
         WHERE a.ended_at > now() - interval '24 hours' AND e.target_id = \(target)
           AND NOT a.outcome = ANY(\(successes)::text[])
         GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 20
        """
    }

    init(row: Row) throws {
        (target, succeeded, failed, lastSuccess) = try row.decode(String.self, Int.self, Int.self, Date?.self)
    }
}
