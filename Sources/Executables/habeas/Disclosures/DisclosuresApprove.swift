import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas disclosures approve`
struct DisclosuresApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approves a demand as one of the two people who have to; of all its people at once.",
        discussion: """
            Each person approves with a database login of their own: a second approval by the same login is refused, so whoever opened \
            it cannot let it go alone. `habeas approve` does the same for one request.

            Example:
              habeas disclosures approve 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --reason "order read, scope is the least"
            """
    )

    @Argument(help: "The disclosure's id, or the request of one of its people.")
    var name: DisclosureName

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try TaskReason.validate(reason) }

    func run() async throws {
        let (approved, given, isSettled) = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                let cases = try await name.resolve(on: connection).map(\.caseID)
                let tasks = try await connection.query(
                    """
                    SELECT id FROM habeas.review WHERE case_id = ANY(\(cases)::uuid[]) AND kind = \(ReviewKind.disclosure.rawValue)
                       AND settled_at IS NULL ORDER BY case_id
                    """
                ).decode(as: UUID.self)
                guard !tasks.isEmpty else {
                    throw Failure("disclosure", "waits for no approval", "see `habeas disclosures show`")
                }
                var (given, isSettled) = (0, false)
                for task in tasks {
                    var act = try await ReviewAct(on: task, connection)
                    (given, isSettled) = try await act.approve(reason: reason, connection)
                    _ = try await connection.pipeline(try await act.statements(on: connection))
                }
                return (tasks.count, given, isSettled)
            }
        }
        if common.json {
            StandardOutput.write([
                "requests": .integer(approved), "approvals": .integer(given),
                "needs": .integer(ReviewKind.disclosure.approvals), "settled": .bool(isSettled),
            ])
        } else {
            StandardOutput.write(
                isSettled
                    ? "\(name.id.text) is approved: it begins"
                    : "\(name.id.text) has \(given) of \(ReviewKind.disclosure.approvals) approvals; another person has to approve it, too"
            )
        }
    }
}
