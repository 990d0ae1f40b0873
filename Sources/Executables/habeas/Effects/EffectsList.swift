import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

extension EffectState: ExpressibleByArgument {}

/// `habeas effects list`
struct EffectsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists outside effects, the newest first.",
        discussion: """
            With --after the list goes on behind the effect of that id.

            Examples:
              habeas effects list --state parked --target mail
              habeas effects list --request helpdesk/REQ-17
              habeas effects list --oldest-first --after 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --limit 1000 --json
            """
    )

    @Option(help: "Only effects in this state.")
    var state: EffectState?

    @Option(help: ArgumentHelp("Only those to this target.", valueName: "id"))
    var target: String?

    @Option(help: ArgumentHelp("Only those of this client.", valueName: "id"))
    var client: String?

    @Option(help: ArgumentHelp("Only those of this request: its id, or PUBLISHER/REF.", valueName: "request"))
    var request: CaseName?

    @Option(
        help: ArgumentHelp("Only those whose last attempt ended by this cause, such as http_503.", valueName: "code")
    )
    var cause: String?

    @Option(help: "Effects to list at most.")
    var limit = 100

    @Option(help: ArgumentHelp("Begin behind this effect.", valueName: "id"), transform: UUID.init(argument:))
    var after: UUID?

    @Flag(help: "The oldest first.")
    var oldestFirst = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit: is not above zero; give a number of effects") }
    }

    func run() async throws {
        var table = EffectRow.table(empty: "no effects")
        try await DatabaseSession.run(try common.configuration()) { connection in
            if let target { try await TargetRow.require(target, on: connection) }
            if let client {
                let known = try await connection.query("SELECT FROM habeas.client WHERE id = \(client)")
                guard !known.isEmpty else {
                    throw Failure("--client", "is no client", "look it up with `habeas clients list`")
                }
            }
            let cases = try await request.mapAsync { try await $0.resolve(on: connection) }
            var left = limit
            var last = after
            // Page by page, so that a long list begins at once and takes no memory when it goes to a program.
            while left > 0 {
                let count = min(left, 1_000)
                let rows = try await connection.query(page(of: cases, after: last, count: count)).map(EffectRow.init)
                for row in rows {
                    if common.json { StandardOutput.write(row.json) } else { row.add(to: &table) }
                }
                last = rows.last?.id ?? last
                left -= rows.count
                if rows.count < count { break }
            }
        }
        if !common.json { StandardOutput.write(table) }
    }

    private func page(of cases: [UUID]?, after id: UUID?, count: Int) -> SQL {
        var condition: SQL = "true"
        if let state { condition = "\(condition) AND e.state = \(state.rawValue)" }
        if let target { condition = "\(condition) AND e.target_id = \(target)" }
        if let client { condition = "\(condition) AND e.client_id = \(client)" }
        if let cases { condition = "\(condition) AND e.subject_id = ANY(\(cases)::uuid[])" }
        if let cause { condition = "\(condition) AND e.cause = \(cause)" }
        if let id { condition = oldestFirst ? "\(condition) AND e.id > \(id)" : "\(condition) AND e.id < \(id)" }
        let order: SQL = oldestFirst ? "ORDER BY e.id" : "ORDER BY e.id DESC"
        return EffectRow.select("WHERE \(condition) \(order) LIMIT \(count)")
    }
}
