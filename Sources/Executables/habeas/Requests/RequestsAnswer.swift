import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas requests answer`
struct RequestsAnswer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer",
        abstract: "Takes a person's answer: what was asked is done, or refused, and the request ends by it.",
        discussion: """
            For complaints, for requests whose worker is not part of this version, and for everything where there is no data map: do what \
            was asked, then say so here. What is under way at systems can only be refused. What \
            remains to be told to the person or the client is the referral worker's. An erasure under a legal hold is answered and \
            stays open (on_hold) until the hold is lifted; answer it once more then. Of a request about several people all cases are \
            answered, or none.

            A refusal, also in part, names one of these reasons, each with where it is written:
            \(RefusalReason.listing)
            client_refused is the client's own word (habeas decide), instruction_denied is taken down with habeas tasks complete.

            Examples:
              habeas requests answer helpdesk/REQ-17 --outcome fulfilled --reason "copy handed over, ticket 4711"
              habeas requests answer helpdesk/REQ-18 --outcome partly_fulfilled --refusal legal_obligation
            """
    )

    enum Outcome: String, ExpressibleByArgument, CaseIterable {
        case fulfilled
        case partlyFulfilled = "partly_fulfilled"
        case refused
    }

    @Argument(help: ArgumentHelp("Id of the case or of a group, or PUBLISHER/REF.", valueName: "request"))
    var request: CaseName

    @Option(help: "What became of it.")
    var outcome: Outcome

    @Option(help: ArgumentHelp("What is refused for; needed unless all is fulfilled.", valueName: "code"))
    var refusal: RefusalReason?

    @Option(help: "More about it. No personal data: it is kept as evidence.")
    var reason: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let reason { try TaskReason.validate(reason) }
        switch (outcome, refusal) {
        case (.fulfilled, .some):
            throw ValidationError(
                "--refusal: says nothing where all is fulfilled; leave it out, or answer partly_fulfilled"
            )
        case (.partlyFulfilled, nil), (.refused, nil):
            throw ValidationError("--refusal: is missing; name the reason, see --help for the list (Y2)")
        case (_, .clientRefused):
            throw ValidationError("--refusal: client_refused is the client's own word; use habeas decide")
        case (_, .instructionDenied):
            throw ValidationError("--refusal: instruction_denied is the client's own word; use habeas tasks complete")
        default: break
        }
    }

    func run() async throws {
        let answered = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                var act = try await CaseAct(on: try await request.resolve(on: connection), connection)
                try act.refuseLinked()
                let targets = try await connection.query(FanOutTarget.reading(of: act.records.map(\.id)))
                    .map(FanOutTarget.init)
                for record in act.records {
                    let own = targets.filter { $0.caseID == record.id }
                    // What an exception keeps the clock has erased, and the case ends then.
                    let open = FanOutStanding(own) { _ in nil }.unfinished.count
                    if let obstacle = AnswerObstacle(record, isHeld: act.isHeld(record.id), unfinished: open, outcome) {
                        throw obstacle.failure(act.subject(of: record))
                    }
                }
                act.edit { $0.refusal = refusal }
                let held = Set(act.records.map(\.id).filter(act.isHeld))
                try act.apply(each: { event(for: $0, isHeld: held.contains($0.id)) }) { body in
                    body.member(refusal: refusal)
                    body.member("reason", reason)
                }
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return act.records
            }
        }
        for record in answered {
            if common.json {
                StandardOutput.write([
                    "request": JSONValue(record.id), "outcome": .string(outcome.rawValue),
                    "refusal": JSONValue(refusal?.rawValue), "state": .string(record.state.rawValue),
                ])
            } else {
                StandardOutput.write("\(record.id.text) is answered, now \(record.state.rawValue)")
            }
        }
    }

    private func event(for record: CaseFileRecord, isHeld: Bool) -> CaseEvent {
        let isComplete = outcome == .fulfilled
        return switch (outcome, record.state) {
        case (.refused, _): .refusedByPerson
        case (_, .onHold): .openEndsOver(complete: isComplete)
        // A hold keeps data from going; it keeps nobody from getting theirs (K18).
        default: .answered(complete: isComplete, openEnds: isHeld && record.isErasing)
        }
    }
}

extension CaseFileRecord {
    /// Whether what it asks for is what a legal hold suspends.
    fileprivate var isErasing: Bool { right.map { WorkQueue.fulfilling($0) == .erasure } ?? false }
}
