import ArgumentParser
import FoundationEssentials
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
                let rows = try await connection.query(page(after: last, count: min(left, 1_000)))
                for row in rows {
                    let item = try Item(row: row)
                    last = item.id
                    if common.json { StandardOutput.write(item.json) } else { item.add(to: &table) }
                }
                left -= rows.count
                if rows.count < 1_000 { break }
            }
        }
        if !common.json { StandardOutput.write(table) }
    }

    private func page(after id: UUID?, count: Int) -> SQL {
        var condition: SQL = "true"
        if let state { condition = "\(condition) AND c.state = \(state.rawValue)" }
        if let client { condition = "\(condition) AND c.client_id = \(client)" }
        if let lane { condition = "\(condition) AND c.lane = \(lane.rawValue)" }
        if let group { condition = "\(condition) AND c.group_id = \(group)" }
        if let id {
            condition = oldestFirst ? "\(condition) AND c.id > \(id)" : "\(condition) AND c.id < \(id)"
        }
        let order: SQL = oldestFirst ? "ORDER BY c.id" : "ORDER BY c.id DESC"
        return """
            SELECT c.id, c.client_id, c.kind, c.right_asked, c.lane, c.state, c.received_at, d.due_at, d.clock, c.publisher_id,
                   c.request_ref, c.subject_index, c.group_id
              FROM (SELECT * FROM habeas.case_file c WHERE \(condition) \(order) LIMIT \(count)) AS c
              LEFT JOIN LATERAL (SELECT due_at, clock FROM habeas.deadline
                                  WHERE subject_id = c.id AND state = 'open' ORDER BY due_at LIMIT 1) AS d ON true
             \(order)
            """
    }

    private struct Item {
        let id: UUID
        let client: String?
        let kind: String
        let right: String?
        let lane: String
        let state: String
        let receivedAt: Date
        let dueAt: Date?
        let clock: String?
        let publisher: String
        let reference: String?
        let subjectIndex: Int
        let group: UUID?

        init(row: Row) throws {
            (
                id, client, kind, right, lane, state, receivedAt, dueAt, clock, publisher, reference, subjectIndex,
                group
            ) =
                try row.decode(
                    UUID.self,
                    String?.self,
                    String.self,
                    String?.self,
                    String.self,
                    String.self,
                    Date.self,
                    Date?.self,
                    String?.self,
                    String.self,
                    String?.self,
                    Int.self,
                    UUID?.self
                )
        }

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
}
