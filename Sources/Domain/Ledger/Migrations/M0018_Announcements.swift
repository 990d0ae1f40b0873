import Postgres

extension Migration {
    /// What all clients are told of before it takes effect, and what they object to.
    static let m0018Announcements = Migration(
        number: 18,
        name: "announcements",
        sql: """
            -- A change of which clients are told. Its words lie sealed under the same id (event_secret), and never change.
            CREATE TABLE habeas.announcement (
              id              uuid PRIMARY KEY,
              kind            text NOT NULL,
              -- Who is told that it was told, and under whose statement it goes out.
              publisher_id    text NOT NULL REFERENCES habeas.publisher (id),
              -- The statement that changes.
              profile         text,
              profile_version integer,
              -- The system of the data map that is new.
              system_id       text,
              effective_on    date NOT NULL,
              -- The days for objections; null: as statements and agreements say.
              window_days     integer CHECK (window_days > 0),
              -- None named: everybody.
              clients         text[] NOT NULL DEFAULT '{}',
              -- SHA-256 of the words, hexadecimal.
              digest          text NOT NULL,
              announced_at    timestamptz NOT NULL,
              announced_by    name NOT NULL DEFAULT session_user,
              -- When each of its clients had a case; null while that is being worked out.
              spread_at       timestamptz,
              -- SHA-256 of all that is told, from when and to whom: the same command given twice tells nobody twice.
              fingerprint     bytea NOT NULL UNIQUE
            );

            -- What one client is told: the case under which it is.
            CREATE TABLE habeas.announcement_notice (
              case_id         uuid PRIMARY KEY,
              client_id       text NOT NULL,
              announcement_id uuid NOT NULL REFERENCES habeas.announcement (id),
              -- When it reached the client: a 2xx, a 250, a confirm, or a person's word. Its window begins then.
              told_at         timestamptz,
              -- Until when it may object; null before it was told.
              objections_until timestamptz,
              UNIQUE (announcement_id, client_id)
            ) WITH (fillfactor = 80);
            CREATE TRIGGER announcement_notice_belongs AFTER INSERT ON habeas.announcement_notice REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER announcement_notice_stays BEFORE UPDATE OF case_id, client_id ON habeas.announcement_notice FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            -- When a client was told is a fact, and its window with it.
            CREATE TRIGGER announcement_is_told BEFORE UPDATE OF told_at, objections_until ON habeas.announcement_notice FOR EACH ROW
              WHEN ((OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at)
                OR (OLD.objections_until IS NOT NULL AND NEW.objections_until IS DISTINCT FROM OLD.objections_until))
              EXECUTE FUNCTION habeas.breach_is_told();

            -- That a client objects. Who says so and why lies sealed with the event of this id.
            CREATE TABLE habeas.announcement_objection (
              id          uuid PRIMARY KEY,
              case_id     uuid NOT NULL,
              client_id   text NOT NULL,
              received_at timestamptz NOT NULL
            );
            CREATE INDEX announcement_objection_case ON habeas.announcement_objection (case_id);
            CREATE TRIGGER announcement_objection_belongs AFTER INSERT ON habeas.announcement_objection
              REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();

            GRANT SELECT ON habeas.announcement, habeas.announcement_notice, habeas.announcement_objection
              TO habeas_breach, habeas_operator, habeas_auditor;
            GRANT INSERT (id, kind, publisher_id, profile, profile_version, system_id, effective_on, window_days, clients, digest,
              announced_at, fingerprint) ON habeas.announcement TO habeas_operator;
            GRANT UPDATE (spread_at) ON habeas.announcement TO habeas_breach;
            GRANT INSERT ON habeas.announcement_notice TO habeas_breach;
            GRANT UPDATE (told_at, objections_until) ON habeas.announcement_notice TO habeas_breach;
            GRANT SELECT ON habeas.announcement_notice TO habeas_intake;
            GRANT SELECT, INSERT ON habeas.announcement_objection TO habeas_intake;
            """
    )
}
