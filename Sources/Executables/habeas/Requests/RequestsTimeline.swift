import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas requests timeline`
struct RequestsTimeline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline",
        abstract: "Tells what happened to a case and what is due, in order of time.",
        discussion: """
            A line for each fact of its evidence, for each of its clocks, with the article the clock comes from, and for each of its \
            outside effects: when it ended, or when it was planned if it has not.

            Example:
              habeas requests timeline helpdesk/REQ-17
            """
    )

    @Argument(help: ArgumentHelp("Id of the case, or PUBLISHER/REF.", valueName: "request"))
    var name: CaseName

    @OptionGroup var common: CommonOptions

    private struct Moment {
        let at: Date
        /// `fact`, `due` or `effect`.
        let sort: String
        let what: String
        let by: String
        let note: String
        let json: JSONValue
    }

    func run() async throws {
        try await DatabaseSession.run(try common.configuration()) { connection in
            let ids = try await name.resolve(on: connection)
            for id in ids {
                let moments = try await moments(of: id, on: connection)
                if !common.json, ids.count > 1 { StandardOutput.write("request \(id.text)") }
                var table = TextTable("TIME", "", "WHAT", "BY", "NOTE", empty: "nothing is on record")
                for moment in moments {
                    if common.json { StandardOutput.write(moment.json) }
                    table.add(moment.at.short, moment.sort, moment.what, moment.by, moment.note)
                }
                if !common.json { StandardOutput.write(table) }
            }
        }
    }

    private func moments(of id: UUID, on connection: PostgresConnection) async throws -> [Moment] {
        let results = try await connection.pipeline([
            EvidenceRow.ofChain(id),
            CaseClock.ofSubject(id),
            EffectRow.ofCase(id),
        ])
        let facts = try results[0].map { row in
            let fact = try EvidenceRow(row: row)
            return Moment(
                at: fact.at,
                sort: "fact",
                what: fact.fact,
                by: fact.actor,
                note: FactNote.words(fact.body),
                json: [
                    "at": JSONValue(fact.at), "request": JSONValue(id), "fact": .string(fact.fact),
                    "actor": .string(fact.actor),
                    "seq": .integer(fact.sequence), "body": .raw(fact.body),
                ]
            )
        }
        let clocks = try results[1].map { row in
            let clock = try CaseClock(row: row)
            let note = [clock.state, clock.note].compactMap { $0 }.joined(separator: ", ")
            return Moment(
                at: clock.dueAt ?? clock.anchorAt,
                sort: "due",
                what: clock.clock,
                by: clock.source,
                note: note,
                json: [
                    "at": JSONValue(clock.dueAt), "request": JSONValue(id), "clock": .string(clock.clock),
                    "rule": .string(clock.rule), "article": .string(clock.source), "state": .string(clock.state),
                    "provisional": .bool(clock.isProvisional), "unverified": .bool(clock.isUnverified),
                ]
            )
        }
        let effects = try results[2].map { row in
            let effect = try EffectRow(row: row)
            let at = effect.endedAt ?? effect.plannedAt
            return Moment(
                at: at,
                sort: "effect",
                what: effect.kind,
                by: effect.target,
                note: effect.note,
                json: .object([
                    ("at", JSONValue(at)), ("request", JSONValue(id)), ("effect", JSONValue(effect.id)),
                    ("kind", .string(effect.kind)), ("target", .string(effect.target)),
                    ("state", .string(effect.state)), ("attempts", .integer(effect.attempts)),
                    ("next_attempt_at", JSONValue(effect.nextAttemptAt)), ("cause", JSONValue(effect.cause)),
                ])
            )
        }
        // Facts of one transaction share their time: the order of the chain is kept.
        return (facts + clocks + effects).enumerated().sorted {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }.map(
            \.element
        )
    }
}
