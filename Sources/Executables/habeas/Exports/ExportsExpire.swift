import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas exports expire`
struct ExportsExpire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "Ends an export before its time: its key is destroyed, its files are deleted.",
        discussion: """
            A person's act, kept as evidence of the request. The export worker does it within seconds.

            Example:
              habeas exports expire 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --reason "fetched, ticket 4711"
            """
    )

    @Argument(help: "The export's id, or its request's.")
    var name: ExportName

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try TaskReason.validate(reason) }

    func run() async throws {
        let id = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                let found = try await name.resolve(on: connection)
                // A list of an incident's people may never come to be ready: its case waits for it.
                guard found.state == .ready || (found.state == .collecting && found.list != nil) else {
                    throw Failure(
                        "export",
                        found.state == .expired ? "is over already" : "is still being collected",
                        found.state == .expired ? "nothing is left to be ended" : "withdraw the request instead"
                    )
                }
                guard found.handOver.map({ $0.state == .done || $0.state == .left }) ?? true else {
                    throw Failure(
                        "export",
                        "is being handed over to another controller",
                        "settle its task `hand_over_stuck`, or withdraw the request, first"
                    )
                }
                var act = try await CaseAct(on: [found.caseID], connection)
                guard act.records.allSatisfy({ $0.kind != .disclosure || $0.state.isFinal }) else {
                    throw Failure(
                        "export",
                        "is what an authority is to get (K23)",
                        "hand it over with `habeas disclosures hand-over`, or withdraw the demand, first"
                    )
                }
                act.record("export.ended_by_person") { body in
                    body.member("export", found.id)
                    body.member("reason", reason)
                }
                act.tell(.export)
                let ends: SQL = "UPDATE habeas.export SET expires_at = \(act.now) WHERE id = \(found.id)"
                _ = try await connection.pipeline(try await act.statements(on: connection) + [ends])
                return found.id
            }
        }
        if common.json {
            StandardOutput.write(["export": JSONValue(id), "state": "expiring"])
        } else {
            StandardOutput.write("\(id.text) ends now")
        }
    }
}
