import Ledger
package import Postgres
package import Rights

/// The rows by which the effect ledger knows clients' channels and the mail relay. A channel of mail has none of its own: all mail
/// goes to the one relay.
package struct ClientTargets: Sendable {
    private struct Row {
        let id: String
        let client: String
        let inFlight: Int
        let perSecond: Double?
    }

    private var rows: [Row] = []

    package init() {}

    /// Of all clients of a registry.
    package init(_ registry: Registry) {
        for client in registry.allClients { add(client.channels, of: client.id) }
    }

    package mutating func add(_ channels: [ClientChannel], of client: String) {
        for channel in channels where channel.kind != .mail {
            for id in [channel.target(of: client), channel.breachTarget(of: client)] {
                rows.append(
                    Row(id: id, client: client, inFlight: channel.inFlight, perSecond: channel.perSecond)
                )
            }
        }
    }

    /// Makes the rows that are not there. Nearly always all are, and a row that is only tried costs as much as one that is made.
    package var missing: [SQL] {
        rows.isEmpty
            ? [] : [insert("WHERE NOT EXISTS (SELECT FROM habeas.target AS t WHERE t.id = n.id)", "DO NOTHING")]
    }

    /// Makes the rows, or gives them these limits.
    package var statements: [SQL] {
        rows.isEmpty
            ? [] : [insert("", "(id) DO UPDATE SET in_flight = excluded.in_flight, per_second = excluded.per_second")]
    }

    private func insert(_ condition: SQL, _ conflict: SQL) -> SQL {
        """
        INSERT INTO habeas.target (id, client_id, in_flight, per_second)
        SELECT n.* FROM unnest(\(rows.map(\.id))::text[], \(rows.map(\.client))::text[],
          \(rows.map { Int32($0.inFlight) })::int4[], \(rows.map(\.perSecond))::float8[])
          AS n (id, client_id, in_flight, per_second) \(condition)
         ORDER BY n.id
        ON CONFLICT \(conflict)
        """
    }

    /// Lets calls to a channel go again whose receiver had wanted no more, because it is another place now, or is signed for
    /// with other secrets.
    package static func enabling(_ ids: [String]) -> SQL {
        """
        UPDATE habeas.target
           SET disabled_at = NULL, disabled_cause = NULL, quiet_until = NULL, failures = 0, circuit = 'closed', openings = 0,
               circuit_since = NULL, circuit_until = NULL
         WHERE id = ANY(\(ids)::text[])
        """
    }

    /// The lines to the one relay: each with its limits, its circuit and its pause.
    private static let mailLines = [
        ClientChannel.mailTarget, ClientChannel.breachPrefix + ClientChannel.mailTarget, ClientChannel.peopleTarget,
    ]

    /// The relay's limits, as the configuration has them; without a relay they stay.
    package static func mail(_ configuration: MailConfiguration?) -> SQL {
        """
        UPDATE habeas.target SET in_flight = coalesce(\(configuration.map { Int32($0.inFlight) }), in_flight),
               per_second = CASE WHEN \(configuration != nil) THEN \(configuration?.perSecond.map(Double.init)) ELSE per_second END
         WHERE id = ANY(\(mailLines)::text[])
        """
    }
}
