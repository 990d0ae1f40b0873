import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas holds place`
struct HoldsPlace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place",
        abstract: "Keeps a request's erasure from going on; access and the answer go on (K18).",
        discussion: """
            Example:
              habeas holds place helpdesk/R-17 --ref LIT-4 --basis "proceedings 12 O 34/26" --reviewer legal --until 2027-06-30T00:00:00Z
            """
    )

    @Argument(help: "A request: its id, or PUBLISHER/REF.")
    var request: CaseName

    @Option(help: "Your own name for the hold; lifted by it.")
    var ref: String

    @Option(help: "The legal basis. No personal data: it is kept as evidence.")
    var basis: String

    @Option(help: "Who reviews whether it is still needed; a role.")
    var reviewer: String

    @Option(help: ArgumentHelp("When it ends by itself.", valueName: "time"))
    var until: String?

    @OptionGroup var common: CommonOptions

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
        let held = try await DatabaseSession.run(try common.configuration()) { connection in
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
}
