import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

extension CaseState: ExpressibleByArgument {}
extension Lane: ExpressibleByArgument {}

/// `habeas requests list`
struct RequestsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists cases, the newest first.",
        discussion: """
            With --after the list goes on behind the case of that id.

            Example:
              habeas requests list --client acme --state in_progress --limit 20
              habeas requests list --oldest-first --after 0199f2c4-… --json
            """
    )

    @Option(help: "Only cases in this state.")
    var state: CaseState?

    @Option(help: ArgumentHelp("Only cases of this client.", valueName: "id"))
    var client: String?

    @Option(help: "Only cases on this lane.")
    var lane: Lane?

    @Option(help: ArgumentHelp("Only cases of this group.", valueName: "id"), transform: UUID.init(argument:))
    var group: UUID?

    @Option(help: "Cases to list at most.")
    var limit = 100

    @Option(help: ArgumentHelp("Begin behind this case.", valueName: "id"), transform: UUID.init(argument:))
    var after: UUID?

    @Flag(help: "The oldest first.")
    var oldestFirst = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit: is not above zero; give a number of cases") }
    }

    func run() async throws {
        var table = TextTable(
            "REQUEST",
            "CLIENT",
            "KIND",
            "RIGHT",
            "LANE",
            "STATE",
            "RECEIVED",
            "NEXT DUE",
            "CLOCK",
            "PUBLISHER",
            "REF",
            "GROUP",
            empty: "no cases"
        )
        try await DatabaseSession.run(try common.configuration()) { connection in
            var left = limit
            var last = after
            // Page by page, so that a long list begins at once and takes no memory when it goes to a program.
            while left > 0 {
                let rows = try await connection.query(
                    CaseRow.page(filter, after: last, count: min(left, 1_000))
                )
                for row in rows {
                    let item = try CaseRow(row: row)
                    last = item.id
                    if common.json { StandardOutput.write(item.json) } else { item.add(to: &table) }
                }
                left -= rows.count
                if rows.count < 1_000 { break }
            }
        }
        if !common.json { StandardOutput.write(table) }
    }

    private var filter: CaseRow.Filter {
        var filter = CaseRow.Filter()
        filter.state = state?.rawValue
        filter.client = client
        filter.lane = lane?.rawValue
        filter.group = group
        filter.oldestFirst = oldestFirst
        return filter
    }
}

extension CaseRow {
    var json: JSONValue {
        [
            "id": JSONValue(id), "client": JSONValue(client), "kind": .string(kind), "right": JSONValue(right),
            "lane": .string(lane), "state": .string(state), "received_at": JSONValue(receivedAt),
            "next_due_at": JSONValue(dueAt), "next_clock": JSONValue(clock), "publisher": .string(publisher),
            "request_ref": JSONValue(reference), "subject_index": .integer(subjectIndex), "group": JSONValue(group),
        ]
    }

    func add(to table: inout TextTable) {
        table.add(
            id.text,
            client,
            kind,
            right,
            lane,
            state,
            receivedAt.short,
            dueAt?.short,
            clock,
            publisher,
            reference.map { subjectIndex == 0 ? $0 : "\($0) (\(subjectIndex))" },
            group?.text
        )
    }
}
