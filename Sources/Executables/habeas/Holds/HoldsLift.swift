import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas holds lift`
struct HoldsLift: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift",
        abstract: "Lifts a hold: what it kept waiting goes on, under the original dates.",
        discussion: """
            Without a request it is one on a client or on people.

            Example:
              habeas holds lift helpdesk/R-17 --ref LIT-4 --reason "settled"
              habeas holds lift --ref LIT-5 --reason "settled"
            """
    )

    @Argument(help: "A request: its id, or PUBLISHER/REF.")
    var request: CaseName?

    @Option(help: "The name it was placed under.")
    var ref: String

    @Option(help: "Whose hold, where several have this name and no request.")
    var publisher: String?

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard request == nil || publisher == nil else {
            throw ValidationError("--publisher: says nothing of a request's hold; leave one of them out")
        }
    }

    func run() async throws {
        let configuration = try common.configuration()
        guard let request else {
            let lift = HoldLift(ref: ref, publisher: publisher, reason: reason)
            try await DatabaseSession.run(configuration) { connection in
                try await connection.transaction { try await lift.run(on: $0) }
            }
            if common.json {
                StandardOutput.write(["hold_ref": .string(ref)])
            } else {
                StandardOutput.write("\(ref) is lifted")
            }
            return
        }
        let lifted = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                var act = try await CaseAct(on: try await request.resolve(on: connection), connection)
                let ids = act.records.map(\.id)
                let rows = try await connection.query(
                    """
                    UPDATE habeas.hold SET lifted_at = \(act.now)
                     WHERE case_id = ANY(\(ids)::uuid[]) AND hold_ref = \(ref) AND lifted_at IS NULL
                    RETURNING id
                    """
                )
                guard !rows.isEmpty else {
                    throw Failure("--ref", "is no hold in place on this request", "see `habeas holds list`")
                }
                let left = try await connection.query(Holds.open(on: ids)).decode(UUID.self, UUID.self, Date?.self)
                act.keepHeld(Set(left.map(\.0)))
                try act.apply(.holdLifted) { body in
                    body.member("hold_ref", ref)
                    body.member("reason", reason)
                }
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return ids
            }
        }
        for id in lifted {
            if common.json {
                StandardOutput.write(["request": JSONValue(id), "hold_ref": .string(ref)])
            } else {
                StandardOutput.write("\(id.text) is no longer held as \(ref)")
            }
        }
    }
}
