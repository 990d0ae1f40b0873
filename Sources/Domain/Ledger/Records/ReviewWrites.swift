package import FoundationEssentials
package import Postgres
package import Rights

/// What one transaction asks of people, and what it no longer asks.
package struct ReviewWrites: Sendable {
    private struct Row {
        let id: UUID
        let kind: ReviewKind
        let caseID: UUID?
        var clientID: String?
        let publisherID: String?
        let identity: [UInt8]?
        var incidentID: UUID?
        let deadline: Deadline
        let openedAt: Date
        let dueAt: Date
    }

    private var opened: [Row] = []
    private var settled: Set<UUID> = []
    private var dismissed: [(id: UUID, kind: ReviewKind, at: Date)] = []

    package init() {}

    /// Calls a person about a case; while an earlier call of this kind is open that one stands.
    ///
    /// - Parameter deadline: the `review` clock, which never stands still.
    package mutating func open(_ kind: ReviewKind, case id: UUID, clientID: String?, _ deadline: Deadline, at now: Date)
    {
        opened.append(
            Row(
                id: UUID.version7(at: now),
                kind: kind,
                caseID: id,
                clientID: clientID,
                publisherID: nil,
                identity: nil,
                deadline: deadline,
                openedAt: now,
                dueAt: deadline.due ?? now
            )
        )
    }

    /// The same about an incident as a whole. Its `review` clock is that of the earliest such call, and has to be there.
    ///
    /// - Parameter deadline: the `review` clock of this call.
    package mutating func open(_ kind: ReviewKind, incident id: UUID, _ deadline: Deadline, at now: Date) {
        opened.removeAll { $0.incidentID == id && $0.kind == kind }
        opened.append(
            Row(
                id: UUID.version7(at: now),
                kind: kind,
                caseID: nil,
                clientID: nil,
                publisherID: nil,
                identity: nil,
                incidentID: id,
                deadline: deadline,
                openedAt: now,
                dueAt: deadline.due ?? now
            )
        )
        settled.insert(id)
    }

    /// Calls a person about the access requests of one publisher, or about one person; returns the review's id.
    package mutating func open(harvestOf source: HarvestSource, _ deadline: Deadline, at now: Date) -> UUID {
        let id = UUID.version7(at: now)
        opened.append(
            Row(
                id: id,
                kind: .harvest,
                caseID: nil,
                clientID: nil,
                publisherID: source.publisherID,
                identity: source.identity,
                deadline: deadline,
                openedAt: now,
                dueAt: deadline.due ?? now
            )
        )
        return id
    }

    /// What was called for in this transaction belongs to the case's client, too.
    package mutating func assign(_ clientID: String, to id: UUID) {
        for index in opened.indices where opened[index].caseID == id { opened[index].clientID = clientID }
    }

    /// Takes a call back that nobody has to answer any more.
    package mutating func dismiss(_ kind: ReviewKind, case id: UUID, at now: Date) {
        opened.removeAll { $0.caseID == id && $0.kind == kind }
        dismissed.append((id, kind, now))
        settled.insert(id)
    }

    /// A review of this case, or of this incident, was settled: its `review` clock is that of the earliest one left, or has been met.
    package mutating func settle(case id: UUID) { settled.insert(id) }

    package var statements: [SQL] {
        var statements: [SQL] = []
        if !dismissed.isEmpty {
            statements.append(
                """
                UPDATE habeas.review AS r SET settled_at = n.at, verdict = 'moot'
                  FROM unnest(\(dismissed.map(\.id))::uuid[], \(dismissed.map(\.kind.rawValue))::text[], \(dismissed.map(\.at))::timestamptz[])
                    AS n (case_id, kind, at)
                 WHERE r.case_id = n.case_id AND r.kind = n.kind AND r.settled_at IS NULL
                """
            )
        }
        if !opened.isEmpty {
            statements.append(
                """
                INSERT INTO habeas.review (id, kind, case_id, client_id, publisher_id, identity, incident_id, needs, rule, source, opened_at,
                  due_at)
                SELECT * FROM unnest(\(opened.map(\.id))::uuid[], \(opened.map(\.kind.rawValue))::text[],
                  \(opened.map(\.caseID))::uuid[], \(opened.map(\.clientID))::text[], \(opened.map(\.publisherID))::text[],
                  \(opened.map(\.identity))::bytea[], \(opened.map(\.incidentID))::uuid[], \(opened.map { Int16($0.kind.approvals) })::int2[],
                  \(opened.map(\.deadline.rule.id))::text[], \(opened.map(\.kind.source))::text[],
                  \(opened.map(\.openedAt))::timestamptz[], \(opened.map(\.dueAt))::timestamptz[])
                ON CONFLICT DO NOTHING
                """
            )
        }
        if !settled.isEmpty { statements += clocks }
        return statements
    }

    /// What was missed and then done is owed no more; that it was late stays in evidence.
    private var clocks: [SQL] {
        [
            """
            UPDATE habeas.deadline AS d
               SET state = CASE WHEN r.due_at IS NULL THEN 'met' ELSE 'open' END, due_at = coalesce(r.due_at, d.due_at),
                   warn_at = CASE WHEN r.due_at = d.due_at THEN d.warn_at END,
                   next_at = CASE WHEN r.due_at = d.due_at AND d.state = 'open' THEN d.next_at ELSE r.due_at END
              FROM unnest(\(Array(settled))::uuid[]) AS n (case_id)
              LEFT JOIN LATERAL (SELECT min(due_at) AS due_at FROM habeas.review
                                  WHERE (case_id = n.case_id OR incident_id = n.case_id) AND settled_at IS NULL) AS r ON true
             WHERE d.subject_id = n.case_id AND d.clock = 'review'
               AND (d.state = 'open' OR d.state = 'met' AND r.due_at IS NOT NULL
                    OR d.state = 'missed' AND (r.due_at > d.due_at OR r.due_at IS NULL))
            """,
            """
            UPDATE habeas.deadline AS d SET state = 'met', next_at = NULL
             WHERE d.subject_id = ANY(\(Array(settled))::uuid[]) AND d.clock = 'approval' AND d.state IN ('open', 'missed')
               AND NOT EXISTS (SELECT FROM habeas.review WHERE case_id = d.subject_id AND settled_at IS NULL AND needs > 1)
            """,
        ]
    }
}

/// Whose many access requests a person looks at.
package enum HarvestSource: Sendable, Hashable {
    case publisher(String)
    /// The look-up digest of one person at one client.
    case identity([UInt8])

    package var publisherID: String? { if case .publisher(let id) = self { id } else { nil } }
    package var identity: [UInt8]? { if case .identity(let digest) = self { digest } else { nil } }
}
