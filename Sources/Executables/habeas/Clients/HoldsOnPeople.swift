import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Holds on people wherever they are: a client that is registered while one is in place gets its look-ups in the same
/// transaction, so that no case of it comes before them.
struct HoldsOnPeople {
    private struct Hold {
        let id: UUID
        let publisher: Publisher?
        let secret: SealedPayload?
    }

    private let holds: [Hold]

    /// Reads those in place, and keeps them from being lifted meanwhile. The caller has the registry's lock.
    init(on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            SELECT h.id, h.publisher_id, s.kek_id, s.wrapped_key, s.payload FROM habeas.hold h
              LEFT JOIN habeas.event_secret s ON s.id = h.id AND s.event_type = \(EventType.holdPlaced.rawValue)
             WHERE h.case_id IS NULL AND h.client_id IS NULL AND h.people > 0 AND h.lifted_at IS NULL
             ORDER BY h.id FOR KEY SHARE OF h
            """
        ).decode(UUID.self, String?.self, String?.self, [UInt8]?.self, [UInt8]?.self)
        guard !rows.isEmpty else {
            holds = []
            return
        }
        let registry = try await Registry.load(on: connection)
        holds = rows.map { id, publisher, kek, wrapped, payload in
            var secret: SealedPayload?
            if let kek, let wrapped, let payload {
                secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
            }
            return Hold(id: id, publisher: publisher.flatMap(registry.publisher(id:)), secret: secret)
        }
    }

    /// What has to be written after the new client itself.
    ///
    /// - Parameter ring: asked for only where there is such a hold.
    func reach(_ client: String, with ring: () throws -> KeyRing) throws -> [SQL] {
        try holds.filter { $0.publisher?.maySpeak(for: client) ?? true }.map { hold in
            let ring = try ring()
            guard let people = try hold.secret.flatMap({ try Self.people(try $0.opened(for: hold.id, with: ring)) })
            else {
                throw Failure(
                    "hold \(hold.id.text)",
                    "is on people whose words cannot be read, so this client would be left out",
                    "place it again and lift this one, then apply the client"
                )
            }
            return HoldReach(people, of: [client], with: ring).add(to: hold.id)
        }
    }

    private static func people(_ event: [UInt8]) throws -> [Identity]? {
        guard case .success(let read) = EventParser.parse(event, context: MessageContext(), now: Date()),
            case .holdPlaced(let hold) = read.payload
        else { return nil }
        return hold.identities
    }
}
