package import FoundationEssentials
package import Postgres

/// Lets effects of targets go as far as these have room, taking turns among clients. One at a time does so at a target, see
/// ``entering(_:)``; the rows of the targets need no lock, for the claim, where limits bind, puts back what is too much.
///
/// Room is the slots that are free, less what is on its way to the workers, and a few more while one is free: a hint that got lost
/// must not hold up a target with few slots. What comes to a claim beyond the slots is put back, which costs as much as letting it go.
package enum ReadyLine {
    /// How long a hint may lie in the broker before the effect is released again.
    package static let patience = Duration.seconds(30)

    /// Keeps others from letting effects of these targets go until the transaction is over. The last locks of a transaction, and before
    /// ``release(_:depths:)``: a release that began before another one was committed would find what that one has let go, and would
    /// hold it locked, although it cannot use it, while a worker wants to claim it.
    package static func entering(_ targets: [String]) -> SQL {
        """
        SELECT pg_advisory_xact_lock(key)
          FROM (SELECT hashtextextended('habeas.release ' || id, 0) AS key FROM unnest(\(targets)::text[]) AS id ORDER BY key) AS keys
        """
    }

    /// Of each client that waits at a target a few, those first whose turn was longest ago. Answers id and queue of what was
    /// released, target by target: a claim of few targets gets in nobody's way. The hints' ends keep the order of turns for it.
    ///
    /// The clients that wait are found by stepping through the index from one to the next, however long their lines are. Turns
    /// are kept for targets that clients share.
    ///
    /// - Parameter depths: of each target, how many effects the worker takes ahead for each slot; one for each, in their order.
    package static func release(_ targets: [String], depths: [Int]) -> SQL {
        """
        WITH RECURSIVE room AS MATERIALIZED (\(room(targets, depths))),
        lines AS (
          SELECT room.id, room.is_shared, room.left_over, (\(firstLine("room.id", after: nil))) AS line FROM room WHERE room.left_over > 0
          UNION ALL
          SELECT lines.id, lines.is_shared, lines.left_over, (\(firstLine("lines.id", after: "lines.line"))) FROM lines
           WHERE lines.line IS NOT NULL),
        waiting AS MATERIALIZED (
          SELECT lines.id, lines.is_shared, lines.line, lines.left_over, coalesce(turn.served_at, to_timestamp(0)) AS served_at,
                 -- No more of each than it takes to fill the room although some have less.
                 least(lines.left_over, 2 * lines.left_over / count(*) OVER (PARTITION BY lines.id) + 1) AS share
            FROM lines LEFT JOIN habeas.target_turn turn ON lines.is_shared AND turn.target_id = lines.id AND turn.line = lines.line
           -- Who waits for a later time only takes no share.
           WHERE (SELECT min(next_attempt_at) FROM habeas.effect WHERE target_id = lines.id AND line = lines.line
                     AND state IN ('planned', 'retrying') AND held_at IS NULL) <= statement_timestamp()),
        ranked AS MATERIALIZED (
          SELECT w.id AS target_id, w.is_shared, w.line, w.left_over, e.id,
                 row_number() OVER (PARTITION BY w.id ORDER BY e.place, w.served_at, w.line) AS rank
            FROM waiting w CROSS JOIN LATERAL (
              SELECT id, row_number() OVER (ORDER BY next_attempt_at, id) AS place FROM (
                SELECT id, next_attempt_at FROM habeas.effect
                 WHERE target_id = w.id AND line = w.line AND state IN ('planned', 'retrying') AND held_at IS NULL
                   AND next_attempt_at <= statement_timestamp()
                 ORDER BY next_attempt_at, id LIMIT w.share FOR NO KEY UPDATE SKIP LOCKED) AS first) AS e),
        picked AS MATERIALIZED (SELECT target_id, is_shared, line, id, rank FROM ranked WHERE rank <= left_over),
        turns AS (
          INSERT INTO habeas.target_turn (target_id, line, served_at)
          SELECT DISTINCT target_id, line, statement_timestamp() FROM picked WHERE is_shared ORDER BY 1, 2
          ON CONFLICT (target_id, line) DO UPDATE SET served_at = excluded.served_at),
        released AS (
          UPDATE habeas.effect AS e
             SET state = 'released',
                 next_attempt_at = statement_timestamp() + \(patience)::interval + picked.rank * interval '1 microsecond'
            FROM picked WHERE e.id = picked.id
          RETURNING e.id, e.queue, picked.target_id, picked.rank)
        SELECT id, queue FROM released ORDER BY target_id, rank
        """
    }

    /// Clients at shared targets whose effects were let go and found no slot had no turn: they come first again.
    package static func restoreTurns(_ effects: [UUID]) -> SQL {
        """
        WITH missed AS MATERIALIZED (
          SELECT t.target_id, t.line FROM habeas.target_turn t
           WHERE (t.target_id, t.line) IN (SELECT e.target_id, e.line FROM habeas.effect e WHERE e.id = ANY(\(effects)::uuid[]))
           ORDER BY t.target_id, t.line FOR NO KEY UPDATE)
        UPDATE habeas.target_turn AS t SET served_at = to_timestamp(0)
          FROM missed WHERE t.target_id = missed.target_id AND t.line = missed.line
        """
    }

    private static func firstLine(_ target: SQL, after line: SQL?) -> SQL {
        let rest: SQL = line.map { "AND line > \($0)" } ?? ""
        return """
            SELECT line FROM habeas.effect
             WHERE target_id = \(target) AND state IN ('planned', 'retrying') AND held_at IS NULL \(rest)
             ORDER BY line LIMIT 1
            """
    }

    /// What each target can take: nothing while it is paused, disabled, asked for quiet or has its circuit open; one to see when
    /// that time is over; of one with a rate no more than two seconds' worth.
    private static func room(_ targets: [String], _ depths: [Int]) -> SQL {
        """
        SELECT t.id, t.client_id IS NULL AS is_shared, greatest(0, CASE
                 WHEN t.paused_at IS NOT NULL OR t.disabled_at IS NOT NULL OR t.quiet_until > clock_timestamp() THEN 0
                 WHEN t.circuit = 'closed'
                   THEN CASE WHEN n.places > coalesce(live.leased, 0) + coalesce(live.ahead, 0)
                          THEN least(n.places - coalesce(live.leased, 0) - coalesce(live.ahead, 0) + (t.in_flight + 3) / 4,
                                     coalesce(ceil(2 * t.per_second), 2000)::int8)
                          ELSE 0 END
                 WHEN t.circuit_until <= clock_timestamp() THEN 1 - coalesce(live.leased, 0)
                 ELSE 0 END - coalesce(live.released, 0)) AS left_over
          FROM unnest(\(targets)::text[], \(depths.map(Int32.init))::int4[]) AS wanted (id, depth)
          JOIN habeas.target t ON t.id = wanted.id
          CROSS JOIN LATERAL (SELECT CASE WHEN t.per_second IS NULL THEN t.in_flight * (1 + wanted.depth) ELSE t.in_flight END) AS n (places)
          LEFT JOIN (\(TargetRecord.live(targets))) AS live ON live.target_id = t.id
        """
    }

    /// The next targets in the order of their ids that have something to let go and would take it, each locked; those that somebody
    /// holds are left to it. Steps through the index from one target that has anything to the next: most have nothing.
    package static func waiting(after id: String, limit: Int) -> SQL {
        """
        WITH RECURSIVE busy AS (
          SELECT (\(firstTarget(after: "\(id)"))) AS id
          UNION ALL
          SELECT (\(firstTarget(after: "busy.id"))) FROM busy WHERE busy.id IS NOT NULL)
        SELECT t.id FROM habeas.target t
         WHERE t.id = ANY(ARRAY(SELECT id FROM busy WHERE id IS NOT NULL)) AND t.paused_at IS NULL AND t.disabled_at IS NULL
           AND (t.quiet_until IS NULL OR t.quiet_until <= now()) AND (t.circuit = 'closed' OR t.circuit_until <= now())
           -- Not EXISTS, for the same reason: it may be joined to all that is due.
           AND (SELECT true FROM habeas.effect e WHERE e.target_id = t.id AND e.state IN ('planned', 'retrying') AND e.held_at IS NULL
                   AND e.next_attempt_at <= now() LIMIT 1)
         ORDER BY t.id LIMIT \(limit) FOR NO KEY UPDATE SKIP LOCKED
        """
    }

    private static func firstTarget(after id: SQL) -> SQL {
        // Not min(): in a table of which no statistics are known yet its plan may read all the rest of the index for each step.
        """
        SELECT target_id FROM habeas.effect WHERE target_id > \(id) AND state IN ('planned', 'retrying') AND held_at IS NULL
         ORDER BY target_id LIMIT 1
        """
    }
}
