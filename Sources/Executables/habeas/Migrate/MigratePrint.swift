import ArgumentParser
import Ledger
import Postgres

/// `habeas migrate print`
struct MigratePrint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print",
        abstract: "Prints the SQL of the migrations, for review or for applying it by hand.",
        discussion: """
            Example:
              habeas migrate print --from 3 | less
            """
    )

    @Option(help: "The first migration to print.")
    var from = 1

    @OptionGroup var common: CommonOptions

    func run() throws {
        for migration in Migration.all where migration.number >= from {
            if common.json {
                StandardOutput.write([
                    "number": .integer(migration.number), "name": .string(migration.name),
                    "sql": .string(migration.sql),
                ])
            } else {
                StandardOutput.write("-- \(migration.number) \(migration.name)\n\(migration.sql)\n")
            }
        }
    }
}
