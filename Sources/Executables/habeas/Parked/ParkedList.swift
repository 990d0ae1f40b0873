import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

/// `habeas parked list`
struct ParkedList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists parked messages, the newest first, or counts them by reason.",
        discussion: """
            Example:
              habeas parked list --group
              habeas parked list --fault unknown_client --json
            """
    )

    enum State: String, ExpressibleByArgument, CaseIterable {
        case open, replayed, discarded, all
    }

    @Flag(help: "Count by fault and field instead of listing.")
    var group = false

    @Option(help: "Only messages in this state.")
    var state = State.open

    @OptionGroup var reason: ParkedReason

    @Option(help: "Messages to list at most.")
    var limit = 100

    @Option(help: ArgumentHelp("Begin behind this message.", valueName: "id"), transform: UUID.init(argument:))
    var after: UUID?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit: is not above zero; give a number of messages") }
    }

    func run() async throws {
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(group ? ParkedGroup.reading(where: condition) : list)
        }
        if group { try printGroups(rows) } else { try printList(rows) }
    }

    private var condition: SQL {
        var condition = reason.condition
        if state != .all { condition = "\(condition) AND p.state = \(state.rawValue)" }
        return condition
    }

    private var list: SQL {
        var condition = condition
        if let after { condition = "\(condition) AND p.id < \(after)" }
        return """
            SELECT p.id, p.state, p.origin, p.publisher_id, p.event_type, p.field, p.fault, p.remedy, p.received_at, p.body_size,
                   d.due_at, CASE p.state WHEN 'open' THEN p.replay_at END
              FROM (SELECT * FROM habeas.parked_message p WHERE \(condition) ORDER BY p.id DESC LIMIT \(limit)) AS p
              LEFT JOIN LATERAL (SELECT due_at FROM habeas.deadline
                                  WHERE subject_id = p.id AND state IN ('open', 'missed') ORDER BY due_at LIMIT 1) AS d ON true
             ORDER BY p.id DESC
            """
    }

    private func printList(_ rows: Rows) throws {
        var table = TextTable(
            "PARKED",
            "STATE",
            "RECEIVED",
            "PUBLISHER",
            "TYPE",
            "FIELD",
            "FAULT",
            "TRIAGE DUE",
            "REMEDY",
            empty: "nothing is parked"
        )
        for row in rows {
            let (id, state, origin, publisher, type, field, fault, remedy, receivedAt, size, dueAt, turn) =
                try row.decode(
                    UUID.self,
                    String.self,
                    String.self,
                    String?.self,
                    String?.self,
                    String.self,
                    String.self,
                    String.self,
                    Date.self,
                    Int.self,
                    Date?.self,
                    Date?.self
                )
            if common.json {
                StandardOutput.write([
                    "id": JSONValue(id), "state": .string(state), "origin": .string(origin),
                    "publisher": JSONValue(publisher),
                    "type": JSONValue(type), "field": .string(field), "fault": .string(fault),
                    "remedy": .string(remedy),
                    "received_at": JSONValue(receivedAt), "body_size": .integer(size),
                    "triage_due_at": JSONValue(dueAt), "replay_at": JSONValue(turn),
                ])
            } else {
                table.add(
                    id.text,
                    state,
                    receivedAt.short,
                    publisher,
                    type,
                    field,
                    fault,
                    dueAt?.short,
                    remedy + (turn.map { " Its turn is at \($0.short)." } ?? "")
                )
            }
        }
        if !common.json { StandardOutput.write(table) }
    }

    private func printGroups(_ rows: Rows) throws {
        var table = TextTable("COUNT", "FAULT", "FIELD", "OLDEST", "NEWEST", "REMEDY", empty: "nothing is parked")
        for group in try rows.map(ParkedGroup.init) {
            if common.json {
                StandardOutput.write([
                    "fault": .string(group.fault), "field": .string(group.field), "count": .integer(group.count),
                    "oldest_at": JSONValue(group.oldestAt), "newest_at": JSONValue(group.newestAt),
                    "remedy": .string(group.remedy),
                ])
            } else {
                table.add(
                    String(group.count),
                    group.fault,
                    group.field,
                    group.oldestAt.short,
                    group.newestAt.short,
                    group.remedy
                )
            }
        }
        if !common.json { StandardOutput.write(table) }
    }
}
