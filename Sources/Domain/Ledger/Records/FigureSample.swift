package import Postgres

/// Figures of the fleet over time, a sample a minute, so that whoever draws them needs no memory of their own.
package enum FigureSample {
    package enum Figure: String, CaseIterable, Sendable {
        /// Outside effects that are due and not done, by worker.
        case waiting
        /// How long the oldest of them has been owed, in seconds, by worker.
        case oldest = "oldest_seconds"
        /// Messages to the broker that are not confirmed.
        case outbox = "outbox_pending"
        case overdue = "deadlines_overdue"
        case atRisk = "deadlines_at_risk"
        case parkedMessages = "parked_messages"
        case parkedEffects = "parked_effects"
        case reviews
        /// Targets that take no calls as they should.
        case targetsFailing = "targets_failing"
    }

    /// How long samples are kept.
    package static let retention = Duration.seconds(30 * 86_400)

    /// What is due and not done at each of these queues: the queue, how many, and how long the oldest has been owed, in seconds.
    package static func work(at queues: [String]) -> SQL {
        // Each state by an index of its own: what is done is not looked at.
        """
        SELECT q.queue, coalesce(w.waiting, 0)::int8 AS waiting, coalesce(w.oldest, 0)::float8 AS oldest
          FROM unnest(\(queues)::text[]) WITH ORDINALITY AS q (queue, place)
          LEFT JOIN (SELECT queue, count(*) AS waiting, greatest(extract(epoch FROM habeas.domain_now() - min(planned_at)), 0) AS oldest
                       FROM (SELECT queue, planned_at FROM habeas.effect
                              WHERE state IN ('planned', 'retrying') AND held_at IS NULL AND next_attempt_at <= now()
                              UNION ALL
                             SELECT queue, planned_at FROM habeas.effect WHERE state IN ('released', 'leased')) AS due
                      GROUP BY queue) AS w ON w.queue = q.queue
         ORDER BY q.place
        """
    }

    /// Writes this minute's figures unless somebody has; answers a row where it did.
    package static func take(at queues: [String]) -> SQL {
        """
        WITH work AS (\(work(at: queues)) ),
             owed AS (\(OwedClock.counts) ),
             people AS (\(OpenReviews.reading) ),
             figures (figure, part, value) AS (
          SELECT \(Figure.waiting.rawValue), queue, waiting FROM work
           UNION ALL SELECT \(Figure.oldest.rawValue), queue, oldest FROM work
           UNION ALL SELECT \(Figure.outbox.rawValue), '', count(*) FROM habeas.outbox_pending
           UNION ALL SELECT \(Figure.overdue.rawValue), '', overdue FROM owed
           UNION ALL SELECT \(Figure.atRisk.rawValue), '', at_risk FROM owed
           UNION ALL SELECT \(Figure.reviews.rawValue), '', coalesce(sum(open), 0) FROM people
           UNION ALL SELECT \(Figure.parkedMessages.rawValue), '', count(*) FROM habeas.parked_message WHERE state = 'open'
           UNION ALL SELECT \(Figure.parkedEffects.rawValue), '', count(*) FROM habeas.effect WHERE state = 'parked'
           UNION ALL SELECT \(Figure.targetsFailing.rawValue), '', count(*) FROM habeas.target
                      WHERE circuit <> 'closed' OR paused_at IS NOT NULL OR disabled_at IS NOT NULL)
        INSERT INTO habeas.figure_sample (at, figure, part, value)
        SELECT date_trunc('minute', now()), figure, part, value FROM figures
        ON CONFLICT DO NOTHING RETURNING 1
        """
    }

    /// Whether this minute has its figures.
    package static let isTaken: SQL =
        "SELECT EXISTS (SELECT FROM habeas.figure_sample WHERE at = date_trunc('minute', now()))"

    /// Drops what is past its retention.
    package static let forget: SQL =
        "DELETE FROM habeas.figure_sample WHERE at < now() - \(retention)::interval"

    /// When the latest sample was taken; null where there is none.
    package static let latest: SQL = "SELECT max(at) FROM habeas.figure_sample"

    /// One figure over a time that ends now, its highest value in each step, so that no peak is lost: when, the part, the value.
    package static func history(of figure: Figure, over time: Duration, step: Duration) -> SQL {
        """
        SELECT date_bin(\(step)::interval, at, to_timestamp(0)), part, max(value) FROM habeas.figure_sample
         WHERE at >= now() - \(time)::interval AND figure = \(figure.rawValue) GROUP BY 1, 2 ORDER BY 1, 2
        """
    }
}
