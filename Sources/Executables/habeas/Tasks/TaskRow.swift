import FoundationEssentials
import Postgres
import Rights

/// One thing that waits for a person: a review, or a parked message with a triage deadline.
struct TaskRow {
    /// What parked messages are called among the kinds of reviews.
    static let triage = "triage"

    let id: UUID
    let kind: String
    let request: UUID?
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

    /// The open ones by urgency.
    static func listing(kind: String?, client: String?, onlyApprovals: Bool, limit: Int) -> SQL {
        var condition: SQL = "true"
        if let kind { condition = "\(condition) AND t.kind = \(kind)" }
        if let client { condition = "\(condition) AND t.client_id = \(client)" }
        if onlyApprovals { condition = "\(condition) AND t.needs > 1" }
        let finals = CaseState.allCases.filter(\.isFinal).map(\.rawValue)
        return """
            SELECT t.*, extract(epoch FROM t.due_at - habeas.domain_now())::float8
              FROM (SELECT r.id, r.kind, r.case_id, r.client_id, coalesce(r.publisher_id, c.publisher_id) AS publisher_id,
                           encode(r.identity, 'hex') AS identity, NULL::text AS remedy, r.rule, r.source, r.due_at, r.opened_at,
                           r.needs::int8 AS needs,
                           (SELECT count(*) FROM habeas.review_approval a WHERE a.review_id = r.id)::int8 AS approvals
                      FROM habeas.review r LEFT JOIN habeas.case_file c ON c.id = r.case_id
                     WHERE r.settled_at IS NULL AND (c.id IS NULL OR NOT c.state = ANY(\(finals)::text[]))
                     UNION ALL
                    SELECT p.id, \(triage), NULL, NULL, p.publisher_id, NULL, p.remedy, d.rule, d.source, d.due_at, p.received_at, 1, 0
                      FROM habeas.parked_message p JOIN habeas.deadline d ON d.subject_id = p.id AND d.clock = 'triage'
                     WHERE p.state = 'open') AS t
             WHERE \(condition)
             ORDER BY t.due_at, t.id LIMIT \(limit)
            """
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
        needs = try row.decode("needs", as: Int.self)
        approvals = try row.decode("approvals", as: Int.self)
        secondsLeft = Int(try row.decode(13, as: Double.self))
    }

    /// What the person is asked.
    var question: String { remedy ?? ReviewKind(rawValue: kind)?.question ?? "run a newer version of this program" }

    var json: JSONValue {
        [
            "task": JSONValue(id), "kind": .string(kind), "question": .string(question), "request": JSONValue(request),
            "client": JSONValue(client), "publisher": JSONValue(publisher), "identity": JSONValue(identity),
            "parked": JSONValue(kind == Self.triage ? id : nil), "article": .string(source), "rule": .string(rule),
            "opened_at": JSONValue(openedAt), "due_at": JSONValue(dueAt), "seconds_left": .integer(secondsLeft),
            "needs": .integer(needs), "approvals": .integer(approvals),
        ]
    }

    static func print(_ rows: [TaskRow], json: Bool, empty: String) {
        var table = TextTable(
            "DUE",
            "LEFT",
            "KIND",
            "ARTICLE OR CLAUSE",
            "CLIENT",
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
                DeadlinesList.words(row.secondsLeft),
                row.kind,
                row.source,
                row.client,
                row.needs > 1 ? "\(row.approvals) of \(row.needs)" : nil,
                row.id.text,
                row.request?.text,
                row.question
            )
        }
        if !json { StandardOutput.write(table) }
    }
}
