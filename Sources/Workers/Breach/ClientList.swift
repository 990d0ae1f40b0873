import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// The clients that an incident affects as a list that a person approves, where the publisher's profile wants that: who is on it, why,
/// with what numbers and until when, see ``BreachClientRecord``.
///
/// A phase that affects nobody new needs no word: whoever was approved, or told, before hears of it at once. What a person has seen is
/// what the digest is of, so that no list is approved that has changed since.
struct ClientList {
    private let setting: Profile.BreachApprovalSetting?
    private let last: BreachListRecord?

    /// - Parameter setting: nil where the publisher's profile has none, and one before had.
    init(_ setting: Profile.BreachApprovalSetting?, last: BreachListRecord?) {
        self.setting = setting
        self.last = last
    }

    /// Whether a person has all that there is, and has not approved it: until then there is nothing to do.
    func isWaiting(with incident: IncidentRecord) -> Bool {
        last.map { $0.phases == incident.phases.count && !$0.isApproved } ?? false
    }

    /// Makes the list of those who have to wait, after everybody else was brought to the latest phase, and calls a person.
    ///
    /// - Parameter unapproved: of those who are affected the ones that nobody has approved and that have no notice yet, in the order of
    ///   their ids.
    /// - Returns: whether anybody has to.
    func keep(
        _ unapproved: [String],
        _ affected: [String: IncidentPicture.Part],
        _ picture: IncidentPicture,
        _ incident: inout IncidentRecord,
        _ turn: inout SpreadTurn,
        on connection: PostgresConnection
    ) async throws -> Bool {
        // Whom nobody told of an alarm that was false need not hear of it.
        let names = picture.ending == .falseAlarm ? [] : unapproved
        guard !names.isEmpty || last?.isApproved == false else { return false }
        let registry = turn.changes.registry
        var waiting: [BreachClientRecord] = []
        var clocks: [String: Deadline] = [:]
        for name in names {
            guard let part = affected[name], let client = registry.client(name) else { continue }
            clocks[name] = turn.opening(client, part, picture).deadlines.first
            waiting.append(
                BreachClientRecord(
                    clientID: name,
                    phase: part.phase,
                    systems: picture.systems(of: name, in: registry.systems),
                    subjects: part.subjectsApprox,
                    records: part.recordsApprox,
                    isUncounted: part.isUncounted,
                    awareAt: part.awareAt,
                    dueAt: clocks[name]?.due
                )
            )
        }
        _ = try await connection.pipeline(BreachClientRecord.replace(waitingOf: incident.id, with: waiting))
        // As it is stored: what anybody reads later has the same digest.
        let rows = try await connection.query(BreachClientRecord.reading(of: incident.id)).map(BreachClientRecord.init)
        let next = BreachListRecord(of: incident.id, phases: incident.phases.count, rows, after: last, at: turn.now)
        let review = try await connection.query(ReviewRecord.locking(.breachClients, ofIncident: incident.id)).first
            .map(ReviewRecord.init)
        // Nobody takes the last one off a list without somebody else's word either.
        guard next.clients > 0 || (last?.isApproved == false && next.excluded > 0) else {
            if let review {
                _ = try await connection.query(review.dismiss(at: turn.now))
                turn.changes.reviews.settle(case: incident.id)
            }
            return false
        }
        _ = try await connection.query(next.insert)
        let due = rows.filter { $0.approvedAt == nil && $0.exclusion == nil }.compactMap { clocks[$0.clientID] }
            .min { ($0.due ?? .distantFuture) < ($1.due ?? .distantFuture) }
        turn.list(next, clause: setting?.clause, due: due?.due, in: &incident, isCalled: review != nil)
        if let due { try await run(due, of: incident.id, &turn, on: connection) }
        return true
    }

    /// The incident's own clock runs until everybody on the list was told, by the earliest date on it.
    private func run(_ due: Deadline, of incident: UUID, _ turn: inout SpreadTurn, on connection: PostgresConnection)
        async throws
    {
        let rows = try await connection.query(
            "SELECT state, due_at FROM habeas.deadline WHERE subject_id = \(incident) AND clock = \(due.rule.clock.rawValue)"
        )
        if let row = rows.first, let end = due.due {
            let (state, before) = try row.decode(String.self, Date?.self)
            // A second for what the database does not keep of a time.
            let isLater = before.map { end > $0.addingTimeInterval(1) } ?? true
            let isEarlier = before.map { end < $0.addingTimeInterval(-1) } ?? true
            if state == "open", !isEarlier { return }
            if state == "missed", !isLater { return }
        }
        turn.changes.deadlines.start(due, subject: incident)
    }
}

extension SpreadTurn {
    /// A list that somebody is to approve.
    fileprivate mutating func list(
        _ list: BreachListRecord,
        clause: String?,
        due: Date?,
        in incident: inout IncidentRecord,
        isCalled: Bool
    ) {
        let phase = incident.phase
        changes.evidence.add(
            incident.chain.append(
                "incident.clients_listed",
                at: now,
                actor: Self.actor,
                clientID: nil,
                body: JSONWriter.text { body in
                    body.member("list", list.number)
                    body.member("phase", phase)
                    body.member("clients", list.clients)
                    body.member("excluded", list.excluded)
                    body.member("sha256", list.digest)
                    body.member("due_at", due)
                    body.member("clause", clause)
                }
            )
        )
        // Whoever is called late is called in time all the same: never after the clients themselves are to be told.
        if !isCalled {
            changes.review(.breachClients, ofIncident: incident.id, publisher: incident.publisherID, due: due)
        }
    }
}
