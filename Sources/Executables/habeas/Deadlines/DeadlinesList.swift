import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

extension ClockRule.Clock: ExpressibleByArgument {}

/// `habeas deadlines`
struct DeadlinesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists open clocks by urgency, with article and remaining time; missed ones first.",
        discussion: """
            Example:
              habeas deadlines --within 14 --client acme
            """
    )

    @Option(help: ArgumentHelp("Clocks that end within so many days.", valueName: "days"))
    var within = 30

    @Option(help: ArgumentHelp("Only those of this client.", valueName: "id"))
    var client: String?

    @Option(help: ArgumentHelp("Only this clock: respond, refer, purge, …", valueName: "clock"))
    var clock: ClockRule.Clock?

    @Option(help: "Clocks to list at most.")
    var limit = 100

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0...36_500).contains(within) else { throw ValidationError("--within: is not 0 to 36500; give days") }
        guard limit > 0 else { throw ValidationError("--limit: is not above zero; give a number of clocks") }
    }

    func run() async throws {
        var condition: SQL = "true"
        if let client { condition = "\(condition) AND d.client_id = \(client)" }
        if let clock { condition = "\(condition) AND d.clock = \(clock.rawValue)" }
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            if let client {
                let known = try await connection.query("SELECT FROM habeas.client WHERE id = \(client)")
                guard !known.isEmpty else {
                    throw Failure("--client", "is no client", "look it up with `habeas clients list`")
                }
            }
            return try await connection.query(
                OwedClock.within(.seconds(within * 86_400), where: condition, limit: limit)
            ).map(OwedClock.init)
        }
        var table = TextTable(
            "DUE",
            "LEFT",
            "CLOCK",
            "ARTICLE OR CLAUSE",
            "CLIENT",
            "STATE",
            "SUBJECT",
            "NOTE",
            empty: "nothing is owed"
        )
        for owed in rows {
            if common.json { StandardOutput.write(owed.json) }
            let notes = [
                owed.isProvisional ? "provisional" : nil, owed.isUnverified ? "rule unverified" : nil,
                owed.waitsFor.map { "waits for \($0)" },
            ]
            .compactMap { $0 }
            table.add(
                owed.dueAt.short,
                TimeSpan.words(Int(owed.secondsLeft)),
                owed.clock,
                owed.source,
                owed.client,
                owed.state == "missed" ? "missed" : owed.caseState,
                owed.subject.text,
                notes.isEmpty ? nil : notes.joined(separator: ", ")
            )
        }
        if !common.json { StandardOutput.write(table) }
    }
}

extension OwedClock {
    fileprivate var json: JSONValue {
        [
            "subject": JSONValue(subject), "client": JSONValue(client), "clock": .string(clock), "rule": .string(rule),
            "article": .string(source), "due_at": JSONValue(dueAt), "seconds_left": .integer(Int(secondsLeft)),
            "state": .string(state), "request_state": JSONValue(caseState), "lane": JSONValue(lane),
            "provisional": .bool(isProvisional), "unverified": .bool(isUnverified), "waits_for": JSONValue(waitsFor),
        ]
    }
}
