import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

/// `habeas effects retry`
struct EffectsRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Lets parked effects go again, with five more attempts, under the key they had.",
        discussion: """
            By their ids, all of them or none; or all that are parked at a target, or by a cause, or both. What its request has \
            moved on from (an ask for a decision that was made, a question of a request that has ended) stays parked. A target \
            that is paused, disabled or failing gets them when it takes calls again: see habeas status.

            Examples:
              habeas effects retry 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --reason "address corrected"
              habeas effects retry --target client:acme/hook --cause tls --reason "certificate renewed"
            """
    )

    @Argument(help: ArgumentHelp("Ids of effects.", valueName: "effect"), transform: UUID.init(argument:))
    var effects: [UUID] = []

    @Option(help: ArgumentHelp("All that are parked at this target.", valueName: "id"))
    var target: String?

    @Option(help: ArgumentHelp("All that are parked by this cause, such as http_503.", valueName: "code"))
    var cause: String?

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try TaskReason.validate(reason)
        guard effects.isEmpty != (target == nil && cause == nil) else {
            throw ValidationError(
                "EFFECT, --target, --cause: give ids, or a target or a cause, and not both; see habeas effects list --state parked"
            )
        }
        guard Set(effects).count <= EffectRetry.chunk else {
            throw ValidationError("EFFECT: is more than \(EffectRetry.chunk) ids; give fewer, or a target or a cause")
        }
    }

    func run() async throws {
        let (went, stayed) = try await DatabaseSession.run(try common.configuration()) { connection in
            guard effects.isEmpty else {
                let gone = try await connection.transaction {
                    try await EffectRetry.run(effects, reason: reason, isStrict: true, on: $0)
                }
                gone.forEach(say)
                return (gone.count, 0)
            }
            return try await retryAll(on: connection)
        }
        guard went + stayed > 0 else {
            throw Failure("effects", "none is parked there", "see what is with `habeas effects list --state parked`")
        }
        if !common.json {
            StandardOutput.write(
                "\(went) go again" + (stayed > 0 ? ", \(stayed) stay parked because their requests have moved on" : "")
            )
        }
    }

    /// Those that are parked now, a transaction for each few: what is parked again meanwhile is not tried for ever.
    private nonisolated(nonsending) func retryAll(on connection: PostgresConnection) async throws -> (Int, Int) {
        if let target { try await TargetRow.require(target, on: connection) }
        var condition: SQL = "state = 'parked'"
        if let target { condition = "\(condition) AND target_id = \(target)" }
        if let cause { condition = "\(condition) AND cause = \(cause)" }
        var ids = try await connection.query("SELECT id FROM habeas.effect WHERE \(condition) ORDER BY id").decode(
            column: 0,
            as: UUID.self
        )[...]
        var counts = (went: 0, stayed: 0)
        while !ids.isEmpty {
            let some = Array(ids.prefix(EffectRetry.chunk))
            ids = ids.dropFirst(some.count)
            let gone = try await connection.transaction {
                try await EffectRetry.run(some, reason: reason, isStrict: false, on: $0)
            }
            gone.forEach(say)
            counts.went += gone.count { $0.obstacle == nil }
            counts.stayed += gone.count { $0.obstacle != nil }
        }
        return counts
    }

    private func say(_ gone: EffectRetry.Gone) {
        if common.json {
            StandardOutput.write([
                "id": JSONValue(gone.effect.id), "target": .string(gone.effect.target),
                "request": JSONValue(gone.effect.caseID),
                "result": gone.obstacle == nil ? "retrying" : "parked", "why": JSONValue(gone.obstacle),
                "attempts": .integer(gone.effect.attempts),
                "attempts_allowed": .integer(
                    gone.obstacle == nil ? EffectRetry.allowed(gone.effect) : gone.effect.attemptsAllowed
                ),
            ])
        } else if let obstacle = gone.obstacle {
            StandardOutput.write("\(gone.effect.id.text) stays parked: it \(obstacle)")
        } else {
            StandardOutput.write(
                "\(gone.effect.id.text) goes again, after \(gone.effect.attempts) of now \(EffectRetry.allowed(gone.effect)) attempts"
            )
        }
    }
}
