import Foundation
package import Postgres
import Rights

extension Registry {
    /// Reads the registry, its version first: whatever changes while it is read changes the version too, and the next
    /// transaction notices.
    package static func load(on connection: PostgresConnection) async throws -> Registry {
        let results = try await connection.pipeline([
            "SELECT registry_version, topology_digest FROM habeas.installation",
            """
            SELECT id, names, country, time_zone, suspended, baa_signed, dpa_signed_on IS NOT NULL AS has_addendum, agreement,
                   renews_on::text, term_months, agreement_version, locale, channels, public_key, decision_roles,
                   referral_prohibited, hipaa_agent
              FROM habeas.client
            """,
            """
            SELECT id, broker_user, profile, clients, event_types, source_prefixes, revoked_at IS NOT NULL, events_per_second
              FROM habeas.publisher
            """,
            "SELECT body FROM habeas.profile",
            // Parts of a country only where a client is there; California for the business days of the CCPA.
            """
            SELECT place, name, time_zone, first_year, last_year, days::text[] FROM habeas.holiday_calendar
             WHERE place !~ '-' OR place = 'US-CA' OR place IN (SELECT country FROM habeas.client)
            """,
            """
            SELECT a.client_id, a.version, a.body FROM habeas.agreement a JOIN habeas.client c ON c.id = a.client_id
             WHERE a.version < c.agreement_version AND a.body IS NOT NULL
            """,
            "SELECT id, version, body, retired_at IS NOT NULL FROM habeas.system ORDER BY place, id",
        ])
        return try assembled(results)
    }

    private static func assembled(_ results: [Rows]) throws -> Registry {
        let (version, digest) = try results[0].only.decode(Int64.self, String?.self)
        var former: [String: [Int: Agreement]] = [:]
        for (id, version, body) in try results[5].decode(String.self, Int.self, String.self) {
            former[id, default: [:]][version] = try agreement(body, of: id)
        }
        var systems: [DataSystem] = []
        var retired: [DataSystem] = []
        for (id, version, body, isRetired) in try results[6].decode(String.self, Int.self, String.self, Bool.self) {
            var system = try SystemFile.system(body, path: "habeas.system \(id)")
            system.version = version
            if isRetired { retired.append(system) } else { systems.append(system) }
        }
        return Registry(
            version: version,
            topologyDigest: digest,
            clients: try results[1].map { try client($0, former) },
            publishers: try results[2].map(publisher),
            profiles: try results[3].map(profile),
            atlas: HolidayAtlas(try results[4].map(calendar)),
            systems: systems,
            retired: retired
        )
    }

    private static func agreement(_ text: String, of client: String) throws -> Agreement {
        try ProfileFile.agreement(text, path: "habeas.client \(client)")
    }

    private static func client(_ row: Row, _ former: [String: [Int: Agreement]]) throws -> Client {
        let (id, names, country, zone, suspended, baa, addendum, agreed, renewsOn, months, version) = try row.decode(
            String.self,
            [String].self,
            String?.self,
            String.self,
            Bool.self,
            Bool.self,
            Bool.self,
            String?.self,
            String?.self,
            Int.self,
            Int.self
        )
        // `clients apply` refuses zones that this platform does not know; a database moved elsewhere falls back to UTC.
        let place = Place(country: country, zone: TimeZone(identifier: zone) ?? .gmt)
        return Client(
            id: id,
            names: names,
            place: place,
            isSuspended: suspended,
            hasBAA: baa,
            hasAgent: try row.decode("hipaa_agent"),
            hasAddendum: addendum,
            agreement: try agreed.map { try agreement($0, of: id) },
            agreementVersion: version,
            formerAgreements: former[id] ?? [:],
            term: renewsOn.flatMap { CivilDate(iso: $0) }.map { ContractTerm(renewsOn: $0, months: months) },
            locale: try row.decode("locale"),
            channels: try ClientChannel.list(from: try row.decode("channels")),
            publicKey: try row.decode("public_key"),
            decisionRoles: try row.decode("decision_roles"),
            referralProhibited: try row.decode("referral_prohibited")
        )
    }

    private static func profile(_ row: Row) throws -> Profile {
        try ProfileFile.profile(try row.decode(String.self), path: "habeas.profile")
    }

    private static func calendar(_ row: Row) throws -> HolidayAtlas.Entry {
        let (place, name, zone, first, last, days) = try row.decode(
            String.self,
            String.self,
            String.self,
            Int.self,
            Int.self,
            [String].self
        )
        return HolidayAtlas.Entry(
            code: place,
            name: name,
            zone: zone,
            calendar: HolidayCalendar(years: first..<last + 1, days: Set(days.compactMap { CivilDate(iso: $0) }))
        )
    }

    private static func publisher(_ row: Row) throws -> Publisher {
        let (id, user, profile, clients, types, sources, revoked, rate) = try row.decode(
            String.self,
            String.self,
            String.self,
            [String].self,
            [String].self,
            [String].self,
            Bool.self,
            Int?.self
        )
        return Publisher(
            id: id,
            brokerUser: user,
            profile: profile,
            clients: clients,
            eventTypes: types,
            sourcePrefixes: sources,
            isRevoked: revoked,
            eventsPerSecond: rate
        )
    }
}
