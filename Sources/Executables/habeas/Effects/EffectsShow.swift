import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

/// `habeas effects show`
struct EffectsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one outside effect with every attempt at it, and what happens next.",
        discussion: """
            Example:
              habeas effects show 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b
            """
    )

    @Argument(help: "Id of the effect.", transform: UUID.init(argument:))
    var effect: UUID

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (row, target, tries, now) = try await DatabaseSession.run(try common.configuration()) { connection in
            let results = try await connection.pipeline([
                EffectRow.select("WHERE e.id = \(effect)"), EffectTry.of(effect), "SELECT now()",
                TargetRow.select("WHERE t.id = (SELECT target_id FROM habeas.effect WHERE id = \(effect))"),
            ])
            guard let row = try results[0].map(EffectRow.init).first else { throw EffectsShow.unknown }
            return (
                row, try results[3].map(TargetRow.init).first, try results[1].map(EffectTry.init),
                try results[2].only.decode(Date.self)
            )
        }
        let next = EffectNextStep(row, at: target, now: now).words
        if common.json {
            StandardOutput.write(
                .object(
                    row.members + [
                        ("next_step", .string(next)), ("history", .array(tries.map(\.json))),
                        ("target_state", target?.json ?? .null),
                    ]
                )
            )
            return
        }
        StandardOutput.write(
            Sheet([
                ("effect", row.id.text), ("kind", row.kind),
                ("target", row.target + (target.map { ", \($0.words)" } ?? "")),
                ("client", row.client), ("request", row.request?.text), ("state", row.note),
                ("planned", row.plannedAt.short), ("ended", row.endedAt?.short), ("next", next),
            ])
        )
        StandardOutput.write("")
        EffectTry.print(tries)
    }

    static let unknown = Failure("effect", "no effect has this id", "look it up with `habeas effects list`")
}
