import ArgumentParser
import Ledger
import Postgres

/// `habeas migrate up`
struct MigrateUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Applies the migrations that are missing.",
        discussion: """
            Each migration is a transaction of its own; running it again does nothing.

            Example:
              habeas migrate up
              habeas migrate up --play     # a new database for demo, tests and rehearsals, whose time can be moved
            """
    )

    @Flag(
        help:
            "Make a database whose domain time can be moved. Only together with its creation: real cases never live in one."
    )
    var play = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let migrator = try Migrator.ledger()
        try await DatabaseSession.run(configuration, statementTimeout: .zero) { connection in
            if play { try await refuseExisting(connection, migrator) }
            let applied = try await migrator.up(connection) { migration in
                if !common.json { StandardOutput.write("applying \(migration.number) \(migration.name)") }
            }
            if play, applied.first?.number == 1 {
                try await connection.query("UPDATE habeas.installation SET play = true")
            }
            let isPlay = try await connection.query("SELECT play FROM habeas.installation").only.decode(
                0,
                as: Bool.self
            )
            report(applied, version: migrator.migrations.count, isPlay: isPlay)
        }
    }

    /// A database that holds cases never becomes one whose clock can be moved.
    private func refuseExisting(_ connection: PostgresConnection, _ migrator: Migrator) async throws {
        guard try await !migrator.status(connection).applied.isEmpty else { return }
        let rows = try await connection.query("SELECT play FROM habeas.installation")
        guard try rows.only.decode(0, as: Bool.self) else {
            throw Failure("--play", "this database exists already", "use a new database, or leave --play out")
        }
    }

    private func report(_ applied: [Migration], version: Int, isPlay: Bool) {
        if common.json {
            StandardOutput.write([
                "version": .integer(version), "applied": .array(applied.map { .integer($0.number) }),
                "play": .bool(isPlay),
            ])
        } else {
            let change = applied.isEmpty ? "nothing to apply" : "\(applied.count) applied"
            StandardOutput.write("\(change); the schema is at version \(version)\(isPlay ? " (play)" : "")")
        }
    }
}
