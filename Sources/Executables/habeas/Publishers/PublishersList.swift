import ArgumentParser
import Postgres

/// `habeas publishers list`
struct PublishersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the publishers and their rights.",
        discussion: """
            Example:
              habeas publishers list --json
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let publishers = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(StoredPublisher.select("ORDER BY id")).map(StoredPublisher.init)
        }
        var table = TextTable(
            "PUBLISHER",
            "LOGIN",
            "PROFILE",
            "STATE",
            "CLIENTS",
            "EVENT TYPES",
            "SOURCES",
            "PER SECOND",
            empty: "no publishers"
        )
        for publisher in publishers {
            if common.json { StandardOutput.write(publisher.json) }
            let said = publisher.declaration
            table.add(
                said.id,
                said.brokerUser,
                said.profile,
                publisher.revokedAt.map { "revoked \($0.short)" } ?? "active",
                said.clients.joined(separator: ","),
                said.eventTypes.joined(separator: ","),
                said.sourcePrefixes.joined(separator: ","),
                said.eventsPerSecond.map(String.init) ?? "no limit"
            )
        }
        if !common.json { StandardOutput.write(table) }
    }
}
