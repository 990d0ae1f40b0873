import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Brings incidents to the people whose data the vendor itself controls, once it is decided that they are told (G13): a case for each
/// who was named with an address.
///
/// In steps of some hundred people, each a transaction under the incident's lock: whatever dies leaves whole steps behind, and any copy
/// goes on from there. Who was found once is found by the digest of the address and never written to again, whatever a later phase says;
/// but for those who were stopped by another decision before anything had left, should that be taken back.
struct PeopleSpread: Sendable {
    /// People a transaction.
    private static let step = 500
    /// Cases that are looked at again after somebody has decided otherwise, a round.
    private static let revoking = 10_000
    let ring: KeyRing
    let registry: RegistryCache

    /// - Parameter ids: what the queue names: incidents and cases.
    /// - Returns: the messages to be published.
    func run(_ ids: [UUID], on connection: PostgresConnection) async throws -> [OutboxRow] {
        let found = try await connection.pipeline([OwnPeopleRecord.behind(ids), OwnPeopleRecord.revoked(ids)])
        var outgoing: [OutboxRow] = []
        for id in try found[0].decode(as: UUID.self) {
            var known: Known?
            var isDone = false
            while !isDone {
                let before = known
                let rows: [OutboxRow]
                (rows, isDone, known) = try await connection.transaction { try await step(id, knowing: before, on: $0) }
                outgoing += rows
            }
        }
        for id in try found[1].decode(as: UUID.self) {
            outgoing += try await connection.transaction { try await revoke(id, on: $0) }
        }
        return outgoing
    }

    /// What the step before has opened; good as long as nothing came in since.
    private struct Known {
        let history: IncidentHistory
        let people: NamedPeople
    }

    private func step(_ id: UUID, knowing before: Known?, on connection: PostgresConnection) async throws -> (
        outgoing: [OutboxRow], isDone: Bool, known: Known?
    ) {
        let results = try await connection.pipeline([
            IncidentRecord.locking(id),
            "SELECT habeas.domain_now(), now(), registry_version FROM habeas.installation",
            OwnPeopleRecord.behind([id]),
        ])
        var incident = try IncidentRecord(row: results[0].only)
        guard !results[2].isEmpty else { return ([], true, before) }
        let (now, machineNow, version) = try results[1].only.decode(Date.self, Date.self, Int64.self)
        let registry = registry.current
        guard version == registry.version else { throw RegistryChanged() }
        let known: Known
        if let before, before.history.phases == incident.phases.count {
            known = before
        } else {
            let history = try IncidentHistory(
                try await connection.query(IncidentHistory.reading(of: id)),
                of: incident.phases.count,
                with: ring
            )
            known = Known(
                history: history,
                people: NamedPeople(history.picture.sealedPeople, of: id, with: ring)
            )
        }
        let told = Set(
            try await connection.query(BreachPersonRecord.known(known.people.allLookups, of: id))
                .decode(as: [UInt8].self)
        )
        let missing = Array(known.people.entries.lazy.filter { told.isDisjoint(with: $0.lookups) }.prefix(Self.step))
        var turn = PeopleTurn(incident, registry: registry, ring: ring, at: now)
        if let content = NoticeContent(ownPartOf: known.history.picture), !missing.isEmpty {
            turn.say(content)
            for entry in missing { try turn.open(entry, known.history.picture) }
        }
        let isDone = missing.count < Self.step
        if isDone { turn.finish(&incident, known.people) }
        let (statements, outgoing) = try turn.finished(incident, machineNow: machineNow)
        _ = try await connection.pipeline(statements + ["COMMIT"])
        return (outgoing, isDone, known)
    }

    /// Somebody has decided otherwise, or the alarm was false: the cases that are open are looked at again, each under its own lock. Those
    /// that are stopped are found anew where it is decided once more that they are told.
    private func revoke(_ id: UUID, on connection: PostgresConnection) async throws -> [OutboxRow] {
        let results = try await connection.pipeline([
            IncidentRecord.locking(id), OwnPeopleRecord.revoked([id]), "SELECT habeas.domain_now(), now()",
            BreachPersonRecord.open(of: id, limit: Self.revoking),
        ])
        // Decided once more since it was looked at.
        guard !results[1].isEmpty else { return [] }
        let (now, machineNow) = try results[2].only.decode(Date.self, Date.self)
        var wakeUps = WakeUps()
        for caseID in try results[3].decode(as: UUID.self) { wakeUps.wake(.breach, for: caseID) }
        var outbox = OutboxWrites()
        for row in wakeUps.rows(at: now) {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        _ = try await connection.pipeline([OwnPeopleRecord.reset(id)] + outbox.statements + ["COMMIT"])
        return outbox.rows
    }
}
