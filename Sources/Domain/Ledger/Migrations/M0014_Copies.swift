import Postgres

extension Migration {
    /// What is under way of copies, found among all that ever were; what people hand in for them; and those that wait for a look at many
    /// requests.
    static let m0014Copies = Migration(
        number: 14,
        name: "copies",
        sql: """
            -- What `habeas status` asks every few seconds.
            CREATE INDEX export_collecting ON habeas.export (begun_at) WHERE state = 'collecting';

            -- Files that a person has handed in with an answer, which lie sealed in the store: a JSON list of their names there, ids only.
            ALTER TABLE habeas.task_answer ADD COLUMN pieces text;

            -- Copies that are not begun before a person has looked at many requests from one publisher, or about one person (A6).
            CREATE TABLE habeas.export_wait (
              case_id   uuid PRIMARY KEY,
              client_id text,
              review_id uuid NOT NULL REFERENCES habeas.review (id),
              since     timestamptz NOT NULL,
              -- What the copy is refused for, by the person's word; none where it goes on.
              refusal   text
            );
            CREATE INDEX export_wait_review ON habeas.export_wait (review_id);
            CREATE TRIGGER export_wait_belongs AFTER INSERT ON habeas.export_wait REFERENCING NEW TABLE AS written
              FOR EACH STATEMENT EXECUTE FUNCTION habeas.belongs_to_case();
            CREATE TRIGGER export_wait_stays BEFORE UPDATE OF case_id, client_id ON habeas.export_wait FOR EACH ROW
              WHEN (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.client_id IS DISTINCT FROM OLD.client_id)
              EXECUTE FUNCTION habeas.stays_with_case();
            GRANT SELECT, INSERT, DELETE ON habeas.export_wait TO habeas_export;
            GRANT SELECT, UPDATE (refusal) ON habeas.export_wait TO habeas_operator;
            GRANT SELECT ON habeas.export_wait TO habeas_auditor, habeas_clock;
            """
    )
}
