import ArgumentParser
import Fleet
import Foundation
import Ledger
import Postgres
import Rights

/// `habeas systems apply`
struct SystemsApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Takes the data map from a YAML list of systems.",
        discussion: """
            All or none. The list is the whole data map: a system that is not in it any more is retired, unless --keep-others. \
            Cases that began with a system end with it. What was changed is a fact in the installation's evidence. \
            deploy/systems.md says what each key means.

            Example:
              habeas systems apply systems.yaml --dry-run && habeas systems apply systems.yaml
            """
    )

    @Argument(help: ArgumentHelp("YAML list, or - for standard input.", valueName: "file"))
    var file: String

    @Flag(help: "Say what would be changed, and change nothing.")
    var dryRun = false

    @Flag(help: "Leave systems alone that are not in the list.")
    var keepOthers = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let text = try InputFile.text(file)
        // What the file alone shows is said without a database.
        if !keepOthers { _ = try SystemFile.entries(text, path: InputFile.name(file)) }
        let change = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { try await apply(text, on: $0) }
        }
        common.json ? change.writeJSON(isApplied: !dryRun) : change.writeTable(isApplied: !dryRun)
    }

    private nonisolated(nonsending) func apply(
        _ text: String,
        on connection: PostgresConnection
    ) async throws -> DataMapChange {
        try await connection.query("SELECT pg_advisory_xact_lock(hashtext('habeas.registry'))")
        let stored = try await connection.query(
            "SELECT id, version, body, place, retired_at IS NOT NULL AS retired FROM habeas.system ORDER BY place, id"
        ).map(DataMapChange.Stored.init)
        let clients = try await connection.query("SELECT id FROM habeas.client").decode(as: String.self)
        let pen = try await EvidencePen(on: connection)
        let others = keepOthers ? stored.filter { !$0.isRetired }.compactMap(\.system) : []
        let entries = try SystemFile.entries(
            text,
            path: InputFile.name(file),
            beside: others,
            clients: Set(clients)
        )
        let change = DataMapChange(
            entries,
            over: stored,
            keepsOthers: keepOthers,
            on: Place.unknown.day(of: pen.now)
        )
        guard !dryRun, !change.isEmpty else { return change }
        var chain = try await EvidenceChain.ofInstallation(on: connection)
        _ = try await connection.pipeline(
            change.statements(at: pen.now) + SystemTargets.statements(entries.map(\.system))
                + pen.append("systems.applied", to: &chain) { change.write(to: &$0) }
        )
        return change
    }
}
