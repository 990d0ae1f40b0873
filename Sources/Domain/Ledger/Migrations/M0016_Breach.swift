import Postgres

extension Migration {
    /// Incidents that reach the clients they affect: one case for each, what it was told, what it has said.
    static let m0016Breach = Migration(
        number: 16,
        name: "breach",
        sql: """
            -- Breach work has lines of its own to the same mail relay: no backlog of letters is before it.
            INSERT INTO habeas.target (id, in_flight) VALUES ('breach:mail', 16);

            -- The phases that were taken in, in the order in which they came, which need not be that of their numbers; and how many of them
            -- every affected client has been told of: fewer while that is being worked out.
            ALTER TABLE habeas.incident ADD COLUMN phases integer[] NOT NULL DEFAULT '{1}', ADD COLUMN spread integer NOT NULL DEFAULT 0;
            UPDATE habeas.incident AS i SET phases = ARRAY(SELECT generate_series(1, greatest(1, (
              SELECT count(*) FROM habeas.event_secret e
               WHERE e.subject_id = i.id AND e.event_type IN ('breach.detected', 'breach.updated')))::integer));

            -- One client's part of an incident: the case under which it is told.
            CREATE TABLE habeas.breach_notice (
              case_id         uuid PRIMARY KEY,
              client_id       text NOT NULL,
              incident_id     uuid NOT NULL REFERENCES habeas.incident (id),
              -- How many of the incident's phases it has been brought to, whether they told this client anything new or not.
              phases          integer NOT NULL,
              -- When the first notice reached it: a 2xx, a 250, a confirm, or a person's word. The client's own time begins then.
              told_at         timestamptz,
              -- When somebody there first said that it was read.
              acknowledged_at timestamptz,
              UNIQUE (incident_id, client_id)
            ) WITH (fillfactor = 80);
            CREATE TRIGGER breach_notice_belongs AFTER INSERT ON habeas.breach_notice REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER breach_notice_stays BEFORE UPDATE OF case_id, client_id ON habeas.breach_notice FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            -- When a client was first told is a fact.
            CREATE FUNCTION habeas.breach_is_told() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'when a client was told, and when it said so, does not change' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER breach_is_told BEFORE UPDATE OF told_at, acknowledged_at ON habeas.breach_notice FOR EACH ROW
              WHEN ((OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at)
                OR (OLD.acknowledged_at IS NOT NULL AND NEW.acknowledged_at IS DISTINCT FROM OLD.acknowledged_at))
              EXECUTE FUNCTION habeas.breach_is_told();

            -- What a client is told, numbered for it alone. The words lie beside, sealed under the same id (event_secret), and never
            -- change: whatever is sent of one number, over whatever channel, says the same.
            CREATE TABLE habeas.breach_content (
              id         uuid PRIMARY KEY,
              case_id    uuid NOT NULL,
              client_id  text NOT NULL,
              number     integer NOT NULL CHECK (number > 0),
              kind       text NOT NULL,
              -- Of the incident, as of which it was made.
              phase      integer NOT NULL,
              -- SHA-256 of the words, hexadecimal.
              digest     text NOT NULL,
              made_at    timestamptz NOT NULL,
              UNIQUE (case_id, number)
            );
            CREATE TRIGGER breach_content_belongs AFTER INSERT ON habeas.breach_content REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE FUNCTION habeas.breach_content_is_final() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'what a client is told does not change' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER breach_content_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.breach_content
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.breach_content_is_final();

            -- That somebody at a client has read a notice. Who it was lies sealed with the event of this id.
            CREATE TABLE habeas.breach_ack (
              id          uuid PRIMARY KEY,
              incident_id uuid NOT NULL REFERENCES habeas.incident (id),
              client_id   text NOT NULL,
              at          timestamptz NOT NULL,
              -- When it was taken into the client's own case.
              entered_at  timestamptz
            );
            CREATE INDEX breach_ack_open ON habeas.breach_ack (incident_id, client_id) WHERE entered_at IS NULL;

            -- The vendor's own decision about data that it controls itself (G13).
            CREATE TABLE habeas.breach_decision (
              incident_id uuid NOT NULL REFERENCES habeas.incident (id),
              decided_at  timestamptz NOT NULL,
              decided_by  name NOT NULL DEFAULT session_user,
              -- Whether its authority is told, and whether the people are.
              authority   boolean NOT NULL,
              individuals boolean NOT NULL,
              reason      text NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 500),
              PRIMARY KEY (incident_id, decided_at)
            );
            CREATE TRIGGER breach_decision_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.breach_decision
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.breach_content_is_final();

            GRANT SELECT, INSERT ON habeas.breach_ack TO habeas_intake;
            GRANT SELECT ON habeas.breach_notice, habeas.breach_content, habeas.breach_ack, habeas.breach_decision
              TO habeas_breach, habeas_operator, habeas_auditor;
            GRANT INSERT ON habeas.breach_notice, habeas.breach_content TO habeas_breach;
            GRANT UPDATE (phases, told_at, acknowledged_at) ON habeas.breach_notice TO habeas_breach;
            GRANT UPDATE (entered_at) ON habeas.breach_ack TO habeas_breach;
            GRANT INSERT (incident_id, decided_at, authority, individuals, reason) ON habeas.breach_decision TO habeas_operator;
            -- A person at the processor enters what a client has said, and decides.
            GRANT INSERT ON habeas.breach_ack TO habeas_operator;
            GRANT UPDATE (outcome_seq, evidence_seq, evidence_head) ON habeas.incident TO habeas_operator;

            -- The breach worker brings incidents to the clients and carries their cases on, as the others do theirs.
            GRANT SELECT ON habeas.incident TO habeas_breach;
            GRANT UPDATE (spread, outcome_seq, evidence_seq, evidence_head) ON habeas.incident TO habeas_breach;
            GRANT SELECT ON habeas.case_file, habeas.case_group, habeas.event_secret, habeas.hold, habeas.deadline, habeas.case_pause,
              habeas.review, habeas.case_gate, habeas.message_attempt, habeas.outbox TO habeas_breach;
            GRANT INSERT ON habeas.case_file, habeas.event_secret TO habeas_breach;
            GRANT UPDATE (state, state_since, queue, outcome_seq, evidence_seq, evidence_head, client_id, extended_at, linked_to, answer_by,
              refusal, referral_prohibited) ON habeas.case_file TO habeas_breach;
            GRANT INSERT, UPDATE ON habeas.deadline TO habeas_breach;
            GRANT INSERT, UPDATE ON habeas.case_pause TO habeas_breach;
            GRANT UPDATE ON habeas.case_group TO habeas_breach;
            GRANT INSERT ON habeas.case_gate TO habeas_breach;
            GRANT INSERT ON habeas.review, habeas.evidence, habeas.outbox, habeas.parked_message TO habeas_breach;
            GRANT UPDATE (settled_at, verdict) ON habeas.review TO habeas_breach;
            GRANT SELECT, INSERT, DELETE ON habeas.outbox_pending TO habeas_breach;
            GRANT INSERT ON habeas.outbox_settlement TO habeas_breach;
            GRANT INSERT, UPDATE, DELETE ON habeas.message_attempt TO habeas_breach;
            GRANT SELECT (id, message_key) ON habeas.parked_message TO habeas_breach;
            GRANT SELECT (case_id) ON habeas.early_event TO habeas_breach;
            """
    )
}
