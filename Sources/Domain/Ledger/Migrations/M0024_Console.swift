import Postgres

extension Migration {
    /// What the operators' console reads: figures over time, and a role that sees no more than it shows.
    static let m0024Console = Migration(
        number: 24,
        name: "console",
        sql: """
            -- One figure as it was in one minute, for plots. The clock writes them, whichever copy comes first, and forgets them
            -- after thirty days. `part` is the worker's queue where a figure is counted for each.
            CREATE TABLE habeas.figure_sample (
              -- Machine time, to the minute.
              at     timestamptz NOT NULL,
              figure text NOT NULL,
              part   text NOT NULL DEFAULT '',
              value  double precision NOT NULL,
              PRIMARY KEY (at, figure, part)
            );
            GRANT SELECT, INSERT, DELETE ON habeas.figure_sample TO habeas_clock;
            GRANT SELECT ON habeas.figure_sample TO habeas_operator, habeas_auditor;

            -- The attempts of the last hours, found without an index that grows with them.
            CREATE INDEX effect_attempt_ended ON habeas.effect_attempt USING brin (ended_at);

            DO $roles$
            BEGIN
              PERFORM pg_advisory_xact_lock(hashtext('habeas.roles'));
              IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'habeas_console') THEN
                BEGIN
                  CREATE ROLE habeas_console NOLOGIN;
                EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                END;
              END IF;
            END
            $roles$;
            -- Reads what its pages show, and writes nothing. No sealed words, no look-ups of people, no parameters of effects,
            -- no connectors of systems. Words of people in the bodies of facts its pages leave out.
            GRANT USAGE ON SCHEMA habeas TO habeas_console;
            GRANT SELECT ON habeas_migration, habeas.figure_sample, habeas.deadline, habeas.target, habeas.effect_attempt,
              habeas.evidence_unsealed, habeas.outbox_pending, habeas.outbox_settlement, habeas.breach_notice TO habeas_console;
            GRANT SELECT (play, play_offset) ON habeas.installation TO habeas_console;
            GRANT SELECT (id, client_id, kind, lane, role, right_asked, regulation, profile, profile_version, state, state_since,
              received_at, publisher_id, request_ref, subject_index, group_id, linked_to, refusal) ON habeas.case_file TO habeas_console;
            GRANT SELECT (id, queue, kind, target_id, subject_id, case_id, client_id, state, attempts, attempts_allowed, planned_at,
              next_attempt_at, held_at, outcome, cause, status, ended_at) ON habeas.effect TO habeas_console;
            GRANT SELECT (chain_id, seq, at, fact, actor, body) ON habeas.evidence TO habeas_console;
            GRANT SELECT (id, publisher_id, incident_ref, state, risk, phase, phases, spread, discovered_at, aware_at, received_at)
              ON habeas.incident TO habeas_console;
            GRANT SELECT (case_id, number) ON habeas.breach_content TO habeas_console;
            GRANT SELECT (incident_id, number, clients, approved_at) ON habeas.breach_list TO habeas_console;
            GRANT SELECT (id, kind, case_id, incident_id, opened_at, due_at, settled_at) ON habeas.review TO habeas_console;
            GRANT SELECT (id, field, fault, remedy, received_at, state) ON habeas.parked_message TO habeas_console;
            """
    )
}
