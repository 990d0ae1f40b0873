import Postgres

extension Migration {
    /// Lists of the people whom an incident concerns, client by client; whether the vendor is a covered entity's agent.
    static let m0020BreachPeople = Migration(
        number: 20,
        name: "breach_people",
        sql: """
            -- What the vendor has discovered a covered entity has discovered, where the vendor is its agent (45 CFR 164.404(a)(2)).
            ALTER TABLE habeas.client ADD COLUMN hipaa_agent boolean NOT NULL DEFAULT true;
            CREATE TRIGGER client_agent_changed AFTER UPDATE OF hipaa_agent ON habeas.client
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.registry_changed();

            -- A list of one client's people, as far as they were known when it was made: those of the lists before it, and those that
            -- the phases named here have brought. Their sealed identities lie beside it, sealed under the same id (event_secret), and
            -- the export of this id is what the client gets.
            CREATE TABLE habeas.breach_people (
              id           uuid PRIMARY KEY,
              case_id      uuid NOT NULL,
              client_id    text NOT NULL,
              number       integer NOT NULL CHECK (number > 0),
              phases       integer[] NOT NULL CHECK (cardinality(phases) > 0),
              made_at      timestamptz NOT NULL,
              -- It was a false alarm: nobody gets it any more.
              withdrawn_at timestamptz,
              -- The number of what the client was told when it was ready.
              said_in      integer,
              UNIQUE (case_id, number)
            );
            CREATE TRIGGER breach_people_belongs AFTER INSERT ON habeas.breach_people REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER breach_people_stays BEFORE UPDATE OF case_id, client_id ON habeas.breach_people FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();

            -- The number of the list that an export is; null where it is a copy of what is held about a person. A case has one copy at
            -- most that is not over, and one export of each of its lists.
            ALTER TABLE habeas.export ADD COLUMN list integer CHECK (list > 0);
            DROP INDEX habeas.export_case;
            CREATE UNIQUE INDEX export_case ON habeas.export (case_id, coalesce(list, 0)) WHERE state <> 'expired';

            GRANT SELECT ON habeas.breach_people TO habeas_breach, habeas_export, habeas_operator, habeas_auditor;
            GRANT INSERT, UPDATE (withdrawn_at, said_in) ON habeas.breach_people TO habeas_breach;
            -- Whether a list can be fetched, until when, and what its digest is.
            GRANT SELECT (id, state, sha256, expires_at) ON habeas.export TO habeas_breach;
            """
    )
}
