import Postgres

extension Migration {
    /// What people hand in for copies.
    static let m0014Copies = Migration(
        number: 14,
        name: "copies",
        sql: """
            -- Files that a person has handed in with an answer, which lie sealed in the store: a JSON list of their names there, ids only.
            ALTER TABLE habeas.task_answer ADD COLUMN pieces text;
            """
    )
}
