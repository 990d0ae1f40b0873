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
        let publisher = registry.publisher(id: incident.publisherID)
        let reachable = registry.allClients.filter { publisher?.maySpeak(for: $0.id) == true }
        var affected = picture.affected(among: reachable, in: registry.systems)
        // Who was told once hears the rest, too, whatever was found out since about who is affected.
        let before = try await connection.query(
            """
            SELECT n.client_id, c.anchor_at FROM habeas.breach_notice n JOIN habeas.case_file c ON c.id = n.case_id
             WHERE n.incident_id = \(id)
               AND NOT EXISTS (SELECT FROM unnest(\(Array(affected.keys))::text[]) AS k (client) WHERE k.client = n.client_id)
            """
        ).decode(String.self, Date.self)
        for (client, awareAt) in before { affected[client] = IncidentPicture.Part(awareAt: awareAt) }
        let behind = try await connection.query(
            BreachNoticeRecord.behind(
                incident.phases.count,
                of: id,
                among: Array(affected.keys),
                // Whom nobody told of an alarm that was false need not hear of it.
                adding: picture.ending != .falseAlarm,
                limit: Self.step
            )
        ).decode(String.self, UUID?.self)
        var turn = SpreadTurn(incident: incident, registry: registry, ring: ring, at: now)
        let old = behind.compactMap(\.1)
        if !old.isEmpty {
            let read = try await connection.pipeline([
                CaseFileRecord.locking(ids: old), BreachContentRecord.readingLast(of: old),
            ])
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
                try turn.follow(caseID, client, content, ending: picture.ending)
            } else {
                try turn.open(client, content, part, picture)
            }
        }
        let isDone = behind.count < Self.step
        if isDone {
            incident.spread = incident.phases.count
            let isUnexplained =
                incident.state == "closed"
                ? try await connection.query(UntoldIncident.isUnexplained(id)).only.decode(0, as: Bool.self) : false
            turn.finish(&incident, clients: affected.count, isUnexplained: isUnexplained)
        }
        let (statements, outgoing) = turn.finished(incident, machineNow: machineNow)
        _ = try await connection.pipeline(statements + ["COMMIT"])
        return (outgoing, isDone, history)
    }
}
