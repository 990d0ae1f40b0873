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
            deploy/systems.md says what each key means. Each own app that gets tasks (amqp) gets a queue for them, habeas.tasks.ID, \
            that the login app-ID may read where there is one. Open cases that no plan could be made for are looked at again.

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

    @Flag(help: "Change the database only; topology apply makes the queues of apps later.")
    var withoutBroker = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let text = try InputFile.text(file)
        // What the file alone shows is said without a database.
        let others = keepOthers ? try await DatabaseSession.run(configuration, Self.others) : []
        let entries = try SystemFile.entries(text, path: InputFile.name(file), beside: others)
        let apps = entries.map(\.system).filter { system in
            if case .amqp = system.connector { true } else { false }
        }
        // First the queues, so that the first task finds one.
        if !apps.isEmpty, !dryRun, !withoutBroker {
            try await TaskQueues(configuration).declare(systems: apps.map(\.id))
        }
        let change = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { try await apply(text, on: $0) }
        }
        common.json ? change.writeJSON(isApplied: !dryRun) : change.writeTable(isApplied: !dryRun)
    }

    /// The systems that there are.
    private static func others(on connection: PostgresConnection) async throws -> [DataSystem] {
        try kept(try await stored(on: connection))
    }

    /// Those that stay as they are: each has to be read, since what is applied may refer to it.
    private static func kept(_ stored: [DataMapChange.Stored]) throws -> [DataSystem] {
        try stored.filter { !$0.isRetired }.map { old in
            guard let system = old.system else {
                throw Failure(
                    "--keep-others",
                    "keeps system \(old.id), which this version cannot read",
                    "apply the whole list, or use a version at least as new as the one that stored it"
                )
            }
            return system
        }
    }

    private static func stored(on connection: PostgresConnection) async throws -> [DataMapChange.Stored] {
        try await connection.query(
            "SELECT id, version, body, place, retired_at IS NOT NULL AS retired FROM habeas.system ORDER BY place, id"
        ).map(DataMapChange.Stored.init)
    }

    private nonisolated(nonsending) func apply(
        _ text: String,
        on connection: PostgresConnection
    ) async throws -> DataMapChange {
        try await connection.query("SELECT pg_advisory_xact_lock(hashtext('habeas.registry'))")
        let stored = try await Self.stored(on: connection)
        let clients = try await connection.query("SELECT id FROM habeas.client").decode(as: String.self)
        let pen = try await EvidencePen(on: connection)
        let others = keepOthers ? try Self.kept(stored) : []
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
                + Self.wakes(try await Self.waiting(on: connection), at: pen.now)
        )
        return change
    }

    /// Open cases of the workers that act at systems that have no plan: there was no data map, or none by which one could be made.
    private static func waiting(on connection: PostgresConnection) async throws -> [(id: UUID, queue: WorkQueue)] {
        try await connection.query(
            """
            SELECT c.id, c.right_asked, c.lane FROM habeas.case_file c
             WHERE c.state = 'in_progress' AND (c.right_asked IS NOT NULL OR c.kind = 'disclosure') AND c.linked_to IS NULL
               AND NOT EXISTS (SELECT FROM habeas.fan_out f WHERE f.case_id = c.id)
             ORDER BY c.id
            """
        )
        .decode(UUID.self, String?.self, String.self)
        .compactMap { id, right, lane in
            guard let lane = Lane(rawValue: lane) else { return nil }
            return (
                id, CaseMachine(state: .inProgress, lane: lane, right: right.flatMap(Right.init)).worker
            )
        }
    }

    private static func wakes(_ cases: [(id: UUID, queue: WorkQueue)], at now: Date) -> [SQL] {
        var wakeUps = WakeUps()
        for (id, queue) in cases { wakeUps.wake(queue, for: id) }
        var outbox = OutboxWrites(grace: .zero)
        for row in wakeUps.rows(at: now) {
            var row = row
            // The relay takes rows by the machine's time.
            row.createdAt = Date()
            outbox.add(row)
        }
        return outbox.statements
    }
}
