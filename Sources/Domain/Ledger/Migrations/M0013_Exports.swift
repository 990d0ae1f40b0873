import Postgres

extension Migration {
    /// Exports: what was collected about a person, where it lies, and the key that opens it.
    static let m0013Exports = Migration(
        number: 13,
        name: "exports",
        sql: """
            -- What the export worker writes to the store; its limits are those of bundles put together at once.
            INSERT INTO habeas.target (id, in_flight) VALUES ('exports', 8);

            -- Leased to a worker that may not call yet: it has taken it ahead, and calls when one of its calls to the same target ends.
            ALTER TABLE habeas.effect ADD COLUMN ahead boolean NOT NULL DEFAULT false;

            -- One bundle of one case, from its first piece until it is over. All of it in the store lies below its id.
            CREATE TABLE habeas.export (
              id          uuid PRIMARY KEY,
              case_id     uuid NOT NULL,
              client_id   text,
              state       text NOT NULL DEFAULT 'collecting' CHECK (state IN ('collecting', 'ready', 'expired')),
              -- The bundle's own key: destroyed when it is over, whatever becomes of the files.
              kek_id      text,
              wrapped_key bytea,
              -- Of the bundle: its name in the store, its size, and the SHA-256 of the zip, hexadecimal.
              object      text,
              bytes       bigint,
              sha256      text,
              rows        bigint,
              -- Systems that are named in it because they gave nothing.
              gaps        integer,
              begun_at    timestamptz NOT NULL,
              ready_at    timestamptz,
              expires_at  timestamptz,
              expired_at  timestamptz,
              -- When the files were gone from the store, too.
              deleted_at  timestamptz,
              CHECK ((kek_id IS NULL) = (wrapped_key IS NULL)),
              CHECK ((wrapped_key IS NULL) = (state = 'expired')),
              CHECK ((ready_at IS NULL) = (object IS NULL) AND (ready_at IS NULL) = (sha256 IS NULL)),
              CHECK (state <> 'ready' OR ready_at IS NOT NULL)
            );
            CREATE UNIQUE INDEX export_case ON habeas.export (case_id) WHERE state <> 'expired';
            CREATE INDEX export_client ON habeas.export (client_id, id);
            CREATE TRIGGER export_belongs AFTER INSERT ON habeas.export REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER export_stays BEFORE UPDATE OF case_id, client_id ON habeas.export FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            -- A key that was destroyed does not come back.
            CREATE FUNCTION habeas.export_is_over() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'an export that is over does not come back' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER export_is_over BEFORE UPDATE OF state, kek_id, wrapped_key ON habeas.export FOR EACH ROW
              WHEN (OLD.state = 'expired' AND (NEW.state <> 'expired' OR NEW.wrapped_key IS NOT NULL))
              EXECUTE FUNCTION habeas.export_is_over();

            -- What connectors have put into the store, in the transactions that say how far they have come.
            CREATE TABLE habeas.export_piece (
              object     text PRIMARY KEY,
              export_id  uuid NOT NULL REFERENCES habeas.export (id),
              target_id  uuid NOT NULL REFERENCES habeas.fan_out (id),
              -- The target's key while it was collected: what is collected anew has another.
              target_key uuid NOT NULL,
              ordinal    integer NOT NULL,
              dataset    text NOT NULL,
              is_file    boolean NOT NULL,
              rows       bigint NOT NULL,
              bytes      bigint NOT NULL,
              UNIQUE (target_id, target_key, ordinal)
            );
            CREATE INDEX export_piece_export ON habeas.export_piece (export_id);

            -- Whether the answer hands over what was found: that lies with its words, sealed beside the case.
            ALTER TABLE habeas.task_answer ADD COLUMN results boolean NOT NULL DEFAULT false;

            GRANT SELECT, INSERT, UPDATE ON habeas.export, habeas.export_piece TO habeas_export;
            GRANT SELECT ON habeas.export TO habeas_referral, habeas_operator, habeas_auditor;
            GRANT SELECT ON habeas.export_piece TO habeas_operator, habeas_auditor;
            -- A person ends one before its time.
            GRANT UPDATE (expires_at) ON habeas.export TO habeas_operator;

            -- The export worker carries cases on, as the erasure worker does.
            GRANT SELECT ON habeas.case_file, habeas.case_group, habeas.case_secret, habeas.event_secret, habeas.hold, habeas.deadline,
              habeas.case_pause, habeas.review, habeas.case_gate, habeas.message_attempt, habeas.outbox, habeas.case_identity,
              habeas.hold_identity TO habeas_export;
            GRANT UPDATE (client_id, state, state_since, queue, outcome_seq, evidence_seq, evidence_head, extended_at, linked_to, answer_by,
              refusal, referral_prohibited) ON habeas.case_file TO habeas_export;
            GRANT INSERT, UPDATE ON habeas.deadline, habeas.case_pause TO habeas_export;
            GRANT UPDATE ON habeas.case_group TO habeas_export;
            GRANT INSERT ON habeas.case_gate TO habeas_export;
            GRANT INSERT ON habeas.review, habeas.evidence, habeas.outbox, habeas.parked_message TO habeas_export;
            GRANT UPDATE (settled_at, verdict) ON habeas.review TO habeas_export;
            GRANT SELECT, INSERT, DELETE ON habeas.outbox_pending TO habeas_export;
            GRANT INSERT ON habeas.outbox_settlement TO habeas_export;
            GRANT INSERT, UPDATE, DELETE ON habeas.message_attempt TO habeas_export;
            GRANT SELECT (id, message_key) ON habeas.parked_message TO habeas_export;
            GRANT SELECT (case_id) ON habeas.early_event TO habeas_export;
            GRANT SELECT (chain_id, seq, fact, at, body) ON habeas.evidence TO habeas_export;
            GRANT INSERT, UPDATE ON habeas.fan_out TO habeas_export;
            GRANT SELECT ON habeas.task_answer TO habeas_export;
            GRANT UPDATE (taken_at) ON habeas.task_answer TO habeas_export;
            """
    )
}
