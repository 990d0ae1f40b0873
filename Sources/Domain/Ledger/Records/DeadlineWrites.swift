package import FoundationEssentials
package import Postgres
package import Rights

/// New deadlines of one transaction, and clocks that end with it.
package struct DeadlineWrites: Sendable {
    private var rows: [(subject: UUID, caseID: UUID?, clientID: String?, deadline: Deadline)] = []
    private var voided: [UUID] = []

    package init() {}

    package mutating func open(_ deadline: Deadline, case id: UUID, clientID: String?) {
        rows.append((id, id, clientID, deadline))
    }

    /// A deadline of an incident or of a parked message.
    package mutating func open(_ deadline: Deadline, subject: UUID) { rows.append((subject, nil, nil, deadline)) }

    /// Ends what is still open for a subject that owes nothing any more.
    package mutating func void(subject: UUID) { voided.append(subject) }

    package var statements: [SQL] {
        var statements: [SQL] = []
        if !rows.isEmpty {
            statements.append(
                """
                INSERT INTO habeas.deadline (subject_id, case_id, client_id, clock, rule, source, anchor_at, due_at, provisional, unverified)
                SELECT * FROM unnest(\(rows.map(\.subject))::uuid[], \(rows.map(\.caseID))::uuid[],
                  \(rows.map(\.clientID))::text[], \(rows.map(\.deadline.rule.clock.rawValue))::text[],
                  \(rows.map(\.deadline.rule.id))::text[], \(rows.map(\.deadline.rule.source))::text[],
                  \(rows.map(\.deadline.anchor))::timestamptz[], \(rows.map(\.deadline.due))::timestamptz[],
                  \(rows.map(\.deadline.isProvisional))::bool[], \(rows.map(\.deadline.rule.isUnverified))::bool[])
                """
            )
        }
        if !voided.isEmpty {
            statements.append(
                "UPDATE habeas.deadline SET state = 'void' WHERE subject_id = ANY(\(voided)::uuid[]) AND state = 'open'"
            )
        }
        return statements
    }
}
