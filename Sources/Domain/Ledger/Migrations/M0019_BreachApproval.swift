import Postgres

extension Migration {
    /// The clients of an incident as a list that a person approves before anybody on it is told.
    static let m0019BreachApproval = Migration(
        number: 19,
        name: "breach_approval",
        sql: """
            -- One client that an incident affects, why, and with what numbers. Kept where a profile wants the list approved.
            CREATE TABLE habeas.breach_client (
              incident_id    uuid NOT NULL REFERENCES habeas.incident (id),
              client_id      text NOT NULL,
              -- The latest phase that names it; null where only the data map says that a system can hold its data.
              phase          integer,
              -- Systems of the incident that can hold its data.
              systems        text[] NOT NULL,
              subjects       bigint,
              records        bigint,
              -- Whether its people were listed and the list does not open.
              is_uncounted   boolean NOT NULL,
              aware_at       timestamptz NOT NULL,
              due_at         timestamptz,
              -- When a list with it was approved; from then on it is told of every phase.
              approved_at    timestamptz,
              PRIMARY KEY (incident_id, client_id)
            ) WITH (fillfactor = 80);

            -- What was to be approved: a version for each change. The digest is of all that the list says.
            CREATE TABLE habeas.breach_list (
              incident_id uuid NOT NULL REFERENCES habeas.incident (id),
              number      integer NOT NULL CHECK (number > 0),
              -- As of how many phases of the incident.
              phases      integer NOT NULL,
              -- How many on it wait, and how many were taken off it.
              clients     integer NOT NULL,
              excluded    integer NOT NULL,
              -- SHA-256, hexadecimal.
              digest      text NOT NULL,
              made_at     timestamptz NOT NULL,
              approved_at timestamptz,
              approved_by name,
              reason      text CHECK (octet_length(reason) BETWEEN 1 AND 500),
              PRIMARY KEY (incident_id, number),
              CHECK (num_nonnulls(approved_at, approved_by, reason) IN (0, 3))
            );

            -- Who was taken off a list, why and by whom. It stands until a phase names the client that had not done so then.
            CREATE TABLE habeas.breach_exclusion (
              incident_id uuid NOT NULL REFERENCES habeas.incident (id),
              client_id   text NOT NULL,
              phase       integer,
              reason      text NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 500),
              excluded_at timestamptz NOT NULL,
              excluded_by name NOT NULL,
              UNIQUE NULLS NOT DISTINCT (incident_id, client_id, phase)
            );

            -- Who has reported an incident with the command line: the login of the database beside that of the broker.
            CREATE TABLE habeas.breach_report (
              broker_user  text NOT NULL,
              incident_ref text NOT NULL,
              reported_by  name NOT NULL DEFAULT session_user,
              reported_at  timestamptz NOT NULL DEFAULT now(),
              PRIMARY KEY (broker_user, incident_ref, reported_by)
            );

            -- Who acted is the database's word. Only the latest list can be approved, once, by somebody who has not reported the incident;
            -- with it goes everybody who is on it then.
            CREATE FUNCTION habeas.breach_list_approved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              IF OLD.approved_at IS NOT NULL
                 OR EXISTS (SELECT FROM habeas.breach_list l WHERE l.incident_id = NEW.incident_id AND l.number > NEW.number) THEN
                RAISE EXCEPTION 'this list was approved, or is another one by now' USING ERRCODE = 'object_not_in_prerequisite_state';
              END IF;
              IF EXISTS (SELECT FROM habeas.breach_report r JOIN habeas.publisher p ON p.broker_user = r.broker_user
                           JOIN habeas.incident i ON i.publisher_id = p.id AND i.incident_ref = r.incident_ref
                          WHERE i.id = NEW.incident_id AND r.reported_by = session_user) THEN
                RAISE EXCEPTION 'who has reported an incident does not approve whom it affects' USING ERRCODE = 'insufficient_privilege';
              END IF;
              NEW.approved_at := habeas.domain_now();
              NEW.approved_by := session_user;
              UPDATE habeas.breach_client c SET approved_at = NEW.approved_at
               WHERE c.incident_id = NEW.incident_id AND c.approved_at IS NULL
                 AND NOT EXISTS (SELECT FROM habeas.breach_exclusion x WHERE x.incident_id = c.incident_id
                                  AND x.client_id = c.client_id AND x.phase IS NOT DISTINCT FROM c.phase);
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER breach_list_approved BEFORE UPDATE ON habeas.breach_list
              FOR EACH ROW EXECUTE FUNCTION habeas.breach_list_approved();
            CREATE FUNCTION habeas.breach_excluded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = pg_catalog AS $body$
            BEGIN
              IF NOT EXISTS (SELECT FROM habeas.breach_client c WHERE c.incident_id = NEW.incident_id
                              AND c.client_id = NEW.client_id AND c.phase IS NOT DISTINCT FROM NEW.phase AND c.approved_at IS NULL) THEN
                RAISE EXCEPTION 'only who waits on a list is taken off it' USING ERRCODE = 'object_not_in_prerequisite_state';
              END IF;
              NEW.excluded_at := habeas.domain_now();
              NEW.excluded_by := session_user;
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER breach_excluded BEFORE INSERT ON habeas.breach_exclusion
              FOR EACH ROW EXECUTE FUNCTION habeas.breach_excluded();
            CREATE TRIGGER breach_exclusion_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.breach_exclusion
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.breach_content_is_final();
            CREATE TRIGGER breach_list_is_kept BEFORE DELETE OR TRUNCATE ON habeas.breach_list
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.breach_content_is_final();
            CREATE FUNCTION habeas.breach_reported() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              NEW.reported_by := session_user;
              NEW.reported_at := habeas.domain_now();
              RETURN NEW;
            END
            $body$;
            CREATE TRIGGER breach_reported BEFORE INSERT ON habeas.breach_report
              FOR EACH ROW EXECUTE FUNCTION habeas.breach_reported();
            CREATE TRIGGER breach_report_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.breach_report
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.breach_content_is_final();

            -- A person can be called about an incident as a whole.
            ALTER TABLE habeas.review ADD COLUMN incident_id uuid REFERENCES habeas.incident (id);
            ALTER TABLE habeas.review DROP CONSTRAINT review_check3;
            ALTER TABLE habeas.review ADD CHECK (num_nonnulls(case_id, publisher_id, identity, incident_id) = 1);
            DROP INDEX habeas.review_open_source;
            CREATE UNIQUE INDEX review_open_source ON habeas.review (publisher_id, identity) NULLS NOT DISTINCT
              WHERE settled_at IS NULL AND case_id IS NULL AND incident_id IS NULL;
            CREATE UNIQUE INDEX review_open_incident ON habeas.review (incident_id, kind)
              WHERE settled_at IS NULL AND incident_id IS NOT NULL;

            -- Nobody says in the database's place that something was approved, or by whom.
            GRANT SELECT, DELETE ON habeas.breach_client TO habeas_breach;
            GRANT INSERT (incident_id, client_id, phase, systems, subjects, records, is_uncounted, aware_at, due_at)
              ON habeas.breach_client TO habeas_breach;
            GRANT UPDATE (phase, systems, subjects, records, is_uncounted, aware_at, due_at) ON habeas.breach_client TO habeas_breach;
            GRANT SELECT ON habeas.breach_list TO habeas_breach, habeas_operator;
            GRANT INSERT (incident_id, number, phases, clients, excluded, digest, made_at) ON habeas.breach_list
              TO habeas_breach, habeas_operator;
            GRANT UPDATE (approved_at, reason) ON habeas.breach_list TO habeas_operator;
            GRANT SELECT ON habeas.breach_exclusion TO habeas_breach;
            GRANT SELECT ON habeas.breach_exclusion TO habeas_operator;
            GRANT INSERT (incident_id, client_id, phase, reason) ON habeas.breach_exclusion TO habeas_operator;
            GRANT SELECT ON habeas.breach_client, habeas.breach_report TO habeas_operator;
            GRANT INSERT (broker_user, incident_ref) ON habeas.breach_report TO habeas_operator;
            GRANT SELECT ON habeas.breach_client, habeas.breach_list, habeas.breach_exclusion, habeas.breach_report TO habeas_auditor;
            """
    )
}
