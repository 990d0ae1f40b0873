import Postgres

extension Migration {
    /// The effect ledger: whatever touches the world outside this database is first a row here.
    static let m0011Effects = Migration(
        number: 11,
        name: "effects",
        sql: """
            -- A place that effects go to: a client's webhook, the mail relay. Limits bind here, fleet-wide, at the claim. Times are
            -- machine time. Whoever changes a row, or lets effects of its target go, holds its lock.
            CREATE TABLE habeas.target (
              id             text PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 200),
              client_id      text REFERENCES habeas.client (id),
              -- Calls under way at once, and begun a second; none: no limit.
              in_flight      integer NOT NULL DEFAULT 4 CHECK (in_flight BETWEEN 1 AND 1000),
              per_second     double precision CHECK (per_second > 0),
              -- GCRA: when the next call may begin at the earliest.
              next_slot_at   timestamptz NOT NULL DEFAULT to_timestamp(0),
              -- The peer itself asked to be left alone until then (Retry-After).
              quiet_until    timestamptz,
              -- Failures of the target in a row, and the circuit they open: none is called until circuit_until, then one probe.
              failures       integer NOT NULL DEFAULT 0,
              circuit        text NOT NULL DEFAULT 'closed' CHECK (circuit IN ('closed', 'open', 'probing')),
              openings       integer NOT NULL DEFAULT 0,
              -- Since when it is not closed.
              circuit_since  timestamptz,
              circuit_until  timestamptz,
              last_cause     text,
              paused_at      timestamptz,
              paused_by      name,
              pause_reason   text,
              -- The peer wants nothing more (410).
              disabled_at    timestamptz,
              disabled_cause text,
              CHECK ((paused_at IS NULL) = (paused_by IS NULL) AND (paused_at IS NULL) = (pause_reason IS NULL)),
              CHECK (circuit = 'closed' OR circuit_until IS NOT NULL)
            ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
            -- The mail relay of the processor; the referral worker writes its limits from the configuration.
            INSERT INTO habeas.target (id, in_flight) VALUES ('mail', 16);
            CREATE FUNCTION habeas.target_paused() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              NEW.paused_by := CASE WHEN NEW.paused_at IS NOT NULL THEN session_user END;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER target_paused BEFORE UPDATE OF paused_at, paused_by ON habeas.target
              FOR EACH ROW EXECUTE FUNCTION habeas.target_paused();

            -- Whose turn it was last at a target that several clients share.
            CREATE TABLE habeas.target_turn (
              target_id text NOT NULL,
              line      text NOT NULL,
              served_at timestamptz NOT NULL,
              PRIMARY KEY (target_id, line)
            ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);

            -- One effect: what is meant, and how far it has come. The id is the key by which the peer knows a repetition.
            CREATE TABLE habeas.effect (
              id               uuid PRIMARY KEY,
              queue            text NOT NULL,
              kind             text NOT NULL,
              target_id        text NOT NULL,
              subject_id       uuid NOT NULL,
              case_id          uuid CHECK (case_id = subject_id),
              client_id        text,
              -- The client whose turn it uses; empty where there is none.
              line             text NOT NULL,
              -- What the performer needs beside its case: words of closed lists, dates, numbers; never a person.
              parameters       text NOT NULL DEFAULT '{}',
              -- A legal hold suspends it (K18).
              waits_on_hold    boolean NOT NULL DEFAULT false,
              attempts_allowed integer NOT NULL CHECK (attempts_allowed > 0),
              planned_at       timestamptz NOT NULL,
              state            text NOT NULL DEFAULT 'planned'
                CHECK (state IN ('planned', 'released', 'leased', 'retrying', 'done', 'parked', 'cancelled')),
              -- Attempts that came to an end, and leases ever given: the lease's number is its fencing token.
              attempts         integer NOT NULL DEFAULT 0,
              leases           integer NOT NULL DEFAULT 0,
              -- Machine time. Planned, retrying: not before; released: when the hint counts as lost; leased: the lease's end.
              next_attempt_at  timestamptz,
              held_at          timestamptz,
              -- Since when it is not wanted although a worker has it: it may finish, and is not tried again.
              unwanted_at      timestamptz,
              outcome          text,
              cause            text,
              status           integer,
              -- When it came to its end, in domain time.
              ended_at         timestamptz,
              CHECK ((state IN ('done', 'parked', 'cancelled')) = (next_attempt_at IS NULL)),
              CHECK ((state IN ('done', 'parked', 'cancelled')) = (ended_at IS NOT NULL))
            ) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
            CREATE INDEX effect_ready ON habeas.effect (target_id, line, next_attempt_at, id)
              WHERE state IN ('planned', 'retrying') AND held_at IS NULL;
            -- What a legal hold keeps, for whoever counts it.
            CREATE INDEX effect_held ON habeas.effect (subject_id) WHERE state IN ('planned', 'retrying') AND held_at IS NOT NULL;
            CREATE INDEX effect_live ON habeas.effect (target_id) WHERE state IN ('released', 'leased');
            CREATE INDEX effect_overdue ON habeas.effect (next_attempt_at) WHERE state IN ('released', 'leased');
            CREATE INDEX effect_subject ON habeas.effect (subject_id);
            CREATE INDEX effect_parked ON habeas.effect (ended_at) WHERE state = 'parked';
            CREATE TRIGGER effect_belongs AFTER INSERT ON habeas.effect REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER effect_stays BEFORE UPDATE OF case_id, client_id ON habeas.effect FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            CREATE INDEX target_disabled ON habeas.target (client_id) WHERE disabled_at IS NOT NULL;
            -- Whoever looks at a case wants to know what people have said about it, settled or not.
            CREATE INDEX review_case ON habeas.review (case_id) WHERE case_id IS NOT NULL;
            -- What has come to its end stays as it is, but for a person who lets a parked one go again.
            CREATE FUNCTION habeas.effect_is_final() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              IF OLD.state = 'parked' AND NEW.state = 'retrying' AND pg_has_role(session_user, 'habeas_operator', 'MEMBER') THEN
                RETURN NEW;
              END IF;
              RAISE EXCEPTION 'an effect that has come to its end does not change' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            -- All but the client, which a case may get later.
            CREATE TRIGGER effect_is_final BEFORE UPDATE ON habeas.effect FOR EACH ROW
              WHEN (OLD.state IN ('done', 'parked', 'cancelled')
                AND (NEW.id, NEW.queue, NEW.kind, NEW.target_id, NEW.subject_id, NEW.parameters, NEW.state, NEW.attempts, NEW.leases,
                     NEW.next_attempt_at, NEW.held_at, NEW.unwanted_at, NEW.outcome, NEW.cause, NEW.status, NEW.ended_at)
                    IS DISTINCT FROM
                    (OLD.id, OLD.queue, OLD.kind, OLD.target_id, OLD.subject_id, OLD.parameters, OLD.state, OLD.attempts, OLD.leases,
                     OLD.next_attempt_at, OLD.held_at, OLD.unwanted_at, OLD.outcome, OLD.cause, OLD.status, OLD.ended_at))
              EXECUTE FUNCTION habeas.effect_is_final();
            -- The number of a lease is a fencing token: given once.
            CREATE FUNCTION habeas.effect_lease_counts_up() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'the leases of an effect are never counted back' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER effect_lease_counts_up BEFORE UPDATE OF leases ON habeas.effect FOR EACH ROW
              WHEN (NEW.leases < OLD.leases) EXECUTE FUNCTION habeas.effect_lease_counts_up();

            -- Every attempt that came to an end, by month: its cause, never a word of the peer's.
            CREATE TABLE habeas.effect_attempt (
              effect_id      uuid NOT NULL,
              token          integer NOT NULL,
              worker         text NOT NULL,
              started_at     timestamptz,
              ended_at       timestamptz NOT NULL,
              outcome        text NOT NULL,
              cause          text,
              status         integer,
              may_have_acted boolean NOT NULL DEFAULT false
            ) PARTITION BY RANGE (ended_at);
            CREATE INDEX effect_attempt_effect ON habeas.effect_attempt (effect_id);
            CREATE TABLE habeas.effect_attempt_rest PARTITION OF habeas.effect_attempt DEFAULT;
            -- Makes the partitions of this month and the next ones, and drops those older than the longest retention.
            CREATE FUNCTION habeas.maintain_attempts(ahead integer, keep interval) RETURNS integer LANGUAGE plpgsql
              SECURITY DEFINER SET search_path = pg_catalog AS $body$
            DECLARE
              first timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
              low timestamptz;
              high timestamptz;
              part record;
              dropped integer := 0;
            BEGIN
              PERFORM pg_advisory_xact_lock(hashtext('habeas.maintain_attempts'));
              FOR i IN 0..ahead LOOP
                low := (first + make_interval(months => i)) AT TIME ZONE 'UTC';
                high := (first + make_interval(months => i + 1)) AT TIME ZONE 'UTC';
                IF to_regclass(format('habeas.effect_attempt_%s', to_char(low AT TIME ZONE 'UTC', 'YYYYMM'))) IS NULL
                   AND NOT EXISTS (SELECT FROM habeas.effect_attempt_rest WHERE ended_at >= low AND ended_at < high) THEN
                  EXECUTE format('CREATE TABLE habeas.effect_attempt_%s PARTITION OF habeas.effect_attempt FOR VALUES FROM (%L) TO (%L)',
                    to_char(low AT TIME ZONE 'UTC', 'YYYYMM'), low, high);
                END IF;
              END LOOP;
              FOR part IN
                SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = 'habeas.effect_attempt'::regclass AND c.relname ~ '^effect_attempt_[0-9]{6}$'
                   AND to_date(substr(c.relname, 16), 'YYYYMM') + interval '1 month' < now() - keep
              LOOP
                EXECUTE format('DROP TABLE habeas.%I', part.relname);
                dropped := dropped + 1;
              END LOOP;
              RETURN dropped;
            END
            $body$;
            SELECT habeas.maintain_attempts(2, interval '7 years');
            REVOKE EXECUTE ON FUNCTION habeas.maintain_attempts(integer, interval) FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION habeas.maintain_attempts(integer, interval) TO habeas_clock;

            -- Intake and clock put an end to what is not wanted any more, in the transaction of its cause.
            GRANT SELECT ON habeas.effect TO habeas_intake;
            GRANT UPDATE (state, next_attempt_at, held_at, unwanted_at, ended_at, outcome, cause, client_id) ON habeas.effect
              TO habeas_intake;
            -- Those who act.
            GRANT SELECT, INSERT, UPDATE ON habeas.effect TO habeas_referral, habeas_export, habeas_erasure, habeas_breach;
            GRANT INSERT ON habeas.effect_attempt TO habeas_referral, habeas_export, habeas_erasure, habeas_breach, habeas_clock;
            GRANT SELECT, INSERT, UPDATE ON habeas.target TO habeas_referral, habeas_export, habeas_erasure, habeas_breach;
            GRANT SELECT, INSERT, UPDATE ON habeas.target_turn
              TO habeas_referral, habeas_export, habeas_erasure, habeas_breach, habeas_clock;
            -- The clock lets due ones go, and takes back what a dead copy held.
            GRANT SELECT ON habeas.effect, habeas.target TO habeas_clock;
            GRANT UPDATE (state, attempts, next_attempt_at, held_at, unwanted_at, ended_at, outcome, cause, client_id) ON habeas.effect
              TO habeas_clock;
            GRANT UPDATE (next_slot_at) ON habeas.target TO habeas_clock;
            -- The referral worker carries cases on: their rows, clocks, waits, calls of people, evidence and messages.
            GRANT SELECT ON habeas.case_file, habeas.case_group, habeas.case_secret, habeas.event_secret, habeas.hold, habeas.deadline,
              habeas.case_pause, habeas.review, habeas.case_gate, habeas.message_attempt, habeas.outbox TO habeas_referral;
            GRANT UPDATE (client_id, state, state_since, queue, outcome_seq, evidence_seq, evidence_head, extended_at, linked_to, answer_by,
              refusal, referral_prohibited) ON habeas.case_file TO habeas_referral;
            GRANT INSERT, UPDATE ON habeas.deadline, habeas.case_pause TO habeas_referral;
            GRANT UPDATE ON habeas.case_group TO habeas_referral;
            GRANT INSERT ON habeas.case_gate TO habeas_referral;
            GRANT INSERT ON habeas.review, habeas.evidence, habeas.outbox, habeas.parked_message TO habeas_referral;
            GRANT UPDATE (settled_at, verdict) ON habeas.review TO habeas_referral;
            GRANT SELECT, INSERT, DELETE ON habeas.outbox_pending TO habeas_referral;
            GRANT INSERT ON habeas.outbox_settlement TO habeas_referral;
            GRANT INSERT, UPDATE, DELETE ON habeas.message_attempt TO habeas_referral;
            GRANT SELECT (id, message_key) ON habeas.parked_message TO habeas_referral;
            GRANT SELECT (case_id) ON habeas.early_event TO habeas_referral;
            -- Which facts a chain holds, and the reason of an extension; never the rest.
            GRANT SELECT (chain_id, seq, fact, at, body) ON habeas.evidence TO habeas_referral;

            -- People: they look, pause, let parked ones go again.
            GRANT SELECT ON habeas.effect, habeas.effect_attempt, habeas.target TO habeas_operator, habeas_auditor;
            GRANT UPDATE (state, attempts, next_attempt_at, held_at, unwanted_at, ended_at, outcome, cause, status, attempts_allowed,
              client_id) ON habeas.effect TO habeas_operator;
            GRANT INSERT, UPDATE ON habeas.target TO habeas_operator;
            GRANT INSERT ON habeas.review TO habeas_operator;
            """
    )
}
