import Foundation
package import Postgres
import Rights

extension Registry {
    /// Reads the registry in one snapshot.
    package static func load(on connection: PostgresConnection) async throws -> Registry {
        let results = try await connection.pipeline([
            "SELECT registry_version, topology_digest FROM habeas.installation",
            "SELECT id, names, country, time_zone, suspended, baa_signed FROM habeas.client",
            "SELECT id, broker_user, profile, clients, event_types, source_prefixes, revoked_at IS NOT NULL FROM habeas.publisher",
        ])
        let (version, digest) = try results[0].only.decode(Int64.self, String?.self)
        return Registry(
            version: version,
            topologyDigest: digest,
            clients: try results[1].map(client),
            publishers: try results[2].map(publisher)
        )
    }

    private static func client(_ row: Row) throws -> Client {
        let (id, names, country, zone, suspended, baa) = try row.decode(
            String.self,
            [String].self,
            String?.self,
            String.self,
            Bool.self,
            Bool.self
        )
        // `clients apply` refuses zones that this platform does not know; a database moved elsewhere falls back to UTC.
        let place = Place(country: country, zone: TimeZone(identifier: zone) ?? .gmt)
        return Client(id: id, names: names, place: place, isSuspended: suspended, hasBAA: baa)
    }

    private static func publisher(_ row: Row) throws -> Publisher {
        let (id, user, profile, clients, types, sources, revoked) = try row.decode(
            String.self,
            String.self,
            String.self,
            [String].self,
            [String].self,
            [String].self,
            Bool.self
        )
        return Publisher(
            id: id,
            brokerUser: user,
            profile: profile,
            clients: clients,
            eventTypes: types,
            sourcePrefixes: sources,
            isRevoked: revoked
        )
    }
}
