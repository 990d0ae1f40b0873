import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Brings incidents to the clients they affect: a case for each client that has none, and what each is told of the phase.
///
/// In steps of some hundred clients, each a transaction under the incident's lock: whatever dies leaves whole steps behind, and any
/// copy goes on from there. What a client is told is made from the events of the incident alone and kept as it was made, so that
/// nobody is told the same number twice in different words. The cases are then looked at one by one, by whichever copy gets them.
struct IncidentSpread: Sendable {
    /// Clients a transaction.
    private static let step = 500
    let ring: KeyRing
    let registry: RegistryCache

    /// - Parameter ids: what the queue names: incidents and cases.
    /// - Returns: the cases to look at now, and the messages to be published.
    func run(_ ids: [UUID], on connection: PostgresConnection) async throws -> (ids: [UUID], outgoing: [OutboxRow]) {
        let incidents = try await connection.query(
            "SELECT id FROM habeas.incident WHERE id = ANY(\(ids)::uuid[]) ORDER BY id"
        )
        .decode(as: UUID.self)
        guard !incidents.isEmpty else { return (ids, []) }
        var outgoing: [OutboxRow] = []
        var cases = Set(ids).subtracting(incidents)
        for id in incidents {
            var isDone = false
            var known: IncidentHistory?
            while !isDone {
                let before = known
                let rows: [OutboxRow]
                (rows, isDone, known) = try await connection.transaction { try await step(id, knowing: before, on: $0) }
                outgoing += rows
            }
            cases.formUnion(try await connection.query(BreachAcks.waiting(of: id)).decode(as: UUID.self))
        }
        return (Array(cases), outgoing)
    }

    /// - Parameter known: what the step before has opened; good as long as nothing came in since.
    private func step(_ id: UUID, knowing known: IncidentHistory?, on connection: PostgresConnection) async throws -> (
        outgoing: [OutboxRow], isDone: Bool, known: IncidentHistory?
    ) {
        let results = try await connection.pipeline([
            IncidentRecord.locking(id),
            "SELECT habeas.domain_now(), now(), registry_version FROM habeas.installation",
        ])
        var incident = try IncidentRecord(row: results[0].only)
        guard incident.spread < incident.phases.count else { return ([], true, known) }
        let (now, machineNow, version) = try results[1].only.decode(Date.self, Date.self, Int64.self)
        let registry = registry.current
        guard version == registry.version else { throw RegistryChanged() }
        let publisher = registry.publisher(id: incident.publisherID)
        // As it was when the incident came in: nothing that is applied since takes the second pair of eyes away. Nor does another
        // profile of the publisher's, once a person was called.
        let approval = registry.policy(
            profile: publisher?.profile ?? "default",
            client: nil,
            at: incident.receivedAt
        ).profile.breachApproval
        let last = try await connection.query(BreachListRecord.last(of: id)).first.map(BreachListRecord.init)
        var list: ClientList?
        if approval != nil || last != nil {
            list = ClientList(approval, last: last)
            if list?.isWaiting(with: incident) == true { return ([], true, known) }
        }
        let history: IncidentHistory
        if let known, known.phases == incident.phases.count {
            history = known
        } else {
            history = try IncidentHistory(
                try await connection.query(IncidentHistory.reading(of: id)),
                of: incident.phases.count,
                with: ring
            )
        }
        let picture = history.picture

        // Whom the publisher may not speak for it cannot name, nor reach by way of a system.
        let reachable = registry.allClients.filter { publisher?.maySpeak(for: $0.id) == true }
        var affected = picture.affected(among: reachable, in: registry.systems)
        // Compared here: a join of ten thousand names with ten thousand rows that no statistics know of yet takes a second.
        var standing: [String: (id: UUID, phases: Int)] = [:]
        for (client, caseID, phases) in try await connection.query(BreachNoticeRecord.standing(of: id))
            .decode(String.self, UUID.self, Int.self)
        {
            standing[client] = (caseID, phases)
        }
        // Who was told once hears the rest, too, whatever was found out since about who is affected.
        // None of them was ever named: the incident's own time is theirs.
        for client in standing.keys where affected[client] == nil {
            affected[client] = IncidentPicture.Part(awareAt: picture.awareAt)
        }
        // Where a person looks at the list first, only whom it holds.
        var approved: Set<String>?
        if list != nil {
            approved = Set(try await connection.query(BreachClientRecord.approved(of: id)).decode(as: String.self))
        }
        let behind = affected.keys.filter { client in
            guard registry.client(client) != nil else { return false }
            guard let known = standing[client] else {
                // Whom nobody told of an alarm that was false need not hear of it.
                return picture.ending != .falseAlarm && approved?.contains(client) != false
            }
            return known.phases < incident.phases.count
        }
        .sorted().prefix(Self.step).map { ($0, standing[$0]?.id) }
        var turn = SpreadTurn(incident: incident, registry: registry, ring: ring, at: now)
        let old = behind.compactMap(\.1)
        if !old.isEmpty {
            let read = try await connection.pipeline([
                CaseFileRecord.locking(ids: old), BreachContentRecord.readingLast(of: old),
                BreachPeopleRecord.standings(of: old),
                """
                SELECT subject_id, due_at FROM habeas.deadline
                 WHERE subject_id = ANY(\(old)::uuid[]) AND clock = \(ClockRule.Clock.notifyClients.rawValue) AND state = 'open'
                   AND due_at IS NOT NULL
                """,
            ])
            for (caseID, due) in try read[3].decode(UUID.self, Date.self) { turn.add(due, of: caseID) }
            for row in read[2] { turn.add(try BreachPeopleRecord.Standing(row: row)) }
            for row in read[0] { turn.add(try CaseFileRecord(row: row)) }
            for (caseID, contentID, kek, wrapped, payload) in try read[1].decode(
                UUID.self,
                UUID.self,
                String.self,
                [UInt8].self,
                [UInt8].self
            ) {
                let secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
                turn.add(try NoticeContent(stored: try secret.opened(for: contentID, with: ring)), of: caseID)
            }
        }
        for (client, caseID) in behind {
            guard let part = affected[client], let client = registry.client(client) else { continue }
            let content = NoticeContent(of: picture, part: part, client: client.id, in: registry.systems)
            if let caseID {
                try turn.follow(caseID, client, content, part, picture)
            } else {
                try turn.open(client, content, part, picture)
            }
        }
        let isDone = behind.count < Self.step
        if isDone {
            // Whoever is told already has been brought to this phase: what is left waits for a person, or nobody does.
            let waiting = affected.keys.filter { standing[$0] == nil && approved?.contains($0) == false }.sorted()
            if try await list?.keep(waiting, affected, picture, &incident, &turn, on: connection) != true {
                incident.spread = incident.phases.count
                let isUnexplained =
                    incident.state == "closed"
                    ? try await connection.query(UntoldIncident.isUnexplained(id)).only.decode(0, as: Bool.self) : false
                turn.finish(&incident, clients: affected.count, isUnexplained: isUnexplained)
            }
        }
        let (statements, outgoing) = turn.finished(incident, machineNow: machineNow)
        _ = try await connection.pipeline(statements + ["COMMIT"])
        return (outgoing, isDone, history)
    }
}
