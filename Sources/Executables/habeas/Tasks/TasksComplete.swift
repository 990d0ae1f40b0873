import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas tasks complete`
struct TasksComplete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Takes a person's verdict on a task; the case goes on, or ends, by it.",
        discussion: """
            Confirmed means that what the task asks about is so: the client gave this instruction, a child's parent asks, it is \
            fraud. A confirmed fraud and an identity that cannot be established are a refusal, and it is yours. What needs two \
            people is confirmed with habeas approve; anybody may deny it. Your database login is kept as evidence, with the reason.

            Who denies suspended_hand_over says with --refusal what for; the other kinds know their reason.

            Who denies regime_unconfirmed and knows the regulation names it: the case is put under it and its clocks are counted \
            anew. Without it the denial is a fact and the strictest dates stay.

            Examples:
              habeas tasks complete 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --outcome denied --regulation fadp --reason "lives in Basel"
              habeas tasks complete 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --outcome confirmed --reason "asked back" \\
                --given-by "the privacy contact" --channel phone --reference T-12
            """
    )

    enum Outcome: String, ExpressibleByArgument, CaseIterable {
        case confirmed, denied

        var verdict: ReviewKind.Verdict { self == .confirmed ? .confirmed : .denied }
    }

    @Argument(help: "Id of the task.", transform: UUID.init(argument:))
    var task: UUID

    @Option(help: "confirmed or denied.")
    var outcome: Outcome

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @Option(
        help: ArgumentHelp(
            "Where a regime is denied: the one that it is, of \(regulations.joined(separator: ", ")).",
            valueName: "regulation"
        )
    )
    var regulation: String?

    @Option(
        help: ArgumentHelp(
            "Where suspended_hand_over is denied: what for; see habeas requests answer --help.",
            valueName: "code"
        )
    )
    var refusal: RefusalReason?

    @OptionGroup var answer: GivenAnswer
    @OptionGroup var common: CommonOptions

    static let regulations = Regulation.words.filter { $0 != Regulation.other.rawValue }

    func validate() throws {
        try TaskReason.validate(reason)
        guard regulation.map(Self.regulations.contains) ?? true else {
            throw ValidationError(
                "--regulation: is none of \(Self.regulations.joined(separator: ", ")); give one of them"
            )
        }
    }

    func run() async throws {
        let configuration = try common.configuration()
        let ring = answer.name == nil ? nil : try KeyRing(file: configuration.required(.keysFile))
        let review = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                var act = try await ReviewAct(on: task, connection)
                try check(act.review)
                let words = try act.review.caseID.flatMap {
                    try answer.sealed("review.\(outcome.rawValue)", for: $0, at: act.now, ring: ring)
                }
                try act.settle(
                    outcome.verdict,
                    reason: reason,
                    words: words,
                    regulation: regulation.flatMap(Regulation.init(rawValue:)),
                    refusal: refusal
                )
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return act.review
            }
        }
        if common.json {
            StandardOutput.write([
                "task": JSONValue(task), "kind": .string(review.kind.rawValue), "outcome": .string(outcome.rawValue),
                "request": JSONValue(review.caseID), "regulation": JSONValue(regulation),
            ])
        } else {
            let moved = regulation.map { ", and the case is under \($0)" } ?? ""
            StandardOutput.write("\(task.text) is \(outcome.rawValue)\(moved)")
        }
    }

    private func check(_ review: ReviewRecord) throws {
        if regulation != nil, review.kind != .regime || outcome != .denied {
            throw Failure(
                "--regulation",
                "belongs to the denial of \(ReviewKind.regime.rawValue) only",
                "leave it out, or deny that task"
            )
        }
        if review.needs > 1, outcome == .confirmed {
            throw Failure("task", "needs the approval of \(review.needs) different people", "use `habeas approve`")
        }
        if review.kind == .client, outcome == .confirmed {
            throw Failure(
                "task",
                "is settled by the client's name and not by a word",
                "publish request.client_named with the client's id; then it goes by itself"
            )
        }
        if review.kind == .instruction, answer.name == nil || answer.channel == nil {
            throw Failure(
                "--given-by, --channel",
                "are missing: only the client's own word confirms or denies an instruction (K7)",
                "say who at the client gave it, and how"
            )
        }
        if review.caseID == nil, answer.name != nil {
            throw Failure("--given-by", "has no case beside which it could be kept", "leave it out")
        }
    }
}

/// The reason of a verdict or an approval.
enum TaskReason {
    static func validate(_ reason: String) throws {
        guard reason.contains(where: { !$0.isWhitespace }), reason.utf8.count <= 500 else {
            throw ValidationError("--reason: is not 1 to 500 bytes long; say why in a short text")
        }
    }
}
