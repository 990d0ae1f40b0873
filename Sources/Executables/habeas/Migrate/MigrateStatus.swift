import ArgumentParser
import Ledger
import Postgres

/// `habeas migrate status`
struct MigrateStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Compares the database with this version; exit code 1 if they differ.",
        discussion: """
            Example:
              habeas migrate status --json
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let migrator = try Migrator.ledger()
        let status = try await DatabaseSession.run(configuration) { try await migrator.status($0) }
        if common.json {
            StandardOutput.write([
                "current": .bool(status.isCurrent),
                "applied": .array(
                    status.applied.map {
                        [
                            "number": .integer($0.number), "name": .string($0.name),
                            "applied_at": JSONValue($0.appliedAt),
                        ]
                    }
                ),
                "pending": .array(status.pending.map { ["number": .integer($0.number), "name": .string($0.name)] }),
                "fault": JSONValue(status.fault?.description),
            ])
        } else {
            var table = TextTable("NUMBER", "NAME", "APPLIED", empty: "no migrations")
            for step in status.applied { table.add(String(step.number), step.name, step.appliedAt.short) }
            for step in status.pending { table.add(String(step.number), step.name, "pending") }
            StandardOutput.write(table)
        }
        if let fault = status.fault { throw Failure(fault) }
        guard status.isCurrent else {
            throw Failure("schema", "\(status.pending.count) migrations are missing", "run habeas migrate up")
        }
    }
}
