package import FoundationEssentials
package import Postgres

/// A client's token as it is kept and listed; the secret is nowhere.
package struct ClientTokenRecord: Sendable, Hashable {
    package let id: UUID
    package let clientID: String
    package let label: String?
    package let createdAt: Date
    package let createdBy: String
    /// Nil: until it is revoked.
    package let expiresAt: Date?
    /// To the hour.
    package let lastUsedAt: Date?
    package let revokedAt: Date?
    package let revokedBy: String?

    /// Why it opens nothing.
    package enum Fault: Sendable, Hashable {
        case revoked, expired
    }

    package func fault(at now: Date) -> Fault? {
        if revokedAt != nil { return .revoked }
        return expiresAt.map { $0 <= now } == true ? .expired : nil
    }

    package init(row: Row) throws {
        (id, clientID, label, createdAt, createdBy, expiresAt, lastUsedAt, revokedAt, revokedBy) = try row.decode(
            UUID.self,
            String.self,
            String?.self,
            Date.self,
            String.self,
            Date?.self,
            Date?.self,
            Date?.self,
            String?.self
        )
    }
}

extension ClientTokenRecord {
    private static let columns: SQL = """
        id, client_id, label, created_at, created_by::text, expires_at, last_used_at, revoked_at, revoked_by::text
        """

    /// - Parameter client: only this one's.
    package static func reading(of client: String?) -> SQL {
        """
        SELECT \(columns) FROM habeas.client_token WHERE \(client)::text IS NULL OR client_id = \(client)::text
         ORDER BY client_id, id
        """
    }

    /// One by its id; followed by ``digest(in:)`` and the server's time, by which it expires: credentials know no other.
    package static func opening(_ id: UUID) -> SQL {
        "SELECT \(columns), digest, now() AS asked_at FROM habeas.client_token WHERE id = \(id)"
    }

    /// Of a row of ``opening(_:)``.
    package static func digest(in row: Row) throws -> (digest: [UInt8], askedAt: Date) {
        (try row.decode("digest", as: [UInt8].self), try row.decode("asked_at", as: Date.self))
    }

    /// Locks one.
    package static func locking(_ id: UUID) -> SQL {
        "SELECT \(columns) FROM habeas.client_token WHERE id = \(id) FOR NO KEY UPDATE"
    }

    package static func insert(
        _ token: ClientToken,
        of client: String,
        label: String?,
        at now: Date,
        until expiry: Date?
    ) -> SQL {
        """
        INSERT INTO habeas.client_token (id, client_id, label, digest, created_at, expires_at)
        VALUES (\(token.id), \(client), \(label), \(token.digest), \(now), \(expiry))
        """
    }

    package static func revoke(_ id: UUID) -> SQL {
        "UPDATE habeas.client_token SET revoked_at = now() WHERE id = \(id) AND revoked_at IS NULL"
    }

    /// Writes that it is in use; once an hour, whoever finds it first.
    package static func touch(_ id: UUID) -> SQL {
        """
        UPDATE habeas.client_token SET last_used_at = date_trunc('hour', now())
         WHERE id = \(id) AND last_used_at IS DISTINCT FROM date_trunc('hour', now())
        """
    }

    /// Whether ``touch(_:)`` would change anything.
    package func isStale(at now: Date) -> Bool {
        guard let lastUsedAt else { return true }
        return now.timeIntervalSince(lastUsedAt) >= 3_600
    }
}
