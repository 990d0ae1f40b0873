import Postgres

extension Migration {
    /// What comes in and what goes out: inbox, early events, parked messages, attempts, outbox.
    static let m0003Messages = Migration(
        number: 3,
        name: "messages",
        sql: """
            -- One row an accepted event, as long as its case lives. The key is a keyed digest of (publisher, source, id).
            CREATE TABLE habeas.inbox (
              dedupe_key     bytea NOT NULL,
              content_digest bytea NOT NULL,
              publisher_id   text NOT NULL,
              event_id       text NOT NULL,
              event_type     text NOT NULL,
              subject_id     uuid,
              received_at    timestamptz NOT NULL,
              PRIMARY KEY (dedupe_key)
            ) PARTITION BY HASH (dedupe_key);
            DO $parts$
            BEGIN
              FOR i IN 0..7 LOOP
                EXECUTE format('CREATE TABLE habeas.inbox_%s PARTITION OF habeas.inbox FOR VALUES WITH (MODULUS 8, REMAINDER %s)', i, i);
              END LOOP;
            END
            $parts$;

            -- An event that names a case not yet known, or that is not lawful yet: it waits, encrypted.
            CREATE TABLE habeas.early_event (
              id           uuid PRIMARY KEY,
              publisher_id text NOT NULL,
              request_ref  text,
              case_id      uuid,
              event_type   text NOT NULL,
              dedupe_key   bytea NOT NULL UNIQUE,
              received_at  timestamptz NOT NULL,
              expires_at   timestamptz NOT NULL,
              kek_id       text NOT NULL,
              wrapped_key  bytea NOT NULL,
              payload      bytea NOT NULL,
              CHECK (request_ref IS NOT NULL OR case_id IS NOT NULL)
            );
            CREATE INDEX early_event_ref ON habeas.early_event (publisher_id, request_ref);
            CREATE INDEX early_event_case ON habeas.early_event (case_id);
            CREATE INDEX early_event_expiry ON habeas.early_event (expires_at);

            -- Input that was refused or could not be handled. The payload goes after its retention, reason and digest stay.
            CREATE TABLE habeas.parked_message (
              id             uuid PRIMARY KEY,
              message_key    bytea NOT NULL UNIQUE,
              chain_id       uuid NOT NULL,
              origin         text NOT NULL CHECK (origin IN ('refused', 'attempts', 'dead_letter', 'expired', 'rate')),
              queue          text NOT NULL,
              publisher_id   text,
              event_type     text,
              field          text NOT NULL,
              fault          text NOT NULL,
              remedy         text NOT NULL,
              received_at    timestamptz NOT NULL,
              body_size      bigint NOT NULL,
              truncated      boolean NOT NULL DEFAULT false,
              properties     bytea,
              state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'discarded')),
              resolved_at    timestamptz,
              resolved_by    name,
              resolution     text,
              kek_id         text,
              wrapped_key    bytea,
              payload        bytea,
              expires_at     timestamptz NOT NULL,
              -- Machine time at which it is taken in by itself; only where it came over its publisher's rate.
              replay_at      timestamptz,
              evidence_seq   integer NOT NULL DEFAULT 0,
              evidence_head  bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
            );
            CREATE INDEX parked_message_turn ON habeas.parked_message (replay_at) WHERE state = 'open' AND replay_at IS NOT NULL;
            CREATE INDEX parked_message_open ON habeas.parked_message (fault, field, id) WHERE state = 'open';

            -- Attempts of a message that was delivered again and again, counted here because the broker's count also
            -- rises for messages nobody touched.
            CREATE TABLE habeas.message_attempt (
              message_key bytea PRIMARY KEY,
              attempts    integer NOT NULL,
              last_at     timestamptz NOT NULL DEFAULT now()
            );

            -- Everything that leaves by the broker, as it was written; never changed. created_at is machine time.
            CREATE TABLE habeas.outbox (
              id              uuid NOT NULL,
              created_at      timestamptz NOT NULL,
              exchange        text NOT NULL,
              routing_key     text NOT NULL,
              kind            text NOT NULL CHECK (kind IN ('wake_up', 'outcome', 'task')),
              message_type    text NOT NULL,
              subject_id      uuid,
              body            bytea NOT NULL,
              PRIMARY KEY (created_at, id)
            ) PARTITION BY RANGE (created_at);
            CREATE TABLE habeas.outbox_rest PARTITION OF habeas.outbox DEFAULT;

            -- Which of them are still to be confirmed. The writer publishes and takes its rows away; a clock worker relays what
            -- is left. Marking the message's own row instead wrote all of it again: half of what an outgoing message costs.
            CREATE TABLE habeas.outbox_pending (
              id              uuid PRIMARY KEY,
              created_at      timestamptz NOT NULL,
              attempts        integer NOT NULL DEFAULT 0,
              next_attempt_at timestamptz NOT NULL
            ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);
            CREATE INDEX outbox_pending_next ON habeas.outbox_pending (next_attempt_at);

            -- What became of them and when: a row for all that were settled alike and at once, kept as long as their messages.
            CREATE TABLE habeas.outbox_settlement (
              at       timestamptz NOT NULL DEFAULT now(),
              state    text NOT NULL CHECK (state IN ('sent', 'unheard', 'undelivered')),
              attempts integer NOT NULL,
              -- When the first and the last of the messages were written.
              oldest   timestamptz NOT NULL,
              newest   timestamptz NOT NULL,
              ids      uuid[] NOT NULL
            );
            CREATE INDEX outbox_settlement_at ON habeas.outbox_settlement (at);
            CREATE INDEX outbox_settlement_undelivered ON habeas.outbox_settlement (at) WHERE state = 'undelivered';

            -- Both together, for people and checks: it reads all there is.
            CREATE VIEW habeas.outbox_state AS
              SELECT o.*, coalesce(s.state, CASE WHEN p.id IS NOT NULL THEN 'pending' ELSE 'lost' END) AS state,
                     coalesce(s.attempts, p.attempts) AS attempts, p.next_attempt_at, s.at AS settled_at
                FROM habeas.outbox o
                LEFT JOIN habeas.outbox_pending p ON p.id = o.id
                LEFT JOIN (SELECT unnest(ids) AS id, state, attempts, at FROM habeas.outbox_settlement) s ON s.id = o.id;

            -- Makes the partitions of the days ahead and drops those whose rows were all settled more than `keep` ago, with
            -- what was said of them.
            -- Runs as the owner, because a worker's role may not make tables.
            CREATE FUNCTION habeas.maintain_outbox(ahead integer, keep interval) RETURNS integer LANGUAGE plpgsql
              SECURITY DEFINER SET search_path = pg_catalog AS $body$
            DECLARE
              first date := (now() AT TIME ZONE 'UTC')::date;
              part record;
              busy boolean;
              day timestamptz;
              dropped integer := 0;
            BEGIN
              -- One at a time; whoever comes second finds the work done.
              PERFORM pg_advisory_xact_lock(hashtext('habeas.maintain_outbox'));
              FOR i IN 0..ahead LOOP
                IF to_regclass(format('habeas.outbox_%s', to_char(first + i, 'YYYYMMDD'))) IS NULL
                   AND NOT EXISTS (SELECT 1 FROM habeas.outbox_rest
                     WHERE created_at >= (first + i)::timestamp AT TIME ZONE 'UTC'
                       AND created_at < (first + i + 1)::timestamp AT TIME ZONE 'UTC') THEN
                  EXECUTE format(
                    'CREATE TABLE habeas.outbox_%s PARTITION OF habeas.outbox FOR VALUES FROM (%L) TO (%L)',
                    to_char(first + i, 'YYYYMMDD'), (first + i)::timestamp AT TIME ZONE 'UTC',
                    (first + i + 1)::timestamp AT TIME ZONE 'UTC');
                END IF;
              END LOOP;
              FOR part IN
                SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = 'habeas.outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$'
                   AND to_date(substr(c.relname, 8), 'YYYYMMDD') < (now() - keep)::date - 1
              LOOP
                -- What was settled late is kept as long, counted from then.
                day := to_date(substr(part.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC';
                busy := EXISTS (SELECT FROM habeas.outbox_pending WHERE created_at >= day AND created_at < day + interval '1 day')
                  OR EXISTS (SELECT FROM habeas.outbox_settlement 
                              WHERE at > now() - keep AND newest >= day AND oldest < day + interval '1 day');
                IF NOT busy THEN
                  EXECUTE format('DROP TABLE habeas.%I', part.relname);
                  dropped := dropped + 1;
                END IF;
              END LOOP;
              DELETE FROM habeas.outbox_settlement s WHERE at < now() - keep - interval '3 days'
                 AND NOT EXISTS (SELECT FROM habeas.outbox o WHERE o.created_at BETWEEN s.oldest AND s.newest);
              RETURN dropped;
            END
            $body$;
            SELECT habeas.maintain_outbox(7, interval '14 days');
            """
    )
}
