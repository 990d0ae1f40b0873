import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas approve`
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approves what two different people have to approve; without a task, lists what waits for that.",
        discussion: """
            Each person approves with a database login of their own: a second approval by the same login is refused. Whoever does \
            not agree denies it with habeas tasks complete.

            Of an incident it approves the list of the clients that are told of it, as habeas incidents clients prints it: with --list \
            and the digest that the list ends with, twelve digits of it at least. A list that has changed since is refused. It takes \
            one person, who is not the one that has reported the incident.

            Example:
              habeas approve security/INC-7 --list 5f2c90ab13d7 --reason "compared with the list of tenants of that bucket"
              habeas approve 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --reason "contract ended, export handed over"
            """
    )

    @Argument(help: ArgumentHelp("Id of the task; id or PUBLISHER/REF of an incident.", valueName: "task"))
    var task: IncidentName?

    @Option(help: ArgumentHelp("Of an incident: the digest of the list that you have read.", valueName: "digest"))
    var list: String?

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (task == nil) == (reason == nil) else {
            throw ValidationError("TASK and --reason: are given together; leave both out to list what waits")
        }
        if let reason { try TaskReason.validate(reason) }
        if let list {
            let isHexadecimal = list.allSatisfy { $0.isASCII && $0.isHexDigit }
            guard (IncidentList.digits...64).contains(list.utf8.count), isHexadecimal, task != nil else {
                throw ValidationError(
                    "--list: is not \(IncidentList.digits) to 64 digits of a list; copy them from the end of habeas incidents clients"
                )
            }
        }
    }

    func run() async throws {
        let configuration = try common.configuration()
        guard let task, let reason else {
            let rows = try await DatabaseSession.run(configuration) { connection in
                try await TaskRow.open(onlyApprovals: true, limit: 100, on: connection)
            }
            return TaskRow.print(rows, json: common.json, empty: "nothing waits for an approval")
        }
        let approved = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                try await approve(task, reason, on: connection)
            }
        }
        switch approved {
        case .list(let list): say(list)
        case .review(let review, let given, let isSettled): say(review, given, isSettled)
        }
    }

    private enum Approved {
        case list(BreachListRecord)
        case review(ReviewRecord, given: Int, isSettled: Bool)
    }

    /// Of an incident, by whichever name, the list of its clients; else the task.
    private func approve(_ name: IncidentName, _ reason: String, on connection: PostgresConnection) async throws
        -> Approved
    {
        var incident: UUID?
        if case .id(let id) = name {
            incident = try await connection.query(
                """
                SELECT id FROM habeas.incident WHERE id = \(id)
                UNION ALL SELECT incident_id FROM habeas.review WHERE id = \(id) AND incident_id IS NOT NULL
                """
            ).decode(as: UUID.self).first
        } else {
            incident = try await name.resolve(on: connection)
        }
        if let incident {
            var act = try await IncidentList(of: incident, on: connection)
            guard let list else {
                throw Failure(
                    "--list",
                    "is missing: what is approved is the list that you have read",
                    "read it with `habeas incidents clients`, then give the digest that it ends with"
                )
            }
            try await act.approve(list, reason: reason, on: connection)
            return .list(act.list)
        }
        guard case .id(let task) = name, list == nil else {
            throw Failure("--list", "belongs to an incident, and this is none", "leave it out, or name the incident")
        }
        var act = try await ReviewAct(on: task, connection)
        let (given, isSettled) = try await act.approve(reason: reason, connection)
        _ = try await connection.pipeline(try await act.statements(on: connection))
        return .review(act.review, given: given, isSettled: isSettled)
    }

    private func say(_ list: BreachListRecord) {
        if common.json {
            StandardOutput.write([
                "incident": JSONValue(list.incidentID), "list": .string(list.digest), "clients": .integer(list.clients),
                "excluded": .integer(list.excluded), "settled": true,
            ])
        } else {
            StandardOutput.write("approved: \(list.clients) clients are told, \(list.excluded) are not")
        }
    }

    private func say(_ review: ReviewRecord, _ given: Int, _ isSettled: Bool) {
        if common.json {
            StandardOutput.write([
                "task": JSONValue(review.id), "request": JSONValue(review.caseID), "approvals": .integer(given),
                "needs": .integer(review.needs), "settled": .bool(isSettled),
            ])
        } else {
            StandardOutput.write(
                isSettled
                    ? "\(review.id.text) is approved: it begins"
                    : "\(review.id.text) has \(given) of \(review.needs) approvals; another person has to approve it, too"
            )
        }
    }
}
