import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

extension ClientDecision: ExpressibleByArgument {}
extension Answerer: ExpressibleByArgument {}

/// `habeas decide`
struct DecideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Takes down what a client decided on a request that was referred to it.",
        discussion: """
            For a decision that came by phone, letter or mail; what a client publishes as client.decided needs no person. It does \
            the same: proceed lets the worker of the right begin, handle_itself hands the request over, refuse ends it with the \
            client's reason. Of a request about several people all cases are decided, or none.

            Who gave it, how, where it can be found, in which role and why is sealed beside the case; evidence has a keyed digest \
            of it and your database login. That needs the key file.

            Examples:
              habeas decide helpdesk/REQ-17 proceed --given-by "their privacy officer" --channel phone --reference T-4711
              habeas decide helpdesk/REQ-17 refuse --given-by "J. Doe" --channel letter --reference L-9 --role dpo \\
                --answer-by vendor --reason "the contract is still running"
            """
    )

    @Argument(help: ArgumentHelp("Id of the case or of a group, or PUBLISHER/REF.", valueName: "request"))
    var request: CaseName

    @Argument(help: "What the client decided.")
    var decision: ClientDecision

    @OptionGroup var answer: GivenAnswer

    @Option(help: "The role in which it was given; needed where the client lets only some roles decide. Kept sealed.")
    var role: String?

    @Option(help: "Who tells the person what became of it.")
    var answerBy: Answerer = .client

    @Option(help: "Why; needed for refuse. Kept sealed.")
    var reason: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard answer.name != nil, answer.channel != nil, answer.reference != nil else {
            throw ValidationError(
                "--given-by, --channel, --reference: are needed, all three; say who at the client decided, how it came, and where it can be found"
            )
        }
        guard decision != .refuse || reason != nil else {
            throw ValidationError("--reason: is missing; a refusal says why (K6)")
        }
        for (name, text, most) in [("--role", role, 256), ("--reason", reason, 4_096)] {
            guard let text else { continue }
            guard text.contains(where: { !$0.isWhitespace }), text.utf8.count <= most else {
                throw ValidationError("\(name): is not 1 to \(most) bytes long; write a short text")
            }
        }
    }

    func run() async throws {
        let configuration = try common.configuration()
        let ring = try KeyRing(file: configuration.required(.keysFile))
        let decided = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { try await decide(with: ring, on: $0) }
        }
        for record in decided {
            if common.json {
                StandardOutput.write([
                    "request": JSONValue(record.id), "client": JSONValue(record.clientID),
                    "decision": .string(decision.rawValue), "answer_by": .string(answerBy.rawValue),
                    "state": .string(record.state.rawValue),
                ])
            } else {
                StandardOutput.write("\(record.id.text) is decided: \(decision.rawValue), now \(record.state.rawValue)")
            }
        }
    }

    private nonisolated(nonsending) func decide(with ring: KeyRing, on connection: PostgresConnection) async throws
        -> [CaseFileRecord]
    {
        let ids = try await request.resolveAnswering(on: connection)
        var act = try await CaseAct(on: ids, connection)
        for record in act.records {
            if let obstacle = DecisionObstacle(record) { throw obstacle.failure(act.subject(of: record)) }
        }
        let roles = try await DecisionRoles(of: act.records, on: connection)
        try roles.check(role)
        let first = act.records[0]
        let words = try answer.sealed(
            "decision.taken_down",
            // What is said about all of a group is kept once, under the group.
            for: act.records.count > 1 ? first.groupID ?? first.id : first.id,
            at: act.now,
            ring: ring
        ) { body in
            body.member("decision", decision)
            body.member("role", role)
            body.member("reason", reason)
        }
        act.edit { record in
            record.answerBy = answerBy
            record.refusal = decision == .refuse ? .clientRefused : nil
        }
        try act.apply(event, decision: decision) { body in
            body.member("answer_by", answerBy)
            // Only where it is a word of the registry.
            if !roles.isOpen { body.member("role", role) }
            body.member("words", words?.digest)
            body.member(refusal: decision == .refuse ? .clientRefused : nil)
        }
        _ = try await connection.pipeline(
            try await act.statements(on: connection) + (words?.writes.statements ?? [])
        )
        return act.records
    }

    private var event: CaseEvent {
        switch decision {
        case .proceed: .decidedProceed
        case .handleItself: .decidedHandleItself
        case .refuse: .decidedRefuse
        }
    }
}
