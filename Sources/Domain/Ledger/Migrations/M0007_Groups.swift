import Postgres

extension Migration {
    /// What several cases, or none yet, have in common: groups of cases, and cases that wait at a gate.
    static let m0007Groups = Migration(
        number: 7,
        name: "groups",
        sql: """
            -- One request about several people: a case each, one row here, one summary when the last of them has ended.
            -- Locked after its cases, in id order; whoever ends a case counts it here in the same transaction. It has no chain
            -- of evidence: every number follows from the chains of its cases, whose first fact names the group.
            CREATE TABLE habeas.case_group (
              id               uuid PRIMARY KEY,
              client_id        text,
              publisher_id     text NOT NULL,
              request_ref      text,
              reference        text,
              received_at      timestamptz NOT NULL,
              cases            integer NOT NULL CHECK (cases > 1),
              fulfilled        integer NOT NULL DEFAULT 0,
              partly_fulfilled integer NOT NULL DEFAULT 0,
              refused          integer NOT NULL DEFAULT 0,
              handed_over      integer NOT NULL DEFAULT 0,
              withdrawn        integer NOT NULL DEFAULT 0,
              lapsed           integer NOT NULL DEFAULT 0,
              completed_at     timestamptz,
              outcome_seq      integer NOT NULL DEFAULT 0,
              CHECK (fulfilled + partly_fulfilled + refused + handed_over + withdrawn + lapsed <= cases),
              CHECK ((completed_at IS NOT NULL)
                = (fulfilled + partly_fulfilled + refused + handed_over + withdrawn + lapsed = cases))
            ) WITH (fillfactor = 80);

            -- Cases that were not handed to their worker, because their client is suspended or lacks its addendum. A row goes
            -- when the gate opens (clients apply wakes the case then); one of a case that has ended means nothing any more.
            CREATE TABLE habeas.case_gate (
              case_id   uuid PRIMARY KEY,
              client_id text NOT NULL,
              queue     text NOT NULL,
              gates     text[] NOT NULL,
              since     timestamptz NOT NULL
            );
            CREATE INDEX case_gate_client ON habeas.case_gate (client_id, case_id);
            CREATE TRIGGER case_gate_belongs AFTER INSERT ON habeas.case_gate REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER case_gate_stays BEFORE UPDATE OF case_id, client_id ON habeas.case_gate FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();

            GRANT SELECT, INSERT, UPDATE ON habeas.case_group TO habeas_intake;
            GRANT SELECT, UPDATE ON habeas.case_group TO habeas_clock, habeas_operator;
            GRANT INSERT ON habeas.case_gate TO habeas_intake, habeas_clock;
            GRANT SELECT, INSERT, DELETE ON habeas.case_gate TO habeas_operator;
            GRANT SELECT ON habeas.case_group, habeas.case_gate TO habeas_auditor;
            """
    )
}
