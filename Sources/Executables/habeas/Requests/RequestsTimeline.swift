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
            """
            SELECT clock, rule, source, anchor_at, due_at, provisional, unverified, state
              FROM habeas.deadline WHERE subject_id = \(id)
            """,
            EffectRow.ofCase(id),
        ])
        let facts = try results[0].map { row in
            let fact = try EvidenceRow(row: row)
            return Moment(
                at: fact.at,
                sort: "fact",
                what: fact.fact,
                by: fact.actor,
                note: RequestsTimeline.note(fact.body),
                json: [
                    "at": JSONValue(fact.at), "request": JSONValue(id), "fact": .string(fact.fact),
                    "actor": .string(fact.actor),
                    "seq": .integer(fact.sequence), "body": .raw(fact.body),
                ]
            )
        }
        let clocks = try results[1].map { row in
            let clock = try CaseSheet.Clock(row: row)
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

    /// The body's members as people read them: `name value`, names and numbers as they are.
    private static func note(_ body: String) -> String {
        let (document, fault) = JSONScanner.scan(Array(body.utf8), maximumDepth: 16)
        guard fault == nil, document.kind(0) == .object else { return body }
        var parts: [String] = []
        var index = 1
        while index < document.after(0) {
            let value = index + 1
            let end = document.after(value)
            if let text = document.word(value) { parts.append("\(document.string(index)) \(text)") }
            index = end
        }
        return parts.joined(separator: ", ")
    }
}

extension JSONDocument {
    /// A value in few words; nil for what only a program wants to read whole.
    fileprivate func word(_ index: Int) -> String? {
        switch kind(index) {
        case .object, .null: nil
        case .array: words(index)
        case .true: "yes"
        case .false: "no"
        case .string: shortened(string(index))
        case .number: integer(index).map(String.init) ?? String(double(index))
        }
    }

    private func words(_ index: Int) -> String? {
        var words: [String] = []
        var item = index + 1
        while item < after(index) {
            if let word = word(item) { words.append(word) }
            item = after(item)
        }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    /// A digest is told from another by its beginning.
    private func shortened(_ text: String) -> String {
        text.utf8.count == 64 && text.allSatisfy(\.isHexDigit) ? "\(text.prefix(12))…" : text
    }
}
