package import FoundationEssentials
package import Postgres
package import Rights

/// What one transaction does to clocks: opens, counts anew, stops.
package struct DeadlineWrites: Sendable {
    private struct Row {
        let subject: UUID
        let caseID: UUID?
        var clientID: String?
        var deadline: Deadline
        var state = "open"

        var nextAt: Date? { state == "open" ? deadline.nextAt : nil }
    }

    private var opened: [Row] = []
    /// Where in `opened` the rows of a subject are that was opened in this transaction.
    private var openedAt: [UUID: [Int]] = [:]
    private var restarted: [Row] = []
    private var ensured: [Row] = []
    private var unlessThere: [Row] = []
    private var changed: [(subject: UUID, deadline: Deadline, reopens: Bool)] = []
    private var stopped: [(subject: UUID, clock: ClockRule.Clock)] = []
    private var ended: [(subject: UUID, isMet: Bool)] = []
    private var warned: [(subject: UUID, clock: ClockRule.Clock)] = []
    private var missed: [(subject: UUID, clock: ClockRule.Clock)] = []

    package init() {}

    package mutating func open(_ deadline: Deadline, case id: UUID, clientID: String?) {
        openedAt[id, default: []].append(opened.count)
        opened.append(Row(subject: id, caseID: id, clientID: clientID, deadline: deadline))
    }

    /// A deadline of an incident or of a parked message.
    package mutating func open(_ deadline: Deadline, subject: UUID) {
        openedAt[subject, default: []].append(opened.count)
        opened.append(Row(subject: subject, caseID: nil, clientID: nil, deadline: deadline))
    }

    /// A clock that may have run before: it runs from now on, whatever became of the earlier one.
    package mutating func start(_ deadline: Deadline, case id: UUID, clientID: String?) {
        restarted.removeAll { $0.subject == id && $0.deadline.rule.clock == deadline.rule.clock }
        restarted.append(Row(subject: id, caseID: id, clientID: clientID, deadline: deadline))
    }

    /// The same of an incident.
    package mutating func start(_ deadline: Deadline, subject: UUID) {
        restarted.removeAll { $0.subject == subject && $0.deadline.rule.clock == deadline.rule.clock }
        restarted.append(Row(subject: subject, caseID: nil, clientID: nil, deadline: deadline))
    }

    /// A clock that runs already runs on; one that has ended, or never was, begins.
    package mutating func ensure(_ deadline: Deadline, case id: UUID, clientID: String?) {
        let isOpened = openedAt[id]?.contains { opened[$0].deadline.rule.clock == deadline.rule.clock } ?? false
        guard !isOpened, !ensured.contains(where: { $0.subject == id && $0.deadline.rule.clock == deadline.rule.clock })
        else { return }
        ensured.append(Row(subject: id, caseID: id, clientID: clientID, deadline: deadline))
    }

    /// The same for an incident: a clock that it has had already stays as it is.
    package mutating func ensure(_ deadline: Deadline, subject: UUID) {
        guard openedAt[subject]?.contains(where: { opened[$0].deadline.rule.clock == deadline.rule.clock }) != true
        else {
            return
        }
        unlessThere.append(Row(subject: subject, caseID: nil, clientID: nil, deadline: deadline))
    }

    /// A clock that was counted anew; one that has ended stays so.
    ///
    /// - Parameter reopening: whether one that was missed runs again.
    package mutating func change(_ deadline: Deadline, subject: UUID, reopening: Bool = false) {
        for index in openedAt[subject] ?? [] where opened[index].deadline.rule.clock == deadline.rule.clock {
            opened[index].deadline = deadline
            return
        }
        changed.removeAll { $0.subject == subject && $0.deadline.rule.clock == deadline.rule.clock }
        changed.append((subject, deadline, reopening))
    }

    /// A case has got its client in this transaction.
    package mutating func assign(_ clientID: String, to id: UUID) {
        for index in openedAt[id] ?? [] { opened[index].clientID = clientID }
        for index in restarted.indices where restarted[index].subject == id { restarted[index].clientID = clientID }
        for index in ensured.indices where ensured[index].subject == id { ensured[index].clientID = clientID }
    }

    /// What the clock was for has been done.
    package mutating func stop(_ clock: ClockRule.Clock, subject: UUID) {
        for index in openedAt[subject] ?? [] where opened[index].deadline.rule.clock == clock {
            opened[index].state = "met"
        }
        restarted.removeAll { $0.subject == subject && $0.deadline.rule.clock == clock }
        ensured.removeAll { $0.subject == subject && $0.deadline.rule.clock == clock }
        stopped.append((subject, clock))
    }

    /// Somebody was warned; the clock is looked at again when it ends.
    package mutating func warn(_ clock: ClockRule.Clock, subject: UUID) { warned.append((subject, clock)) }

    /// What was owed by it was not done in time.
    package mutating func miss(_ clock: ClockRule.Clock, subject: UUID) { missed.append((subject, clock)) }

    /// Clocks that outlast their case: a hold ends by itself, and a client is told of a disclosure when it may be.
    private static let outlasting: [ClockRule.Clock] = [.holdEnd, .tellClient]

    /// Ends what is still open for a subject that owes nothing any more: met, or void where nobody is owed an answer.
    package mutating func end(subject: UUID, isMet: Bool) {
        for index in openedAt[subject] ?? [] where opened[index].state == "open" {
            opened[index].state = isMet ? "met" : "void"
        }
        restarted.removeAll { $0.subject == subject && !Self.outlasting.contains($0.deadline.rule.clock) }
        ensured.removeAll { $0.subject == subject }
        ended.removeAll { $0.subject == subject }
        ended.append((subject, isMet))
    }

    /// In the order that gives each clock the last word spoken of it.
    package var statements: [SQL] {
        var statements: [SQL] = []
        if !warned.isEmpty {
            statements.append(
                """
                UPDATE habeas.deadline AS d SET warn_at = NULL, next_at = d.due_at
                  FROM unnest(\(warned.map(\.subject))::uuid[], \(warned.map(\.clock.rawValue))::text[]) AS n (subject_id, clock)
                 WHERE d.subject_id = n.subject_id AND d.clock = n.clock AND d.state = 'open'
                """
            )
        }
        if !missed.isEmpty {
            statements.append(
                """
                UPDATE habeas.deadline AS d SET state = 'missed', warn_at = NULL, next_at = NULL
                  FROM unnest(\(missed.map(\.subject))::uuid[], \(missed.map(\.clock.rawValue))::text[]) AS n (subject_id, clock)
                 WHERE d.subject_id = n.subject_id AND d.clock = n.clock AND d.state = 'open'
                """
            )
        }
        if !ended.isEmpty {
            statements.append(
                """
                UPDATE habeas.deadline AS d SET state = CASE WHEN n.met THEN 'met' ELSE 'void' END, next_at = NULL
                  FROM unnest(\(ended.map(\.subject))::uuid[], \(ended.map(\.isMet))::bool[]) AS n (subject_id, met)
                 WHERE d.subject_id = n.subject_id AND d.state = 'open' AND d.clock <> ALL(\(Self.outlasting.map(\.rawValue))::text[])
                """
            )
        }
        if !stopped.isEmpty {
            statements.append(
                """
                UPDATE habeas.deadline AS d SET state = 'met', next_at = NULL
                  FROM unnest(\(stopped.map(\.subject))::uuid[], \(stopped.map(\.clock.rawValue))::text[]) AS n (subject_id, clock)
                 WHERE d.subject_id = n.subject_id AND d.clock = n.clock AND d.state = 'open'
                """
            )
        }
        if !changed.isEmpty { statements.append(update) }
        if !opened.isEmpty { statements.append(insert(opened)) }
        if !unlessThere.isEmpty {
            statements.append("\(insert(unlessThere)) ON CONFLICT (subject_id, clock) DO NOTHING")
        }
        if !restarted.isEmpty { statements.append(upsert(restarted)) }
        if !ensured.isEmpty { statements.append("\(upsert(ensured)) WHERE deadline.state <> 'open'") }
        if !ended.isEmpty {
            // Cases that an ended one answered, too, are looked at by the clock: each under its own lock.
            statements.append(
                """
                UPDATE habeas.deadline AS d SET due_at = habeas.domain_now(), next_at = habeas.domain_now()
                  FROM habeas.case_file linked
                 WHERE linked.linked_to = ANY(\(ended.map(\.subject))::uuid[]) AND d.subject_id = linked.id
                   AND d.clock = 'equal' AND d.state = 'open'
                """
            )
        }
        return statements
    }

    private func upsert(_ rows: [Row]) -> SQL {
        """
        \(insert(rows))
        ON CONFLICT (subject_id, clock) DO UPDATE
           SET rule = excluded.rule, source = excluded.source, anchor_at = excluded.anchor_at, due_at = excluded.due_at,
               warn_at = excluded.warn_at, next_at = excluded.next_at, provisional = excluded.provisional,
               unverified = excluded.unverified, state = excluded.state
        """
    }

    private var update: SQL {
        """
        UPDATE habeas.deadline AS d
           SET rule = n.rule, source = n.source, anchor_at = n.anchor_at, due_at = n.due_at, state = 'open',
               -- Who was warned of this very date is not warned of it again.
               warn_at = CASE WHEN d.warn_at IS NULL AND d.due_at = n.due_at THEN NULL ELSE n.warn_at END,
               next_at = CASE WHEN d.warn_at IS NULL AND d.due_at = n.due_at THEN d.next_at ELSE n.next_at END,
               provisional = n.provisional, unverified = n.unverified
          FROM unnest(\(changed.map(\.subject))::uuid[], \(changed.map(\.deadline.rule.clock.rawValue))::text[],
            \(changed.map(\.deadline.rule.id))::text[], \(changed.map(\.deadline.rule.source))::text[],
            \(changed.map(\.deadline.anchor))::timestamptz[], \(changed.map(\.deadline.due))::timestamptz[],
            \(changed.map(\.deadline.warnAt))::timestamptz[], \(changed.map(\.deadline.nextAt))::timestamptz[],
            \(changed.map(\.deadline.isProvisional))::bool[], \(changed.map(\.deadline.rule.isUnverified))::bool[],
            \(changed.map(\.reopens))::bool[])
            AS n (subject_id, clock, rule, source, anchor_at, due_at, warn_at, next_at, provisional, unverified, reopens)
         WHERE d.subject_id = n.subject_id AND d.clock = n.clock AND (d.state = 'open' OR (n.reopens AND d.state = 'missed'))
        """
    }

    private func insert(_ rows: [Row]) -> SQL {
        """
        INSERT INTO habeas.deadline (subject_id, case_id, client_id, clock, rule, source, anchor_at, due_at, warn_at, next_at,
          provisional, unverified, state)
        SELECT * FROM unnest(\(rows.map(\.subject))::uuid[], \(rows.map(\.caseID))::uuid[],
          \(rows.map(\.clientID))::text[], \(rows.map(\.deadline.rule.clock.rawValue))::text[],
          \(rows.map(\.deadline.rule.id))::text[], \(rows.map(\.deadline.rule.source))::text[],
          \(rows.map(\.deadline.anchor))::timestamptz[], \(rows.map(\.deadline.due))::timestamptz[],
          \(rows.map(\.deadline.warnAt))::timestamptz[], \(rows.map(\.nextAt))::timestamptz[],
          \(rows.map(\.deadline.isProvisional))::bool[], \(rows.map(\.deadline.rule.isUnverified))::bool[],
          \(rows.map(\.state))::text[])
        """
    }
}
