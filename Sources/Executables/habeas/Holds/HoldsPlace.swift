import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas holds place`
struct HoldsPlace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place",
        abstract: "Keeps erasures from going on; access and the answer go on (K18).",
        discussion: """
            On a request; or, with --client, on all of a client; or, with --identity-file, on people: at that client, else wherever \
            they are. The last two hold requests that come later, too, and the end of the client's contract. People are read from a \
            file or from standard input as lines `type value`, which needs the key file.

            Example:
              habeas holds place helpdesk/R-17 --ref LIT-4 --basis "proceedings 12 O 34/26" --reviewer legal --until 2027-06-30T00:00:00Z
              habeas holds place --client acme --ref LIT-5 --basis "proceedings 12 O 35/26" --reviewer legal
              echo "email ada@example.org" | habeas holds place --identity-file - --ref LIT-6 --basis "investigation 7" --reviewer legal
            """
    )

    /// As many as an event may name.
    private static let mostPeople = 50

    @Argument(help: "A request: its id, or PUBLISHER/REF.")
    var request: CaseName?

    @Option(help: "All of this client; with --identity-file, these people at it.")
    var client: String?

    @Option(help: ArgumentHelp("People, as lines `type value`; - for standard input.", valueName: "file"))
    var identityFile: String?

    @Option(help: "Your own name for the hold; lifted by it.")
    var ref: String

    @Option(help: "The legal basis. No personal data: it is kept as evidence.")
    var basis: String

    @Option(help: "Who reviews whether it is still needed; a role.")
    var reviewer: String

    @Option(help: ArgumentHelp("When it ends by itself.", valueName: "time"))
    var until: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (request != nil) != (client != nil || identityFile != nil) else {
            throw ValidationError("REQUEST, --client or --identity-file: give a request, or a client, people or both")
        }
    }

    func run() async throws {
        let end = try until.map { text in
            guard let time = EventTime.parse(text) else {
                throw Failure("--until", "is not a time", "write it as 2027-06-30T00:00:00Z", status: .usage)
            }
            return time
        }
        for (name, text) in [("--ref", ref), ("--basis", basis), ("--reviewer", reviewer)]
        where text.isEmpty || text.utf8.count > 500 {
            throw Failure(name, "is not 1 to 500 bytes long", "write a short text", status: .usage)
        }
        let configuration = try common.configuration()
        guard let request else { return try await placeWide(until: end, configuration) }
        let held = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                var act = try await CaseAct(on: try await request.resolve(on: connection), connection)
                if let end, end <= act.now {
                    throw Failure("--until", "has passed", "name a time that is to come", status: .usage)
                }
                try act.apply(.holdPlaced) { body in
                    body.member("hold_ref", ref)
                    body.member("basis", basis)
                    body.member("reviewer", reviewer)
                    body.member("until", end)
                }
                if let end { act.endHolds(at: end) }
                let rows = act.records.map { record in
                    Holds.place(
                        UUID.version7(at: act.now),
                        publisher: record.publisherID,
                        reference: ref,
                        client: record.clientID,
                        case: record.id,
                        at: act.now,
                        until: end
                    )
                }
                do {
                    _ = try await connection.pipeline(try await act.statements(on: connection) + rows)
                } catch let error as PostgresError where error.sqlState == .uniqueViolation {
                    throw Failure("--ref", "names another hold already", "choose another one")
                }
                return act.records.map(\.id)
            }
        }
        for id in held {
            if common.json {
                StandardOutput.write(["request": JSONValue(id), "hold_ref": .string(ref)])
            } else {
                StandardOutput.write("\(id.text) is held as \(ref)")
            }
        }
    }

    private func placeWide(until end: Date?, _ configuration: FleetConfiguration) async throws {
        let people = try identityFile.map { try IdentityFile(path: $0, limit: Self.mostPeople).entries.map(\.identity) }
        let hold = HoldPlace(
            ref: ref,
            basis: basis,
            reviewer: reviewer,
            until: end,
            client: client,
            people: people ?? [],
            ring: try people.map { _ in try KeyRing(file: configuration.required(.keysFile)) }
        )
        let id = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { try await hold.run(on: $0) }
        }
        if common.json {
            StandardOutput.write([
                "hold": JSONValue(id), "hold_ref": .string(ref), "client": JSONValue(client),
                "people": .integer(hold.people.count),
            ])
        } else {
            let whose = client.map { people == nil ? $0 : "\(hold.people.count) identities at \($0)" }
            StandardOutput.write("\(whose ?? "\(hold.people.count) identities") held as \(ref)")
        }
    }
}
