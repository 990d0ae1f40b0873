import ArgumentParser
import Connectors
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

            Who denies suspended_hand_over or target_stuck says with --refusal what for; the other kinds know their reason. Copies that \
            wait for a harvest go on with either verdict, unless it is confirmed with --refusal: then they are refused for that.

            A task at a system ends with what came of it: done, already_absent, accepted_pending or refused. What is done by hand is \
            verified by somebody else, with habeas tasks verify. Of attachments only digests are kept.

            Who was asked for a copy of what a system holds hands it in with --file, as often as there are files: each is sealed in \
            the store at once, goes into the bundle as it is, and is gone with it. It needs the key file and the store. Without a \
            file the bundle says that the system's part is handed over separately.

            Who denies regime_unconfirmed and knows the regulation names it: the case is put under it and its clocks are counted \
            anew. Without it the denial is a fact and the strictest dates stay.

            Examples:
              habeas tasks complete 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --outcome denied --regulation fadp --reason "lives in Basel"
              habeas tasks complete 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --outcome confirmed --reason "asked back" \\
                --given-by "the privacy contact" --channel phone --reference T-12
              habeas tasks complete 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --outcome done --rows 3 --attachment log.txt \\
                --reason "deleted in the archive's console"
              habeas tasks complete 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --outcome done --file orders.pdf --file letters.zip \\
                --reason "found in cabinet 3"
            """
    )

    enum Outcome: String, ExpressibleByArgument, CaseIterable {
        // Of what a review asks.
        case confirmed, denied
        // Of a task at a system.
        case done
        case alreadyAbsent = "already_absent"
        case acceptedPending = "accepted_pending"
        case refused

        /// Nil for what no review ends with.
        var verdict: ReviewKind.Verdict? {
            switch self {
            case .confirmed: .confirmed
            case .denied: .denied
            case .done, .alreadyAbsent, .acceptedPending, .refused: nil
            }
        }

        /// Nil for what no task at a system ends with.
        var said: TaskAnswer.Outcome? {
            switch self {
            case .done: .done
            case .alreadyAbsent: .alreadyAbsent
            case .acceptedPending: .acceptedPending
            case .refused: .refused
            case .confirmed, .denied: nil
            }
        }
    }

    @Argument(help: "Id of the task.", transform: UUID.init(argument:))
    var task: UUID

    @Option(
        help: "confirmed or denied; of a task at a system done, already_absent, accepted_pending or refused."
    )
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
            "Where suspended_hand_over or target_stuck is denied, or a harvest confirmed: what for; see habeas requests answer --help.",
            valueName: "code"
        )
    )
    var refusal: RefusalReason?

    @Option(help: ArgumentHelp("Of a task at a system: how many records were concerned.", valueName: "count"))
    var rows: Int?

    @Option(help: ArgumentHelp("Of a task at a system: before when it is not gone for good.", valueName: "time"))
    var verifyAfter: String?

    @Option(
        help: ArgumentHelp("Of a task at a system: a file that shows it; several times for several.", valueName: "file")
    )
    var attachment: [String] = []

    @Option(
        help: ArgumentHelp(
            "Of a task that collects a copy: a file for the person, of \(HandedInFile.limit >> 20) MiB at most; several times for several.",
            valueName: "file"
        )
    )
    var file: [String] = []

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
        guard rows.map({ $0 >= 0 }) ?? true else {
            throw ValidationError("--rows: is below zero; give a number of records")
        }
        guard attachment.count <= 20 else {
            throw ValidationError("--attachment: is given more than 20 times; pack them into one file")
        }
        guard file.count <= HandedIn.limit else {
            throw ValidationError("--file: is given more than \(HandedIn.limit) times; pack them into an archive")
        }
        guard file.isEmpty || outcome == .done else {
            throw ValidationError("--file: hands something over, and the outcome is another; say --outcome done")
        }
        _ = try TaskTime.read(verifyAfter, "--verify-after")
    }

    func run() async throws {
        let configuration = try common.configuration()
        let ring = answer.name == nil && file.isEmpty ? nil : try KeyRing(file: configuration.required(.keysFile))
        let digests = try attachment.map(Attachment.digest)
        let ended = try await DatabaseSession.run(configuration) { connection in
            if let ring, !file.isEmpty {
                try await handIn(ring, digests, configuration, connection)
            } else {
                try await complete(ring, digests, nil, connection)
            }
        }
        ended.print(task, outcome, regulation, json: common.json)
    }

    private func handIn(
        _ ring: KeyRing,
        _ digests: [String],
        _ configuration: FleetConfiguration,
        _ connection: PostgresConnection
    ) async throws -> Ended {
        try await StoreSession.run(configuration) { store in
            let files = try await FileHandIn(file, for: task, in: store, ring, on: connection)
            do {
                return try await complete(ring, digests, files, connection)
            } catch let error as Failure {
                // Of any other error nobody knows whether it came before the commit.
                await files.takeBack(from: store)
                throw error
            }
        }
    }

    private func complete(
        _ ring: KeyRing?,
        _ digests: [String],
        _ files: FileHandIn?,
        _ connection: PostgresConnection
    ) async throws -> Ended {
        try await connection.transaction { connection in
            guard var act = try await SystemTaskAct(on: task, connection) else {
                return try await settle(ring, connection)
            }
            try await files?.check(on: connection)
            try act.complete(try said(digests, files))
            _ = try await connection.pipeline(try await act.statements(on: connection))
            return Ended(
                kind: "system_task",
                request: act.target.caseID,
                system: act.target.system,
                attachments: digests,
                files: files?.digests ?? []
            )
        }
    }

    private func settle(_ ring: KeyRing?, _ connection: PostgresConnection) async throws -> Ended {
        var act = try await ReviewAct(on: task, connection)
        guard let verdict = outcome.verdict else {
            throw Failure("--outcome", "is no verdict on a task of this kind", "give confirmed or denied")
        }
        guard rows == nil, verifyAfter == nil, attachment.isEmpty else {
            throw Failure(
                "--rows, --verify-after, --attachment",
                "belong to a task at a system, and this is none",
                "leave them out"
            )
        }
        try check(act.review)
        let words = try act.review.caseID.flatMap {
            try answer.sealed("review.\(outcome.rawValue)", for: $0, at: act.now, ring: ring)
        }
        try act.settle(
            verdict,
            reason: reason,
            words: words,
            regulation: regulation.flatMap(Regulation.init(rawValue:)),
            refusal: refusal
        )
        _ = try await connection.pipeline(try await act.statements(on: connection))
        return Ended(
            kind: act.review.kind.rawValue,
            request: act.review.caseID,
            incident: act.review.incidentID,
            system: nil,
            copies: act.copies
        )
    }

    /// What came of a task at a system.
    private func said(_ digests: [String], _ files: FileHandIn?) throws -> SystemTaskAct.Said {
        guard let said = outcome.said else {
            throw Failure(
                "--outcome",
                "is no end of a task at a system",
                "give done, already_absent, accepted_pending or refused"
            )
        }
        guard regulation == nil, refusal == nil, answer.name == nil else {
            throw Failure(
                "--regulation, --refusal, --given-by",
                "belong to a verdict, and this is a task at a system",
                "leave them out"
            )
        }
        guard rows == nil || said == .done else {
            throw Failure("--rows", "belongs to --outcome done", "leave it out")
        }
        guard verifyAfter == nil || said == .done || said == .acceptedPending else {
            throw Failure("--verify-after", "belongs to --outcome done or accepted_pending", "leave it out")
        }
        return SystemTaskAct.Said(
            outcome: said,
            rows: rows,
            verifyAfter: try TaskTime.read(verifyAfter, "--verify-after"),
            attachments: digests,
            files: files,
            reason: reason
        )
    }

    private struct Ended {
        let kind: String
        let request: UUID?
        var incident: UUID?
        let system: String?
        /// SHA-256 of each, hexadecimal.
        var attachments: [String] = []
        var files: [String] = []
        /// Copies that waited for the verdict.
        var copies = 0

        func print(_ task: UUID, _ outcome: Outcome, _ regulation: String?, json: Bool) {
            if json {
                StandardOutput.write([
                    "task": JSONValue(task), "kind": .string(kind), "outcome": .string(outcome.rawValue),
                    "request": JSONValue(request), "incident": JSONValue(incident),
                    "regulation": JSONValue(regulation), "system": JSONValue(system),
                    "attachments": JSONValue(attachments), "files": JSONValue(files),
                    "copies": .integer(copies),
                ])
            } else {
                let moved = regulation.map { ", and the case is under \($0)" } ?? ""
                let copies = copies > 0 ? "; \(copies) copies waited for it" : ""
                StandardOutput.write("\(task.text) is \(outcome.rawValue)\(moved)\(copies)")
            }
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
