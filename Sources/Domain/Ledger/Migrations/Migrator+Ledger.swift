package import Postgres

extension Migrator {
    /// The migrator of a Habeas database. Its own table lies outside of the schema that the first step makes.
    package static func ledger() throws -> Migrator {
        try Migrator(Migration.all, table: "habeas_migration")
    }
}
