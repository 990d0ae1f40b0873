import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas suppressions lift`
struct SuppressionsLift: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift",
        abstract: "Lifts what a request suppressed: the person wants it again.",
        discussion: """
            A person's act, kept as evidence of the request. What a later request of the same person suppressed stays. The client is \
            not told by a message: tell it, where it was told of the entry.

            Example:
              habeas suppressions lift helpdesk/R-17 --reason "opted in again, T-881"
            """
    )

    @Argument(help: "The request that suppressed it: its id, or PUBLISHER/REF.")
    var request: CaseName

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try TaskReason.validate(reason) }

    func run() async throws {
        let lifted = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                var act = try await CaseAct(on: try await request.resolve(on: connection), connection)
                let rows = try await connection.query(Suppressions.lift(of: act.records.map(\.id), at: act.now))
                let entries = try rows.decode(UUID.self, String.self)
                guard !entries.isEmpty else {
                    throw Failure(
                        "request",
                        "has no suppression in force of its own",
                        "see `habeas suppressions list`; a later request of the same person may hold it"
                    )
                }
                for (id, mine) in Dictionary(grouping: entries, by: \.0) {
                    act.record("suppression.lifted", of: id) { body in
                        body.member("scopes", Set(mine.map(\.1)).sorted())
                        body.member("entries", mine.count)
                        body.member("reason", reason)
                    }
                }
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return entries
            }
        }
        let scopes = Set(lifted.map(\.1)).sorted()
        if common.json {
            StandardOutput.write([
                "requests": JSONValue(Set(lifted.map { $0.0.text }).sorted()), "scopes": JSONValue(scopes),
                "entries": .integer(lifted.count),
            ])
        } else {
            StandardOutput.write("\(lifted.count) entries lifted: \(scopes.joined(separator: ", "))")
        }
    }
}
