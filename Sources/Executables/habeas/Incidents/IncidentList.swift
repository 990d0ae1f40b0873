import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// The list of an incident's clients that waits for a person, as it is under the incident's lock.
struct IncidentList {
    var incident: IncidentRecord
    let list: BreachListRecord
    /// All clients that were listed, in the order of their ids.
    let rows: [BreachClientRecord]
    let pen: EvidencePen

    /// Inside a transaction.
    init(of id: UUID, on connection: PostgresConnection) async throws {
        let results = try await connection.pipeline([
            IncidentRecord.locking(id), BreachListRecord.last(of: id), BreachClientRecord.reading(of: id),
        ])
        incident = try IncidentRecord(row: results[0].only)
        guard let last = try results[1].first.map(BreachListRecord.init) else {
            throw Failure(
                "incident",
                "has no list that waits for an approval",
                "its clients are told without one, or it is being worked out; see `habeas incidents show`"
            )
        }
        guard !last.isApproved else {
            throw Failure(
                "list",
                "was approved before, and nobody waits",
                "see who was told with `habeas incidents show`"
            )
        }
        rows = try results[2].map(BreachClientRecord.init)
        guard last.phases == incident.phases.count, last.holds(rows) else {
            throw Failure(
                "list",
                "is made anew: a later phase of the incident has come in",
                "read it again with `habeas incidents clients` in a moment"
            )
        }
        list = last
        pen = try await EvidencePen(on: connection)
    }

    /// Digits of a digest that say which list is meant.
    static let digits = 12

    /// Approves it, and has the worker tell everybody on it.
    ///
    /// - Parameter digest: of the list that the person has read.
    mutating func approve(_ digest: String, reason: String, on connection: PostgresConnection) async throws {
        guard list.digest.hasPrefix(digest.lowercased()) else {
            throw Failure(
                "--list",
                "is not the list as it is now: it has changed since it was shown",
                "read it again with `habeas incidents clients`, then give the digest that it ends with"
            )
        }
        let reported = try await connection.query(
            """
            SELECT EXISTS (SELECT FROM habeas.breach_report r JOIN habeas.publisher p ON p.broker_user = r.broker_user
                            WHERE p.id = \(incident.publisherID) AND r.incident_ref = \(incident.incidentRef)
                              AND r.reported_by = session_user)
            """
        ).only.decode(0, as: Bool.self)
        guard !reported else {
            throw Failure(
                "approval",
                "this login has reported the incident",
                "another person has to approve the list, with a login of their own"
            )
        }
        let fact = pen.append("incident.clients_approved", to: &incident.chain) { [list] body in
            body.member("list", list.number)
            body.member("clients", list.clients)
            body.member("excluded", list.excluded)
            body.member("sha256", list.digest)
            body.member("reason", reason)
        }
        var wakeUps = WakeUps()
        wakeUps.wake(.breach, for: incident.id)
        _ = try await connection.pipeline(
            [list.approve(reason: reason, at: pen.now)] + fact
                + (try await settle(reason: reason, on: connection))
                + (try await wakeUps.statements(at: pen.now, on: connection))
        )
    }

    private func settle(reason: String, on connection: PostgresConnection) async throws -> [SQL] {
        guard
            let review = try await connection.query(ReviewRecord.locking(.breachClients, ofIncident: incident.id)).first
                .map(ReviewRecord.init)
        else { return [] }
        var reviews = ReviewWrites()
        reviews.settle(case: incident.id)
        return [review.settle(.confirmed, reason: reason, at: pen.now)] + reviews.statements
    }

    /// Takes clients off it, which makes it another list.
    mutating func exclude(_ clients: [String], reason: String, on connection: PostgresConnection) async throws
        -> BreachListRecord
    {
        let waiting = Dictionary(
            uniqueKeysWithValues: rows.filter { $0.approvedAt == nil && $0.exclusion == nil }.map { ($0.clientID, $0) }
        )
        for client in clients {
            guard let row = waiting[client] else {
                throw Failure(
                    "--client",
                    "does not wait on the list",
                    "give one that `habeas incidents clients` shows as waiting"
                )
            }
            _ = try await connection.query(
                """
                INSERT INTO habeas.breach_exclusion (incident_id, client_id, phase, reason)
                VALUES (\(incident.id), \(client), \(row.phase.map(Int32.init)), \(reason))
                """
            )
        }
        let left = try await connection.query(BreachClientRecord.reading(of: incident.id)).map(BreachClientRecord.init)
        let next = BreachListRecord(of: incident.id, phases: list.phases, left, after: list, at: pen.now)
        let fact = pen.append("incident.clients_excluded", to: &incident.chain) { body in
            body.member("clients", clients)
            body.member("reason", reason)
            body.member("list", next.number)
            body.member("sha256", next.digest)
        }
        _ = try await connection.pipeline([next.insert] + fact)
        return next
    }
}
