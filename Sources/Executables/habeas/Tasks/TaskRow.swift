import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One thing that waits for a person: a review, a task at a system, or a parked message with a triage deadline.
struct TaskRow {
    /// What parked messages are called among the kinds of reviews.
    static let triage = "triage"
    /// A system's part that a person does by hand.
    static let systemTask = "system_task"
    /// What was done by hand waits for somebody else to look.
    static let systemLook = "system_verification"
    /// An own app that has not answered in time.
    static let appOverdue = "app_overdue"

    let id: UUID
    let kind: String
    let request: UUID?
    /// What it is about where that is an incident as a whole.
    let incident: UUID?
    let client: String?
    let publisher: String?
    /// The look-up digest of the person whose requests were many, in hexadecimal.
    let identity: String?
    /// What to do about a parked message.
    let remedy: String?
    let rule: String
    let source: String
    let dueAt: Date
    let openedAt: Date
    let needs: Int
    let approvals: Int
    let secondsLeft: Int
    let system: String?
    let operation: String?
    let owner: String?
    /// What is to be collected and nothing else, for an authority; nil where everything is.
    let only: [String]?
    /// What has to be done at a system, as the data map says it.
    private var instructions: String?

    /// The open ones by urgency.
    private static func listing(kind: String?, client: String?, onlyApprovals: Bool, limit: Int) -> SQL {
        var condition: SQL = "true"
        if let kind { condition = "\(condition) AND t.kind = \(kind)" }
        if let client { condition = "\(condition) AND t.client_id = \(client)" }
        if onlyApprovals {
            condition = "\(condition) AND (t.needs > 1 OR t.kind = \(ReviewKind.breachClients.rawValue))"
        }
        let finals = CaseState.allCases.filter(\.isFinal).map(\.rawValue)
        return """
            SELECT t.*, extract(epoch FROM t.due_at - habeas.domain_now())::float8 AS seconds_left
              FROM (SELECT r.id, r.kind, r.case_id, r.client_id, coalesce(r.publisher_id, c.publisher_id, i.publisher_id) AS publisher_id,
                           encode(r.identity, 'hex') AS identity, NULL::text AS remedy, r.rule, r.source, r.due_at, r.opened_at,
                           r.needs::int8 AS needs,
                           (SELECT count(*) FROM habeas.review_approval a WHERE a.review_id = r.id)::int8 AS approvals,
                           NULL::text AS system, NULL::text AS operation, NULL::text AS owner, NULL::text[] AS only, r.incident_id
                      FROM habeas.review r LEFT JOIN habeas.case_file c ON c.id = r.case_id
                      LEFT JOIN habeas.incident i ON i.id = r.incident_id
                     WHERE r.settled_at IS NULL AND (c.id IS NULL OR NOT c.state = ANY(\(finals)::text[]))
                     UNION ALL
                    SELECT p.id, \(triage), NULL, NULL, p.publisher_id, NULL, p.remedy, d.rule, d.source, d.due_at, p.received_at, 1, 0,
                           NULL, NULL, NULL, NULL, NULL
                      FROM habeas.parked_message p JOIN habeas.deadline d ON d.subject_id = p.id AND d.clock = 'triage'
                     WHERE p.state = 'open'
                     UNION ALL
                    SELECT f.id,
                           CASE WHEN f.way <> 'person' THEN \(appOverdue) WHEN f.state = 'verifying' THEN \(systemLook) ELSE \(systemTask) END,
                           f.case_id, f.client_id, c.publisher_id, NULL, NULL, 'system.due_within', \(taskSource),
                           f.due_at, c.state_since, 1, 0, f.system_id, f.operation, f.owner, f.only_categories, NULL
                      FROM habeas.fan_out f JOIN habeas.case_file c ON c.id = f.case_id
                     -- As the index on what waits for somebody has it.
                     WHERE f.state IN ('pending', 'verifying') AND f.due_at IS NOT NULL
                       AND (f.way = 'person' OR f.due_at <= habeas.domain_now())
                       AND (f.part = 'lift' OR NOT c.state = ANY(\(finals)::text[]))) AS t
             WHERE \(condition)
             ORDER BY t.due_at, t.id LIMIT \(limit)
            """
    }

    private static let taskSource = "GDPR Art. 28(3)(e); G10"

