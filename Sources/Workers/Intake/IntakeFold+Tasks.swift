import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Rights

/// What own apps say of their tasks (G10). The answer becomes a row that the worker of the case takes in under the case's lock;
/// the event's own words are kept sealed beside the case, and evidence has codes, numbers and dates.
extension IntakeFold {
    mutating func answer(
        _ task: UUID,
        _ answer: TaskAnswer,
        results: String? = nil,
        _ prepared: PreparedEvent,
        _ delivery: Delivery
    ) {
        // One that has not begun has been asked of nobody.
        guard let target = state.tasks[task], let record = state.cases[target.caseID], target.state != .waiting else {
            return refuse(
                delivery,
                prepared,
                "data.task",
                .unknownTask,
                "Name a task that is open for you; this one is not known."
            )
        }
        if let remedy = stranger(to: target, prepared) {
            return refuse(delivery, prepared, "data.task", .notPermitted, remedy)
        }
        if results?.lowercased().hasPrefix("http://") == true, !isInternal(target) {
            let remedy = "Name an https address; plain http is for systems that the data map calls internal."
            return refuse(delivery, prepared, "data.results", .notPermitted, remedy)
        }
        guard !target.state.isFinal else {
            return refuse(
                delivery,
                prepared,
                "data.task",
                .taskOver,
                "Nothing to do: this task has come to its end and takes no further answer."
            )
        }
        // What lifts a restriction goes on after the case has ended.
        guard !record.state.isFinal || target.part == .lift else {
            return refuse(
                delivery,
                prepared,
                "data.task",
                .caseClosed,
                "Nothing to do: the case of this task has ended, and what becomes of its tasks changes nothing any more."
            )
        }
        statements.append(
            TaskAnswers.insert(
                answer,
                id: prepared.id,
                of: target.id,
                case: record.id,
                client: record.clientID,
                at: state.now
            )
        )
        keep(prepared, about: record.id)
        self.record(
            "task.answered",
            case: record.id,
            by: prepared,
            body: Facts.plain(prepared) { body in
                body.member("task", target.id)
                body.member("system", target.system)
                body.member("operation", target.operation)
                body.member("outcome", answer.outcome)
                body.member("rows", answer.rows)
                body.member("at", answer.at)
                body.member("verify_after", answer.verifyAfter)
                if answer.results != nil { body.member("results", true) }
            }
        )
        changes.wakeUps.wake(record.machine.worker, for: record.id)
    }

    private func isInternal(_ target: FanOutTarget) -> Bool {
        changes.registry.system(target.system)?.isInternal ?? false
    }

    /// What to do about an answer by a publisher whose word does not count for the task; nil where it does.
    private func stranger(to target: FanOutTarget, _ prepared: PreparedEvent) -> String? {
        guard let system = changes.registry.system(target.system), system.mayAnswer(prepared.publisher.id) else {
            return "Ask the processor to name your publisher id under `connector.publishers` of the task's system."
        }
        guard target.clientID.map(prepared.publisher.maySpeak(for:)) ?? true else {
            return "Ask the processor to allow the task's client for your login in `clients`."
        }
        return nil
    }
}

extension TaskCompleted {
    /// - Parameter id: of the answer.
    func answer(_ id: UUID) -> TaskAnswer {
        let outcome: TaskAnswer.Outcome =
            switch outcome {
            case .done: .done
            case .alreadyAbsent: .alreadyAbsent
            case .acceptedPending: .acceptedPending
            case .refused: .refused
            }
        let handed = outcome == .done && results != nil ? id : nil
        return TaskAnswer(.app, outcome, at: at, rows: rows, verifyAfter: verifyAfter, results: handed)
    }
}

extension TaskFailed {
    func answer(at time: Date) -> TaskAnswer { TaskAnswer(.app, retryable ? .retry : .failed, at: time) }
}
