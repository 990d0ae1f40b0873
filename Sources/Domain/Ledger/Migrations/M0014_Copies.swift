import Postgres

extension Migration {
    /// What people hand in for copies; and those that are under way, found among all that ever were.
    static let m0014Copies = Migration(
        number: 14,
        name: "copies",
        sql: """
            -- What `habeas status` asks every few seconds.
            CREATE INDEX export_collecting ON habeas.export (begun_at) WHERE state = 'collecting';

            -- Files that a person has handed in with an answer, which lie sealed in the store: a JSON list of their names there, ids only.
            ALTER TABLE habeas.task_answer ADD COLUMN pieces text;
            """
    )
}
