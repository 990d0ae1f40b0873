import Postgres

extension Migration {
    /// The data map, each system's part in a case, what was said of tasks, suppressions, certificates.
    static let m0012FanOut = Migration(
        number: 12,
        name: "fan_out",
        sql: """
            -- The places that can hold personal data, as the operator wrote them. One that is gone from the map stays here, retired:
            -- cases and certificates name it.
            CREATE TABLE habeas.system (
              id         text PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{1,63}$'),
              version    integer NOT NULL DEFAULT 1,
              body       text NOT NULL,
              place      integer NOT NULL DEFAULT 0,
              retired_at timestamptz,
              applied_at timestamptz NOT NULL DEFAULT now(),
              applied_by name NOT NULL DEFAULT session_user
            );
            CREATE TABLE habeas.system_version (
              system_id  text NOT NULL REFERENCES habeas.system (id),
              version    integer NOT NULL,
              body       text NOT NULL,
              applied_at timestamptz NOT NULL DEFAULT now(),
              applied_by name NOT NULL DEFAULT session_user,
              PRIMARY KEY (system_id, version)
            );
            CREATE FUNCTION habeas.system_counted() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              IF TG_OP = 'INSERT' THEN
                NEW.version := 1;
              ELSE
                NEW.version := OLD.version + (NEW.body IS DISTINCT FROM OLD.body)::integer;
              END IF;
              NEW.applied_by := session_user;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER system_counted BEFORE INSERT OR UPDATE ON habeas.system
              FOR EACH ROW EXECUTE FUNCTION habeas.system_counted();
            CREATE FUNCTION habeas.system_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              INSERT INTO habeas.system_version (system_id, version, body, applied_by)
              VALUES (NEW.id, NEW.version, NEW.body, session_user) ON CONFLICT DO NOTHING;
              RETURN NULL;
            END
            $body$;
            CREATE TRIGGER system_kept AFTER INSERT OR UPDATE OF body ON habeas.system
              FOR EACH ROW EXECUTE FUNCTION habeas.system_kept();
            CREATE TRIGGER system_changed AFTER INSERT OR UPDATE ON habeas.system
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_changed();
            CREATE TRIGGER system_is_kept BEFORE DELETE OR TRUNCATE ON habeas.system
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_is_kept();
            CREATE TRIGGER system_version_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.system_version
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_is_kept();

            -- One system's part in one case: the plan, and how far it has come.
            CREATE TABLE habeas.fan_out (
              id             uuid PRIMARY KEY,
              case_id        uuid NOT NULL,
              client_id      text,
              system_id      text NOT NULL,
              system_version integer NOT NULL,
              part           text NOT NULL,
              operation      text NOT NULL,
              way            text NOT NULL,
              note           text,
              mandatory      boolean NOT NULL,
              level          text NOT NULL,
              after          text[] NOT NULL DEFAULT '{}',
              ordinal        integer NOT NULL,
              -- By which the peer knows a repetition.
              key            uuid NOT NULL,
              state          text NOT NULL,
              outcome        text,
              cause          text,
              effect_id      uuid,
              -- Numbers, codes, dates and digests as JSON; never a person.
              findings       text NOT NULL DEFAULT '{}',
              acted_at       timestamptz,
              verify_at      timestamptz,
              verified_at    timestamptz,
              verified_by    text,
              due_at         timestamptz,
              owner          text,
              kept           text NOT NULL DEFAULT '[]',
              -- Categories whose exception is over, of a part that erases them.
              ends           text[] NOT NULL DEFAULT '{}',
              backups_until  timestamptz,
              gone_by        timestamptz,
              repeats        integer NOT NULL DEFAULT 0,
              CHECK ((state = 'verified') = (verified_at IS NOT NULL) AND (verified_at IS NULL) = (verified_by IS NULL))
            ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
            CREATE TRIGGER fan_out_belongs AFTER INSERT ON habeas.fan_out REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER fan_out_stays BEFORE UPDATE OF case_id, client_id ON habeas.fan_out FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            CREATE INDEX fan_out_case ON habeas.fan_out (case_id, ordinal);
            -- Exceptions end one after another, and each end is a part of its own.
            CREATE UNIQUE INDEX fan_out_part ON habeas.fan_out (case_id, system_id, part) WHERE part <> 'rest';
            -- What waits for a person or an app.
            CREATE INDEX fan_out_task ON habeas.fan_out (due_at) WHERE state IN ('pending', 'verifying') AND due_at IS NOT NULL;

            -- What was said of a task, by its app or by a person; the worker of the case takes it in.
            CREATE TABLE habeas.task_answer (
              id           uuid PRIMARY KEY,
              -- The order in which they came: ids of one batch have none.
              seq          bigint GENERATED ALWAYS AS IDENTITY,
              fan_out_id   uuid NOT NULL REFERENCES habeas.fan_out (id),
              case_id      uuid NOT NULL,
              client_id    text,
              source       text NOT NULL CHECK (source IN ('app', 'person', 'witness')),
              outcome      text NOT NULL,
              at           timestamptz NOT NULL,
              rows         bigint,
              verify_after timestamptz,
              -- The login of a person; set by the database.
              by           name,
              -- SHA-256 of what a person attached, hexadecimal.
              attachments  text[] NOT NULL DEFAULT '{}',
              reason       text,
              received_at  timestamptz NOT NULL,
              taken_at     timestamptz
            );
            CREATE INDEX task_answer_case ON habeas.task_answer (case_id) WHERE taken_at IS NULL;
            CREATE INDEX task_answer_task ON habeas.task_answer (fan_out_id);
            CREATE TRIGGER task_answer_belongs AFTER INSERT ON habeas.task_answer REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER task_answer_stays BEFORE UPDATE OF case_id, client_id ON habeas.task_answer FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            CREATE FUNCTION habeas.task_answered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              IF NEW.source = 'app' THEN
                NEW.by := NULL;
              ELSE
                NEW.by := session_user;
              END IF;
              -- Nobody verifies what they did themselves.
              IF NEW.source = 'witness' AND EXISTS (SELECT FROM habeas.task_answer
                  WHERE fan_out_id = NEW.fan_out_id AND source = 'person' AND by = session_user) THEN
                RAISE EXCEPTION 'whoever did a task does not verify it' USING ERRCODE = 'insufficient_privilege';
              END IF;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER task_answered BEFORE INSERT ON habeas.task_answer
              FOR EACH ROW EXECUTE FUNCTION habeas.task_answered();

            -- An erasure that begins when an earlier request for a copy has ended.
            CREATE TABLE habeas.case_order (
              case_id    uuid NOT NULL,
              after_case uuid NOT NULL,
              PRIMARY KEY (case_id, after_case)
            );
            CREATE INDEX case_order_after ON habeas.case_order (after_case);

            -- Whose data are not to be used for something any more: keyed hashes, kept for as long as that holds.
            CREATE TABLE habeas.suppression (
              lookup        bytea NOT NULL,
              client_id     text NOT NULL DEFAULT '',
              scope         text NOT NULL,
              key_id        text NOT NULL,
              normalisation smallint NOT NULL,
              case_id       uuid NOT NULL,
              since         timestamptz NOT NULL,
              lifted_at     timestamptz,
              PRIMARY KEY (lookup, scope)
            );
            CREATE INDEX suppression_case ON habeas.suppression (case_id);

            -- What was certified of a case, word for word, and over which signature.
            CREATE TABLE habeas.certificate (
              id        uuid PRIMARY KEY,
              case_id   uuid NOT NULL,
              client_id text,
              number    integer NOT NULL,
              issued_at timestamptz NOT NULL,
              body      text NOT NULL,
              key_id    text NOT NULL,
              signature bytea NOT NULL,
              UNIQUE (case_id, number)
            );
            CREATE TRIGGER certificate_belongs AFTER INSERT ON habeas.certificate REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE FUNCTION habeas.certificate_is_final() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'a certificate never changes' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER certificate_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.certificate
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.certificate_is_final();

            -- The people of a hold that names people: keyed hashes, for each client that it reaches and, as the empty one, for
            -- what has none. Gone once the hold is.
            CREATE TABLE habeas.hold_identity (
              lookup    bytea NOT NULL,
              hold_id   uuid NOT NULL REFERENCES habeas.hold (id),
              client_id text NOT NULL DEFAULT '',
              key_id    text NOT NULL,
              PRIMARY KEY (lookup, hold_id)
            );
            CREATE INDEX hold_identity_hold ON habeas.hold_identity (hold_id, client_id);
            -- One that a person places on a client, or on people, has no publisher.
            ALTER TABLE habeas.hold ALTER COLUMN publisher_id DROP NOT NULL;
            -- How many identities it names; without a case, none: it is on all of its client.
            ALTER TABLE habeas.hold ADD COLUMN people integer NOT NULL DEFAULT 0;
            -- The last case whose worker has been told that it was placed, or lifted; none: there is nobody left to tell.
            ALTER TABLE habeas.hold ADD COLUMN told_to uuid;
            CREATE INDEX hold_client ON habeas.hold (client_id) WHERE lifted_at IS NULL AND case_id IS NULL;
            CREATE INDEX hold_until ON habeas.hold (until) WHERE lifted_at IS NULL AND case_id IS NULL;
            CREATE INDEX hold_telling ON habeas.hold (id) WHERE told_to IS NOT NULL;
            CREATE INDEX fan_out_open ON habeas.fan_out (client_id, case_id) WHERE state IN ('waiting', 'acting', 'stuck');
            CREATE INDEX case_file_contract ON habeas.case_file (client_id) WHERE kind = 'end_of_contract';
            -- Whether there is any hold without a case: asked once a claim, so that it costs nothing where there is none.
            CREATE FUNCTION habeas.holds_in_place() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              RETURN EXISTS (SELECT FROM habeas.hold WHERE case_id IS NULL AND lifted_at IS NULL);
            END
            $body$;
            -- Whether a hold on the case, on its client or on its person is in place. The end of a contract erases everybody: a hold on
            -- any person that reaches its client holds it, too. With the owner's rights: a claim may ask and read nobody's hashes.
            CREATE FUNCTION habeas.is_held(held_case uuid, held_client text) RETURNS boolean LANGUAGE plpgsql STABLE
              SECURITY DEFINER SET search_path = pg_catalog AS $body$
            BEGIN
              RETURN EXISTS (SELECT FROM habeas.case_pause p
                  WHERE p.case_id = held_case AND p.reason = 'hold' AND p.to_at IS NULL)
                OR EXISTS (SELECT FROM habeas.hold h
                  WHERE h.client_id = held_client AND h.case_id IS NULL AND h.people = 0 AND h.lifted_at IS NULL
                    AND (h.until IS NULL OR h.until > habeas.domain_now()))
                OR EXISTS (SELECT FROM habeas.case_identity p JOIN habeas.hold_identity i ON i.lookup = p.lookup
                  JOIN habeas.hold h ON h.id = i.hold_id
                  WHERE p.case_id = held_case AND h.lifted_at IS NULL AND (h.until IS NULL OR h.until > habeas.domain_now()))
                OR EXISTS (SELECT FROM habeas.case_file c JOIN habeas.hold_identity i ON i.client_id = c.client_id
                  JOIN habeas.hold h ON h.id = i.hold_id
                  WHERE c.id = held_case AND c.kind = 'end_of_contract' AND h.lifted_at IS NULL
                    AND (h.until IS NULL OR h.until > habeas.domain_now()));
            END
            $body$;

            -- Until when a client's data are kept after its contract, where that was asked for and agreed (K8).
            ALTER TABLE habeas.client ADD COLUMN retain_until timestamptz;

            -- Whose data a request is about; none: no request of a person, or begun by an older program.
            ALTER TABLE habeas.case_file ADD COLUMN relationship text;

            -- What a target brought to light: numbers, codes, dates and digests as JSON; never a person.
            ALTER TABLE habeas.effect ADD COLUMN findings text;

            GRANT SELECT ON habeas.system, habeas.system_version TO habeas_intake, habeas_referral, habeas_export, habeas_erasure,
              habeas_breach, habeas_clock, habeas_gateway, habeas_operator, habeas_auditor;
            GRANT INSERT, UPDATE ON habeas.system TO habeas_operator;

            -- The erasure worker carries cases on, as the referral worker does.
            GRANT SELECT ON habeas.case_file, habeas.case_group, habeas.case_secret, habeas.event_secret, habeas.hold, habeas.deadline,
              habeas.case_pause, habeas.review, habeas.case_gate, habeas.message_attempt, habeas.outbox, habeas.case_identity,
              habeas.hold_identity TO habeas_erasure;
            GRANT UPDATE (client_id, state, state_since, queue, outcome_seq, evidence_seq, evidence_head, extended_at, linked_to, answer_by,
              refusal, referral_prohibited) ON habeas.case_file TO habeas_erasure;
            GRANT INSERT, UPDATE ON habeas.deadline, habeas.case_pause TO habeas_erasure;
            GRANT UPDATE ON habeas.case_group TO habeas_erasure;
            GRANT INSERT ON habeas.case_gate TO habeas_erasure;
            GRANT INSERT ON habeas.review, habeas.evidence, habeas.outbox, habeas.parked_message TO habeas_erasure;
            GRANT UPDATE (settled_at, verdict) ON habeas.review TO habeas_erasure;
            GRANT SELECT, INSERT, DELETE ON habeas.outbox_pending TO habeas_erasure;
            GRANT INSERT ON habeas.outbox_settlement TO habeas_erasure;
            GRANT INSERT, UPDATE, DELETE ON habeas.message_attempt TO habeas_erasure;
            GRANT SELECT (id, message_key) ON habeas.parked_message TO habeas_erasure;
            GRANT SELECT (case_id) ON habeas.early_event TO habeas_erasure;
            GRANT SELECT (chain_id, seq, fact, at, body) ON habeas.evidence TO habeas_erasure;

            GRANT SELECT, INSERT, UPDATE ON habeas.fan_out, habeas.suppression TO habeas_erasure;
            GRANT SELECT ON habeas.task_answer TO habeas_erasure;
            GRANT UPDATE (taken_at) ON habeas.task_answer TO habeas_erasure;
            GRANT SELECT, INSERT ON habeas.case_order TO habeas_erasure;
            GRANT SELECT, INSERT ON habeas.certificate TO habeas_erasure;
            -- Whoever ends a request for a copy lets the erasure behind it begin.
            GRANT SELECT, DELETE ON habeas.case_order TO habeas_intake, habeas_clock, habeas_referral, habeas_export, habeas_erasure,
              habeas_operator;
            -- Apps answer by events; the row is found by the task's id. What is kept for whom is told in the answers.
            GRANT SELECT ON habeas.fan_out TO habeas_intake, habeas_clock, habeas_referral, habeas_export, habeas_operator, habeas_auditor;
            GRANT UPDATE (client_id) ON habeas.fan_out TO habeas_intake;
            GRANT SELECT, INSERT ON habeas.task_answer TO habeas_intake, habeas_operator;
            GRANT UPDATE (client_id) ON habeas.task_answer TO habeas_intake;
            GRANT SELECT ON habeas.task_answer, habeas.suppression, habeas.certificate, habeas.hold_identity, habeas.case_order
              TO habeas_operator, habeas_auditor;
            GRANT UPDATE (owner, due_at) ON habeas.fan_out TO habeas_operator;
            GRANT INSERT ON habeas.certificate TO habeas_operator;
            GRANT SELECT, INSERT ON habeas.hold_identity TO habeas_intake;
            -- Effects of a client are found by the targets that can have any.
            GRANT SELECT (id, client_id) ON habeas.target TO habeas_intake;
            GRANT INSERT ON habeas.hold_identity TO habeas_operator;
            GRANT SELECT ON habeas.suppression TO habeas_intake, habeas_export, habeas_referral;
            GRANT SELECT ON habeas.certificate TO habeas_referral;
            GRANT UPDATE (retain_until) ON habeas.client TO habeas_intake;
            REVOKE EXECUTE ON FUNCTION habeas.is_held(uuid, text), habeas.holds_in_place() FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION habeas.is_held(uuid, text), habeas.holds_in_place() TO habeas_intake, habeas_referral, habeas_export, habeas_erasure,
              habeas_breach, habeas_clock, habeas_operator, habeas_auditor;
            -- What waits is found by the places it goes to.
            GRANT SELECT (id, client_id) ON habeas.target TO habeas_intake;
            -- The clock ends holds at their time, tells workers of them, and destroys the hashes of those that are over.
            GRANT UPDATE (told_to) ON habeas.hold TO habeas_clock;
            GRANT SELECT, DELETE ON habeas.hold_identity TO habeas_clock;
            GRANT UPDATE (evidence_seq, evidence_head) ON habeas.client TO habeas_clock;
            GRANT UPDATE (lifted_at) ON habeas.suppression TO habeas_operator;
            """
    )
}
