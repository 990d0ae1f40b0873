import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas resume`
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Lets effects go to a target again, and forgets its failures.",
        discussion: """
            Ends a pause and closes the circuit that failures opened, so that calls go at once instead of one at a time. What \
            failed before goes at its own time. A target that said it wants nothing more (HTTP 410) is disabled: --enable takes \
            that back. What is parked meanwhile goes with habeas effects retry.

            Examples:
              habeas resume client:acme/hook --reason "maintenance is over"
              habeas resume client:acme/hook --enable --reason "they say the address is right after all"
            """
    )

    @Argument(help: "The target's name.")
    var target: String

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @Flag(help: "Also where the target said that it wants nothing more.")
    var enable = false

    @OptionGroup var common: CommonOptions

    func validate() throws { try TaskReason.validate(reason) }

    func run() async throws {
        let (before, isChanged) = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { try await resume(on: $0) }
        }
        let staysDisabled = before.disabledAt != nil && !enable
        if common.json {
            StandardOutput.write([
                "target": .string(target), "result": isChanged ? "resumed" : "unchanged",
                "disabled": .bool(staysDisabled), "waiting": .integer(before.waiting),
            ])
        } else if !isChanged {
            StandardOutput.write("\(target) takes calls; nothing to do")
        } else {
            StandardOutput.write(
                staysDisabled
                    ? "\(target) is no longer paused, but still disabled: with --enable it is called again"
                    : "\(target) is resumed; \(before.waiting) effects wait for it"
            )
        }
    }

    private nonisolated(nonsending) func resume(on connection: PostgresConnection) async throws -> (TargetRow, Bool) {
        var act = try await TargetAct(on: target, connection)
        let before = act.target
        let isStill = before.pausedAt == nil && before.circuit == "closed"
        guard before.disabledAt == nil || enable || before.pausedAt != nil else {
            throw Failure(
                "target",
                "is disabled since \(before.since?.short ?? ""): the peer wants nothing more",
                "ask the client; with --enable it is called again"
            )
        }
        let enables = before.disabledAt != nil && enable
        guard !isStill || enables else { return (before, false) }
        var change: SQL = """
            paused_at = NULL, pause_reason = NULL, failures = 0, circuit = 'closed', openings = 0, circuit_since = NULL,
            circuit_until = NULL
            """
        if enables { change = "\(change), disabled_at = NULL, disabled_cause = NULL" }
        let statements = act.statements(change, "target.resumed") { body in
            body.member("reason", reason)
            body.member("paused_at", before.pausedAt)
            body.member("circuit", before.circuit == "closed" ? nil : before.circuit)
            body.member("cause", before.circuit == "closed" ? nil : before.lastCause)
            if enables {
                body.member("disabled_at", before.disabledAt)
                body.member("disabled_cause", before.disabledCause)
            }
        }
        _ = try await connection.pipeline(statements)
        return (before, true)
    }
}
