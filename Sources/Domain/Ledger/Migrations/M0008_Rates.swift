import Postgres

extension Migration {
    /// How far each publisher with a rate has used it up.
    static let m0008Rates = Migration(
        number: 8,
        name: "rates",
        sql: """
            -- One row a publisher that has a rate and has sent something: when its next event has its turn, machine time; a
            -- time that has passed means that nothing waits. Intake takes turns from it after its locks of cases.
            CREATE TABLE habeas.publisher_rate (
              publisher_id text PRIMARY KEY,
              next_at      timestamptz NOT NULL
            ) WITH (fillfactor = 50);

            GRANT SELECT, INSERT, UPDATE ON habeas.publisher_rate TO habeas_intake;
            GRANT SELECT ON habeas.publisher_rate TO habeas_clock, habeas_operator, habeas_auditor;
            """
    )
}
