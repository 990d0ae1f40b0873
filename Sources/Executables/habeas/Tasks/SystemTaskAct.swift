import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What a person does about one system's part in a case: locked with its case, checked, and written in one transaction. The
/// worker of the case takes it in.
struct SystemTaskAct {
    let target: FanOutTarget
    private let record: CaseFileRecord
    private var act: CaseAct
    private var written: [SQL] = []

    var now: Date { act.now }

    /// Nil where no system's part has this id. Inside a transaction.
    init?(on id: UUID, _ connection: PostgresConnection) async throws {
        let found = try await connection.query("SELECT case_id FROM habeas.fan_out WHERE id = \(id)")
        guard let row = found.first else { return nil }
        act = try await CaseAct(on: [try row.decode(0, as: UUID.self)], connection)
        let targets = try await connection.query(FanOutTarget.reading(ids: [id])).map(FanOutTarget.init)
        guard let target = targets.first, let record = act.records.first else { return nil }
        self.target = target
        self.record = record
    }

    /// What a person says that it came to.
    struct Said {
        let outcome: TaskAnswer.Outcome
        var rows: Int?
        var verifyAfter: Date?
        /// SHA-256 of each file, hexadecimal; the files themselves are kept nowhere.
        var attachments: [String] = []
        /// What is handed in for a copy.
        var files: FileHandIn?
        /// Without personal data.
        let reason: String
    }

    mutating func complete(_ said: Said) throws {
        try checkOpen()
        try checkTurn(said.outcome)
        if said.outcome == .acceptedPending, said.verifyAfter == nil, target.way == .connector, !isApp {
            throw Failure("--verify-after", "is missing: nobody else says when it is done", "name the time to look")
        }
        if let time = said.verifyAfter, time <= now {
            throw Failure("--verify-after", "has passed", "name a time that is to come, or leave it out")
        }
        write(said, as: .person)
    }

    /// Takes the word of somebody who did not do it and has looked.
    mutating func verify(
        _ outcome: TaskAnswer.Outcome,
        reason: String,
        _ connection: PostgresConnection
    ) async throws {
        try checkOpen()
        guard target.way == .person, target.state == .verifying else {
            throw Failure(
                "task",
                "does not wait for somebody to look",
                target.way == .person ? "say first what came of it with `habeas tasks complete`" : Self.look
            )
        }
        let own = try await connection.query(
            """
            SELECT EXISTS (SELECT FROM habeas.task_answer
                            WHERE fan_out_id = \(target.id) AND source = 'person' AND by = session_user)
            """
        ).only.decode(0, as: Bool.self)
        // The database refuses it, too, whatever asks.
        guard !own else {
            throw Failure(
                "task",
                "was done by this login, and nobody verifies what they did themselves",
                "have somebody else look, with a login of their own"
            )
        }
        write(Said(outcome: outcome, reason: reason), as: .witness)
    }

    /// Names who answers for it, and until when.
    mutating func assign(to owner: String, due: Date?) throws {
        try checkOpen()
        guard target.state != .waiting || due == nil else {
            throw Failure("--due", "is counted from the task's beginning, which is to come", "leave it out")
        }
        if let due, due <= now { throw Failure("--due", "has passed", "name a time that is to come") }
        written.append(
            """
            UPDATE habeas.fan_out SET owner = \(owner), due_at = coalesce(\(due)::timestamptz, due_at) WHERE id = \(target.id)
            """
        )
        act.record("task.assigned") { [target] body in
            body.member("task", target.id)
            body.member("system", target.system)
            body.member("due_at", due ?? target.dueAt)
        }
    }

    /// What has to be written, in the transaction that locked.
    nonisolated(nonsending) mutating func statements(on connection: PostgresConnection) async throws -> [SQL] {
        written + (try await act.statements(on: connection))
    }

    // MARK: Checks

    private static let look = "look at it with `habeas requests show`"

    /// Whether an own app is to answer it.
    private var isApp: Bool {
        guard target.way == .connector, case .amqp? = act.changes.registry.system(target.system)?.connector else {
            return false
        }
        return true
    }

    private func checkOpen() throws {
        guard !target.state.isFinal else { throw Failure("task", "has come to its end", Self.look) }
        // What lifts a restriction goes on after the case has ended.
        guard !record.state.isFinal || target.part == .lift else {
            throw Failure("task", "is of a case that has ended", Self.look)
        }
    }

    private func checkTurn(_ outcome: TaskAnswer.Outcome) throws {
        switch (target.state, target.way) {
        case (.pending, .person), (.acting, .person), (.stuck, _): return
        case (.pending, .connector) where isApp: return
        case (.verifying, .connector) where isApp:
            guard outcome == .refused else {
                throw Failure(
                    "task",
                    "waits for its app to say whether anything is left",
                    "ask its people, or give it up with --outcome refused"
                )
            }
        case (.waiting, _):
            throw Failure("task", "has not begun: something else comes first", Self.look)
        case (.verifying, .person):
            throw Failure("task", "was done and waits for somebody else to look", "use `habeas tasks verify`")
        case (.grace, _):
            throw Failure("task", "was done and is looked at again when its grace is over", Self.look)
        default:
            throw Failure(
                "task",
                "is done by a machine, which is at it",
                "see how far it is with `habeas effects list`"
            )
        }
    }

    // MARK: Writing

    private mutating func write(_ said: Said, as source: TaskAnswer.Source) {
        let files = said.files?.files
        let answer = TaskAnswer(
            source,
            said.outcome,
            at: now,
            rows: said.rows,
            verifyAfter: said.verifyAfter,
            files: files
        )
        written.append(
            TaskAnswers.insert(
                answer,
                id: files?.key ?? UUID.version7(at: now),
                of: target.id,
                case: record.id,
                client: record.clientID,
                attachments: said.attachments,
                reason: said.reason,
                at: now
            )
        )
        act.record(source == .witness ? "task.looked_at" : "task.answered") { [target] body in
            body.member("task", target.id)
            body.member("system", target.system)
            body.member("operation", target.operation)
            body.member("outcome", said.outcome)
            body.member("rows", said.rows)
            body.member("at", answer.at)
            body.member("verify_after", said.verifyAfter)
            if !said.attachments.isEmpty { body.member("attachments", said.attachments) }
            if let files = said.files {
                body.key("files")
                body.array(Array(zip(files.files.pieces, files.digests))) { list, file in
                    list.object {
                        $0.member("bytes", file.0.bytes)
                        $0.member("sha256", file.1)
                    }
                }
            }
            body.member("reason", said.reason)
        }
        act.tell(record.machine.worker)
    }
}
