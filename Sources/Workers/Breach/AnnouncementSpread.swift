import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Brings announcements to the clients they concern: a case for each.
///
/// In steps of some hundred clients, each a transaction under the announcement's lock: whatever dies leaves whole steps behind, and any
/// copy goes on from there. The cases are then looked at one by one, by whichever copy gets them.
struct AnnouncementSpread: Sendable {
    /// Clients a transaction.
    private static let step = 500
    let registry: RegistryCache

    /// - Parameter ids: what the queue names: announcements, incidents and cases.
    /// - Returns: those that are no announcements, and the messages to be published.
    func run(_ ids: [UUID], on connection: PostgresConnection) async throws -> (rest: [UUID], outgoing: [OutboxRow]) {
        let announcements = try await connection.query(
            "SELECT id FROM habeas.announcement WHERE id = ANY(\(ids)::uuid[]) ORDER BY id"
        )
        .decode(as: UUID.self)
        var outgoing: [OutboxRow] = []
        for id in announcements {
            while true {
                let (rows, isDone) = try await connection.transaction { try await step(id, on: $0) }
                outgoing += rows
                if isDone { break }
            }
        }
        return (Array(Set(ids).subtracting(announcements)), outgoing)
    }

    private func step(_ id: UUID, on connection: PostgresConnection) async throws -> (
        outgoing: [OutboxRow], isDone: Bool
    ) {
        let results = try await connection.pipeline([
            AnnouncementRecord.locking(id),
            "SELECT habeas.domain_now(), now(), registry_version FROM habeas.installation",
            AnnouncementNoticeRecord.gone,
        ])
        let announcement = try AnnouncementRecord(row: results[0].only)
        guard announcement.spreadAt == nil else { return ([], true) }
        let (now, machineNow, version) = try results[1].only.decode(Date.self, Date.self, Int64.self)
        let registry = registry.current
        guard version == registry.version else { throw RegistryChanged() }
        let gone = Set(try results[2].decode(as: String.self))

        let missing = try await connection.query(
            AnnouncementNoticeRecord.missing(
                of: id,
                among: announcement.recipients(among: registry.allClients.map(\.id), gone: gone),
                limit: Self.step
            )
        ).decode(as: String.self)
        var turn = AnnouncementTurn(announcement, registry: registry, at: now)
        for client in missing.compactMap(registry.client) { turn.open(client) }
        let isDone = missing.count < Self.step
        let (statements, outgoing) = turn.finished(machineNow: machineNow)
        let ending = isDone ? [AnnouncementRecord.spread(id, at: now)] : []
        _ = try await connection.pipeline(statements + ending + ["COMMIT"])
        return (outgoing, isDone)
    }
}