    /// The open ones by urgency, with what is to be done at systems.
    static func open(
        kind: String? = nil,
        client: String? = nil,
        onlyApprovals: Bool = false,
        limit: Int,
        on connection: PostgresConnection
    ) async throws -> [TaskRow] {
        let found = try await connection.query(
            listing(kind: kind, client: client, onlyApprovals: onlyApprovals, limit: limit)
        )
        var rows = try found.map(TaskRow.init)
        guard rows.contains(where: { $0.system != nil }) else { return rows }
        let registry = try await Registry.load(on: connection)
        for index in rows.indices {
            guard let system = rows[index].system.flatMap({ registry.system($0) }) else { continue }
            switch system.connector {
            case .email(let person), .manual(let person): rows[index].instructions = person.instructions
            case .postgres, .opendsr, .http, .amqp, .tus, .none: break
            }
        }
        return rows
    }

    init(row: Row) throws {
        (id, kind, request, client, publisher, identity, remedy) = try row.decode(
            UUID.self,
            String.self,
            UUID?.self,
            String?.self,
            String?.self,
            String?.self,
            String?.self
        )
        rule = try row.decode("rule", as: String.self)
        source = try row.decode("source", as: String.self)
        dueAt = try row.decode("due_at", as: Date.self)
        openedAt = try row.decode("opened_at", as: Date.self)
        incident = try row.decode("incident_id", as: UUID?.self)
        needs = try row.decode("needs", as: Int.self)
        approvals = try row.decode("approvals", as: Int.self)
        secondsLeft = Int(try row.decode("seconds_left", as: Double.self))
        system = try row.decode("system", as: String?.self)
        operation = try row.decode("operation", as: String?.self)
        owner = try row.decode("owner", as: String?.self)
        only = try row.decode("only", as: [String]?.self)
    }

    /// What the person is asked.
    var question: String {
        switch kind {
        case Self.systemTask where operation == TargetOperation.collect.rawValue:
            "Collect there \(only.map { "of \($0.joined(separator: ", ")), and of nothing else, " } ?? "")what is held about the person, then hand it in with `habeas tasks complete --file`\(instructions.map { ": \($0)" } ?? ".")"
        case Self.systemTask:
            "Do it at the system by hand, then say what came of it with `habeas tasks complete`\(instructions.map { ": \($0)" } ?? ".")"
        case Self.systemLook:
            "Look whether it is done there, if you did not do it yourself; say so with `habeas tasks verify`."
        case Self.appOverdue:
            "Ask the people of the app why it has not answered; what they did by hand is said with `habeas tasks complete`."
        default: remedy ?? ReviewKind(rawValue: kind)?.question ?? "run a newer version of this program"
        }
    }

    var json: JSONValue {
        [
            "task": JSONValue(id), "kind": .string(kind), "question": .string(question), "request": JSONValue(request),
            "incident": JSONValue(incident), "client": JSONValue(client), "publisher": JSONValue(publisher),
            "identity": JSONValue(identity),
            "parked": JSONValue(kind == Self.triage ? id : nil), "article": .string(source), "rule": .string(rule),
            "opened_at": JSONValue(openedAt), "due_at": JSONValue(dueAt), "seconds_left": .integer(secondsLeft),
            "needs": .integer(needs), "approvals": .integer(approvals), "system": JSONValue(system),
            "operation": JSONValue(operation), "owner": JSONValue(owner), "only": only.map { JSONValue($0) } ?? .null,
        ]
    }

    static func print(_ rows: [TaskRow], json: Bool, empty: String) {
        var table = TextTable(
            "DUE",
            "LEFT",
            "KIND",
            "ARTICLE OR CLAUSE",
            "CLIENT",
            "SYSTEM",
            "OWNER",
            "APPROVED",
            "TASK",
            "REQUEST",
            "WHAT",
            empty: empty
        )
        for row in rows {
            if json { StandardOutput.write(row.json) }
            table.add(
                row.dueAt.short,
                TimeSpan.words(row.secondsLeft),
                row.kind,
                row.source,
                row.client,
                row.system.map { "\($0) \(row.operation ?? "")" },
                row.owner,
                row.needs > 1 ? "\(row.approvals) of \(row.needs)" : nil,
                row.id.text,
                (row.request ?? row.incident)?.text,
                row.question
            )
        }
        if !json { StandardOutput.write(table) }
    }
}
