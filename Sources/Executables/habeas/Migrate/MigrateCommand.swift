import ArgumentParser
import Ledger
import Postgres

/// The schema of the database.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the database to the schema of this version.",
        discussion: """
            Needs the login that owns the database. Old and new workers run side by side during a migration.

            Example:
              HABEAS_DATABASE_URL=postgresql://owner@db/habeas habeas migrate up
            """,
        subcommands: [MigrateUp.self, MigrateStatus.self, MigratePrint.self]
    )
}

extension Failure {
    init(_ error: MigrationError) {
        let parts = error.description.split(separator: ": ", maxSplits: 1).map(String.init)
        self.init(
            "schema",
            parts[0],
            parts.count > 1 ? parts[1] : "run habeas migrate status",
            status: error.code == .failed ? .refused : .configuration
        )
    }
}
