import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas pause`
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Lets nothing go to a target until it is resumed; without a target, lists them all.",
        discussion: """
            A target is a place that effects go to: client:ID/CHANNEL is a client's own channel, mail is the mail relay for \
            everybody's mail. What is for it waits, dates run on; calls under way come to their end. Other targets go on. A worker \
            is not paused from here: stop its copies, and what is for it waits in its queue.

            Examples:
              habeas pause client:acme/hook --reason "their maintenance until Monday"
              habeas pause
            """
    )

    @Argument(help: "The target's name.")
    var target: String?

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (target == nil) == (reason == nil) else {
            throw ValidationError("TARGET and --reason: are given together; leave both out to list the targets")
        }
        if let reason { try TaskReason.validate(reason) }
    }

    func run() async throws {
        let configuration = try common.configuration()
        guard let target, let reason else {
            return try await DatabaseSession.run(configuration) { connection in
                var table = TargetRow.table(empty: "no targets")
                for target in try await connection.query(TargetRow.select("ORDER BY t.id")).map(TargetRow.init) {
                    if common.json { StandardOutput.write(target.json) } else { target.add(to: &table) }
                }
                if !common.json { StandardOutput.write(table) }
            }
        }
        let before = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                var act = try await TargetAct(on: target, connection)
                if act.target.pausedAt == nil {
                    let statements = act.statements("paused_at = \(act.now), pause_reason = \(reason)", "target.paused")
                    {
                        $0.member("reason", reason)
                    }
                    _ = try await connection.pipeline(statements)
                }
                return act.target
            }
        }
        let isNew = before.pausedAt == nil
        if common.json {
            StandardOutput.write([
                "target": .string(target), "result": isNew ? "paused" : "unchanged",
                "waiting": .integer(before.waiting),
            ])
        } else {
            StandardOutput.write(
                isNew
                    ? "\(target) is paused; \(before.waiting) effects wait for it"
                    : "\(target) was paused before, since \(before.since?.short ?? "")"
            )
        }
    }
}
