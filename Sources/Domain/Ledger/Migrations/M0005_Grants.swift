import Postgres

extension Migration {
    /// What each role may touch. A later migration that makes a table grants it there.
    static let m0005Grants = Migration(
        number: 5,
        name: "grants",
        sql: """
            GRANT SELECT ON habeas.installation, habeas.client, habeas.publisher, habeas.profile, habeas.holiday_calendar
              TO habeas_intake, habeas_referral, habeas_export, habeas_erasure, habeas_breach, habeas_clock, habeas_gateway;
            GRANT EXECUTE ON FUNCTION habeas.domain_now() TO PUBLIC;
            -- Every worker compares the schema with what it was built for, and refuses to start on another one.
            GRANT SELECT ON habeas_migration TO habeas_intake, habeas_referral, habeas_export, habeas_erasure, habeas_breach,
              habeas_clock, habeas_gateway, habeas_operator, habeas_auditor;

            -- Intake: opens and folds; it reads no evidence back and deletes nothing but what waited for it.
            GRANT SELECT, INSERT, DELETE ON habeas.inbox TO habeas_intake;
            GRANT SELECT, INSERT, UPDATE ON habeas.case_file, habeas.incident, habeas.hold, habeas.deadline,
              habeas.message_attempt TO habeas_intake;
            GRANT SELECT, INSERT, UPDATE ON habeas.case_pause TO habeas_intake, habeas_clock;
            GRANT SELECT, INSERT ON habeas.case_secret, habeas.event_secret TO habeas_intake;
            GRANT UPDATE (client_id, kek_id, wrapped_key, payload) ON habeas.case_secret TO habeas_intake;
            GRANT SELECT, INSERT, DELETE ON habeas.case_identity, habeas.early_event TO habeas_intake;
            GRANT DELETE ON habeas.message_attempt TO habeas_intake;
            GRANT SELECT, INSERT ON habeas.parked_message TO habeas_intake;
            GRANT UPDATE (evidence_seq, evidence_head, state, resolved_at, resolution, field, fault, remedy, origin, replay_at)
              ON habeas.parked_message TO habeas_intake;
            GRANT UPDATE (evidence_seq, evidence_head) ON habeas.client, habeas.installation TO habeas_intake;
            GRANT SELECT, INSERT ON habeas.outbox TO habeas_intake;
            GRANT SELECT, INSERT, DELETE ON habeas.outbox_pending TO habeas_intake, habeas_clock;
            GRANT INSERT ON habeas.outbox_settlement TO habeas_intake, habeas_clock;
            GRANT INSERT ON habeas.evidence TO habeas_intake;

            -- Clock: relays, parks, keeps house.
            GRANT SELECT ON habeas.outbox TO habeas_clock;
            GRANT UPDATE (attempts, next_attempt_at) ON habeas.outbox_pending TO habeas_clock;
            GRANT EXECUTE ON FUNCTION habeas.maintain_outbox(integer, interval) TO habeas_clock;
            GRANT SELECT, INSERT, UPDATE ON habeas.parked_message, habeas.deadline TO habeas_clock;
            GRANT SELECT, UPDATE, DELETE ON habeas.early_event TO habeas_clock;
            GRANT SELECT, INSERT, UPDATE, DELETE ON habeas.message_attempt TO habeas_clock;
            GRANT SELECT, DELETE ON habeas.inbox TO habeas_clock;
            GRANT INSERT ON habeas.outbox, habeas.evidence TO habeas_clock;
            GRANT SELECT ON habeas.case_file, habeas.incident, habeas.hold TO habeas_clock;
            -- Fires deadlines: a case may lapse or be handed over, a hold may end, the words of a closed case go.
            GRANT UPDATE (client_id, state, state_since, queue, outcome_seq, evidence_seq, evidence_head, extended_at, linked_to)
              ON habeas.case_file TO habeas_clock;
            GRANT UPDATE (outcome_seq, evidence_seq, evidence_head) ON habeas.incident TO habeas_clock;
            GRANT UPDATE (lifted_at) ON habeas.hold TO habeas_clock;
            -- It destroys words it may not read.
            GRANT SELECT (case_id), DELETE ON habeas.case_secret, habeas.case_identity TO habeas_clock;
            GRANT SELECT (subject_id), DELETE ON habeas.event_secret TO habeas_clock;
            GRANT EXECUTE ON FUNCTION habeas.play_until(timestamptz) TO habeas_clock, habeas_operator;
            REVOKE EXECUTE ON FUNCTION habeas.maintain_outbox(integer, interval) FROM PUBLIC;

            -- People: operators run the command line, auditors only read, and no payloads.
            GRANT SELECT ON ALL TABLES IN SCHEMA habeas TO habeas_operator;
            GRANT INSERT, UPDATE ON habeas.client, habeas.publisher TO habeas_operator;
            GRANT INSERT ON habeas.profile TO habeas_operator;
            GRANT INSERT, UPDATE ON habeas.holiday_calendar TO habeas_operator;
            GRANT INSERT, UPDATE ON habeas.hold, habeas.case_pause TO habeas_operator;
            GRANT UPDATE (topology_digest, evidence_seq, evidence_head) ON habeas.installation TO habeas_operator;
            GRANT UPDATE (state, resolved_at, resolved_by, resolution, evidence_seq, evidence_head)
              ON habeas.parked_message TO habeas_operator;
            GRANT INSERT, UPDATE ON habeas.deadline TO habeas_operator;
            GRANT UPDATE (client_id, state, state_since, queue, outcome_seq, evidence_seq, evidence_head, extended_at, linked_to)
              ON habeas.case_file TO habeas_operator;
            GRANT INSERT ON habeas.evidence, habeas.outbox, habeas.outbox_pending TO habeas_operator;
            GRANT SELECT ON habeas.installation, habeas.client, habeas.publisher, habeas.case_file, habeas.incident,
              habeas.hold, habeas.deadline, habeas.case_pause, habeas.profile, habeas.holiday_calendar, habeas.inbox, habeas.outbox, habeas.outbox_pending,
              habeas.outbox_settlement, habeas.outbox_state, habeas.evidence, habeas.evidence_unsealed
              TO habeas_auditor;
            -- What an auditor needs of the tables that hold sealed words: everything but the words.
            GRANT SELECT (id, chain_id, origin, queue, publisher_id, event_type, field, fault, remedy, received_at, body_size,
              truncated, state, resolved_at, resolved_by, resolution, expires_at, replay_at, evidence_seq, evidence_head)
              ON habeas.parked_message TO habeas_auditor;
            GRANT SELECT (id, publisher_id, request_ref, case_id, event_type, received_at, expires_at)
              ON habeas.early_event TO habeas_auditor;
            """
    )
}
