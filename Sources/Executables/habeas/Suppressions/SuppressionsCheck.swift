import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas suppressions check`
struct SuppressionsCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says for what people may not be used any more, line by line; who asked is evidence.",
        discussion: """
            People are read as lines `type value` from a file or from standard input, and answered by the number of their line. Needs \
            the key file. Ask before data go to somebody else, and when data come in anew.

            Example:
              echo "email ada@example.org" | habeas suppressions check --client acme --identity-file - --json
            """
    )

    private static let most = 100_000
    private static let chunk = 5_000

    @Option(help: "At which client; leave it out for the processor's own visitors.")
    var client: String?

    @Option(help: ArgumentHelp("People, as lines `type value`; - for standard input.", valueName: "file"))
    var identityFile: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let ring = try KeyRing(file: configuration.required(.keysFile))
        let entries = try IdentityFile(path: identityFile, limit: Self.most).entries
        // Whatever key an entry was made with.
        let digests = ring.lookupKeys.map(KeyedDigest.init)
        let lookups = entries.map { entry in digests.map { $0.lookup(entry.identity, client: client) } }
        let scopes = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { try await check(lookups, on: $0) }
        }
        var table = TextTable("LINE", "TYPE", "SUPPRESSED FOR", empty: "nobody was asked about")
        for (entry, scopes) in zip(entries, scopes) {
            if common.json {
                StandardOutput.write([
                    "line": .integer(entry.line), "type": .string(entry.identity.type.rawValue),
                    "scopes": JSONValue(scopes),
                ])
            }
            table.add(
                String(entry.line),
                entry.identity.type.rawValue,
                scopes.isEmpty ? nil : scopes.joined(separator: ", ")
            )
        }
        if !common.json { StandardOutput.write(table) }
    }

    /// A mistyped client must not look like one where nobody is suppressed.
    static func requireKnown(_ client: String?, on connection: PostgresConnection) async throws {
        guard let client else { return }
        let known = try await connection.query("SELECT id FROM habeas.client WHERE id = \(client)")
        guard !known.isEmpty else { throw Failure("--client", "is not registered", "see habeas clients list") }
    }

    /// The scopes of each, and the fact that somebody asked.
    private func check(_ lookups: [[[UInt8]]], on connection: PostgresConnection) async throws -> [[String]] {
        try await Self.requireKnown(client, on: connection)
        let all = lookups.flatMap { $0 }
        var found: [[UInt8]: Set<String>] = [:]
        for start in stride(from: 0, to: all.count, by: Self.chunk) {
            let some = Array(all[start..<min(start + Self.chunk, all.count)])
            for (lookup, scope) in try await connection.query(Suppressions.found(among: some)).decode(
                [UInt8].self,
                String.self
            ) { found[lookup, default: []].insert(scope) }
        }
        let scopes = lookups.map { some in
            some.reduce(into: Set<String>()) { $0.formUnion(found[$1] ?? []) }.sorted()
        }
        let pen = try await EvidencePen(on: connection)
        var chain = try await EvidenceChain.ofInstallation(on: connection)
        let fact = pen.append("suppressions.checked", to: &chain) { body in
            body.member("client", client)
            body.member("identities", lookups.count)
            body.member("suppressed", scopes.count { !$0.isEmpty })
        }
        _ = try await connection.pipeline(fact)
        return scopes
    }
}
