import Postgres

extension Migration {
    /// People whose data the vendor itself controls are told of an incident (G13); why somebody was told late, or nobody at all.
    static let m0021OwnBreach = Migration(
        number: 21,
        name: "own_breach",
        sql: """
            -- What a person is called for about an incident as a whole.
            CREATE INDEX review_incident ON habeas.review (incident_id) WHERE incident_id IS NOT NULL;
            CREATE FUNCTION habeas.review_keeps_incident() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'a review is settled once and changes in nothing else'
                USING ERRCODE = 'object_not_in_prerequisite_state';
            END
            $body$;
            CREATE TRIGGER review_keeps_incident BEFORE UPDATE OF incident_id ON habeas.review FOR EACH ROW
              WHEN (NEW.incident_id IS DISTINCT FROM OLD.incident_id) EXECUTE FUNCTION habeas.review_keeps_incident();

            -- Why something about an incident was late, or not done at all (GDPR Art. 33(1), (5)): a person's words, and whose they are.
            CREATE TABLE habeas.breach_reason (
              id          uuid PRIMARY KEY,
              incident_id uuid NOT NULL REFERENCES habeas.incident (id),
              about       text NOT NULL,
              -- Of clients that were told late: those that it speaks of.
              clients     text[] NOT NULL DEFAULT '{}',
              reason      text NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 500),
              given_at    timestamptz NOT NULL,
              given_by    name NOT NULL DEFAULT session_user
            );
            CREATE INDEX breach_reason_incident ON habeas.breach_reason (incident_id);
            CREATE FUNCTION habeas.breach_reason_is_final() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'a reason that was given does not change' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER breach_reason_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON habeas.breach_reason
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.breach_reason_is_final();

            -- Letters to those people have a line of their own to the mail relay: neither letters nor clients' notices wait behind them.
            INSERT INTO habeas.target (id, in_flight) VALUES ('people:mail', 8);
            -- How far an incident was brought to them, once it was decided that they are told.
            CREATE TABLE habeas.own_people (
              incident_id uuid PRIMARY KEY REFERENCES habeas.incident (id),
              -- How many of the incident's phases they were looked for in.
              phases      integer NOT NULL,
              -- How many were named, once each; among them those without an address that takes mail, and those whose seal did not open.
              named       integer NOT NULL,
              unaddressed integer NOT NULL,
              unreadable  integer NOT NULL
            );
            -- One person: the case under which they are told. Name and address lie sealed under the case's id (event_secret).
            CREATE TABLE habeas.breach_person (
              case_id     uuid PRIMARY KEY,
              client_id   text CHECK (client_id IS NULL),
              incident_id uuid NOT NULL REFERENCES habeas.incident (id),
              -- Keyed digest of the address: nobody is told twice.
              lookup      bytea NOT NULL,
              -- What is said, sealed under this id (event_secret), the same to all who were found together.
              content_id  uuid NOT NULL,
              -- When the relay took the mail.
              told_at     timestamptz,
              -- It was decided otherwise before anything left. Where it is decided anew, the person gets another case.
              stopped_at  timestamptz
            ) WITH (fillfactor = 80);
            CREATE UNIQUE INDEX breach_person_once ON habeas.breach_person (incident_id, lookup) WHERE stopped_at IS NULL;
            CREATE INDEX breach_person_incident ON habeas.breach_person (incident_id);
            CREATE TRIGGER breach_person_belongs AFTER INSERT ON habeas.breach_person REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE FUNCTION habeas.breach_person_is_told() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              RAISE EXCEPTION 'when a person was told does not change' USING ERRCODE = 'insufficient_privilege';
            END
            $body$;
            CREATE TRIGGER breach_person_is_told BEFORE UPDATE OF told_at ON habeas.breach_person FOR EACH ROW
              WHEN (OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at)
              EXECUTE FUNCTION habeas.breach_person_is_told();

            GRANT SELECT ON habeas.breach_reason, habeas.own_people, habeas.breach_person
              TO habeas_breach, habeas_operator, habeas_auditor;
            GRANT INSERT (id, incident_id, about, clients, reason, given_at) ON habeas.breach_reason TO habeas_operator;
            GRANT INSERT ON habeas.own_people, habeas.breach_person TO habeas_breach;
            GRANT UPDATE (phases, named, unaddressed, unreadable) ON habeas.own_people TO habeas_breach;
            GRANT UPDATE (told_at, stopped_at) ON habeas.breach_person TO habeas_breach;
            """
    )
}
