import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas disclosures notify`
struct DisclosuresNotify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Ends what forbade telling the client of a demand; it is told now.",
        discussion: """
            Where the prohibition has an end of its own, the client is told by itself then. One that is told before two people \
            have approved it gets its time to object.

            Example:
              habeas disclosures notify 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --reason "prohibition lifted, 349 Gs 12/26"
            """
    )

    @Argument(help: "The disclosure's id, or the request of one of its people.")
    var name: DisclosureName

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try TaskReason.validate(reason) }

    func run() async throws {
        let told = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                let all = try await name.resolve(on: connection)
                let now = try await EvidencePen(on: connection).now
                let ids = all.filter { $0.prohibition(at: now) != nil }.map(\.caseID)
                guard !ids.isEmpty else {
                    throw Failure(
                        "disclosure",
                        "is nothing that the client may not be told of",
                        "see `habeas disclosures show`"
                    )
                }
                var act = try await CaseAct(on: ids, connection)
                act.record("disclosure.prohibition_ended") { $0.member("reason", reason) }
                act.stop(.tellClient)
                act.tell(.referral)
                _ = try await connection.pipeline(
                    try await act.statements(on: connection) + [DisclosureRecord.endProhibition(of: ids, at: act.now)]
                )
                return ids
            }
        }
        if common.json {
            StandardOutput.write(["requests": JSONValue(told.map(\.lowercaseText)), "prohibited": false])
        } else {
            StandardOutput.write("\(name.id.text): the client is told")
        }
    }
}
