import ArgumentParser
import FoundationEssentials
import Postgres

/// `habeas suppressions list`
struct SuppressionsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists entries by their digests, the oldest first; never people.",
        discussion: """
            Example:
              habeas suppressions list --client acme --json
            """
    )

    @Option(help: "Only this client's.")
    var client: String?

    @Flag(help: "Lifted ones too.")
    var all = false

    @OptionGroup var most: LimitOptions

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await SuppressionsCheck.requireKnown(client, on: connection)
            return try await connection.query(
                """
                SELECT encode(lookup, 'hex'), nullif(client_id, ''), scope, since, case_id, lifted_at FROM habeas.suppression
                 WHERE (\(all) OR lifted_at IS NULL) AND (\(client)::text IS NULL OR client_id = \(client)::text)
                 ORDER BY since, lookup, scope LIMIT \(most.limit)
                """
            ).decode(String.self, String?.self, String.self, Date.self, UUID.self, Date?.self)
        }
        var table = TextTable("HASH", "CLIENT", "SCOPE", "SINCE", "REQUEST", "LIFTED", empty: "no suppressions")
        for (hash, client, scope, since, request, lifted) in rows {
            if common.json {
                StandardOutput.write([
                    "hash": .string(hash), "client": JSONValue(client), "scope": .string(scope),
                    "since": JSONValue(since), "request": JSONValue(request), "lifted_at": JSONValue(lifted),
                ])
            }
            table.add(String(hash.prefix(16)), client, scope, since.short, request.text, lifted?.short)
        }
        if !common.json { StandardOutput.write(table) }
    }
}
