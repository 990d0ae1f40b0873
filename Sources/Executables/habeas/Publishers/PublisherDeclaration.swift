import Fleet
import FoundationEssentials
import Postgres
import Rights

/// What an operator says about one publisher, all of it: rights that are not listed are not given.
struct PublisherDeclaration: Equatable {
    static let keys = [
        "id", "broker_user", "profile", "clients", "event_types", "source_prefixes", "events_per_second", "password",
    ]

    let id: String
    let brokerUser: String
    let profile: String
    let clients: [String]
    let eventTypes: [String]
    let sourcePrefixes: [String]
    /// Beyond it, events wait their turn; nil for no limit.
    let eventsPerSecond: Int?

    init(_ record: Record) throws {
        id = try record.identifier("id")
        guard id != Publisher.gateway.id else {
            throw record.fault("id", "is the gateway's, which is always registered", "choose another id")
        }
        brokerUser = try PublisherDeclaration.user(record)
        profile = try record.identifier("profile")
        clients = try record.requiredList("clients")
        eventTypes = try record.requiredList("event_types")
        sourcePrefixes = try record.requiredList("source_prefixes")
        eventsPerSecond = try PublisherDeclaration.rate(record)
        for type in eventTypes where !PublisherDeclaration.isKnown(type) {
            throw record.fault(
                "event_types",
                "has an entry that no event type matches",
                "write types such as request.submitted, groups such as request.*, or * for all"
            )
        }
    }

    init(row: Row) throws {
        (id, brokerUser, profile, clients, eventTypes, sourcePrefixes, eventsPerSecond) = try row.decode(
            String.self,
            String.self,
            String.self,
            [String].self,
            [String].self,
            [String].self,
            Int?.self
        )
    }

    /// The fields in which this differs from `other`, by their keys.
    func differences(from other: PublisherDeclaration?) -> [String] {
        var fields: [String] = []
        if brokerUser != other?.brokerUser { fields.append("broker_user") }
        if profile != other?.profile { fields.append("profile") }
        if clients != other?.clients { fields.append("clients") }
        if eventTypes != other?.eventTypes { fields.append("event_types") }
        if sourcePrefixes != other?.sourcePrefixes { fields.append("source_prefixes") }
        if eventsPerSecond != other?.eventsPerSecond { fields.append("events_per_second") }
        return fields
    }

    private static func rate(_ record: Record) throws -> Int? {
        guard let text = try record.text("events_per_second") else { return nil }
        guard let rate = Int(text), 1...100_000 ~= rate else {
            throw record.fault(
                "events_per_second",
                "is not a whole number from 1 to 100000",
                "write one, or leave the key out for no limit"
            )
        }
        return rate
    }

    /// A login of its own: whoever published as a worker could forge what workers say.
    private static func user(_ record: Record) throws -> String {
        let user = try record.text("broker_user") ?? record.identifier("id")
        guard user.wholeMatch(of: /[A-Za-z0-9._@-]{1,127}/) != nil else {
            throw record.fault(
                "broker_user",
                "is not a name of 1 to 127 of A-Z, a-z, 0-9 and . _ @ -",
                "choose such a name"
            )
        }
        let reserved = ["habeas-", BrokerAccount.clientPrefix, BrokerAccount.appPrefix]
        guard !reserved.contains(where: user.hasPrefix), user != "guest" else {
            throw record.fault(
                "broker_user",
                "is a login of the fleet, of a client, of an app that takes tasks or of the broker itself",
                "give the publisher one of its own"
            )
        }
        return user
    }

    private static func isKnown(_ pattern: String) -> Bool {
        let probe = Publisher(
            id: "",
            brokerUser: "",
            profile: "",
            clients: [],
            eventTypes: [pattern],
            sourcePrefixes: [],
            isRevoked: false
        )
        return EventType.allCases.contains { probe.maySend($0) }
    }
}

/// A publisher as the database has it.
struct StoredPublisher {
    let declaration: PublisherDeclaration
    let revokedAt: Date?
    let appliedAt: Date
    let appliedBy: String

    static func select(_ condition: SQL) -> SQL {
        """
        SELECT id, broker_user, profile, clients, event_types, source_prefixes, events_per_second, revoked_at, applied_at,
               applied_by::text AS applied_by
          FROM habeas.publisher \(condition)
        """
    }

    init(row: Row) throws {
        declaration = try PublisherDeclaration(row: row)
        revokedAt = try row.decode("revoked_at")
        appliedAt = try row.decode("applied_at")
        appliedBy = try row.decode("applied_by")
    }

    var json: JSONValue {
        [
            "id": .string(declaration.id), "broker_user": .string(declaration.brokerUser),
            "profile": .string(declaration.profile), "clients": JSONValue(declaration.clients),
            "event_types": JSONValue(declaration.eventTypes), "source_prefixes": JSONValue(declaration.sourcePrefixes),
            "events_per_second": declaration.eventsPerSecond.map { .integer($0) } ?? .null,
            "revoked_at": JSONValue(revokedAt), "applied_at": JSONValue(appliedAt), "applied_by": .string(appliedBy),
        ]
    }
}
