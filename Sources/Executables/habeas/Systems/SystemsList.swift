import ArgumentParser
import Rights

/// `habeas systems list`
struct SystemsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the systems of the data map, with what is wrong with each and what takes that away.",
        discussion: """
            A flagged system gets no new data; what takes data away reaches it still. Flags depend on where a client is: \
            --client says them for one.

            Example:
              habeas systems list --client acme
            """
    )

    @Option(help: ArgumentHelp("Those that can hold data of this client.", valueName: "id"))
    var client: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let map = try await DatabaseSession.run(try common.configuration()) { connection in
            try await DataMapReading(client: client, on: connection)
        }
        var table = TextTable(
            "SYSTEM",
            "KIND",
            "REGION",
            "CONNECTOR",
            "MANDATORY",
            "LEVEL",
            "FLAGS",
            empty: "the data map is empty; see `habeas systems apply --help`"
        )
        var remedies = TextTable("FLAG", "OF", "NEW DATA", "ROW", "SOURCE", "REMEDY", empty: "")
        for flag in SystemFlag.allCases {
            let flagged = map.systems.filter { map.flags(of: $0).contains(flag) }.map(\.id)
            guard !flagged.isEmpty else { continue }
            remedies.add(
                flag.rawValue,
                flagged.joined(separator: ", "),
                flag.isBlocking ? "blocked" : "goes on",
                flag.obligation,
                flag.source,
                flag.remedy
            )
        }
        for system in map.systems {
            let flags = map.flags(of: system)
            if common.json {
                StandardOutput.write(.object(system.json + [("flags", .array(flags.map(\.json)))]))
            }
            table.add(
                system.id,
                system.kind.rawValue,
                system.region,
                system.connector == .none ? nil : system.connector.name,
                system.isMandatory ? "yes" : "no",
                system.isActedOn ? system.verification.rawValue : nil,
                flags.isEmpty ? nil : flags.map(\.rawValue).joined(separator: ", ")
            )
        }
        guard !common.json else { return }
        StandardOutput.write(table)
        guard map.systems.contains(where: { !map.flags(of: $0).isEmpty }) else { return }
        StandardOutput.write("")
        StandardOutput.write(remedies)
    }
}

extension DataSystem {
    /// All but how it is reached: a connector's section may name addresses inside.
    var json: [(String, JSONValue)] {
        [
            ("id", .string(id)), ("version", .integer(version)), ("title", .string(title)),
            ("kind", .string(kind.rawValue)), ("company", JSONValue(company)), ("service", JSONValue(service)),
            ("categories", JSONValue(categories)), ("purposes", JSONValue(purposes)), ("region", JSONValue(region)),
            (
                "mechanism",
                mechanism.map { ["kind": .string($0.kind.rawValue), "valid_until": .string("\($0.validUntil)")] }
                    ?? .null
            ),
            ("agreed_on", JSONValue(agreedOn?.description)),
            ("relationships", JSONValue(relationships.map(\.rawValue).sorted())),
            ("clients", JSONValue(clients.sorted())),
            ("connector", JSONValue(connector == .none ? nil : connector.name)),
            ("mandatory", .bool(isMandatory)), ("verification", .string(verification.rawValue)),
            ("after", JSONValue(after)), ("from", JSONValue(from)), ("grace", JSONValue(grace?.description)),
            ("backups", JSONValue(backups?.description)), ("retention", JSONValue(retention?.description)),
        ]
    }
}
