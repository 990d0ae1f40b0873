package import FoundationEssentials
package import Ledger
package import Postgres
package import Rights

/// The events of an incident, opened.
package struct IncidentHistory: Sendable {
    /// How many they are.
    package let phases: Int
    /// What is known after all of them.
    package let picture: IncidentPicture

    package static func reading(of incident: UUID) -> SQL {
        """
        SELECT id, received_at, kek_id, wrapped_key, payload FROM habeas.event_secret
         WHERE subject_id = \(incident) AND event_type = ANY(\(told)::text[])
        """
    }

    private static let told = [EventType.breachDetected.rawValue, EventType.breachUpdated.rawValue]

    /// - Parameters:
    ///   - rows: what ``reading(of:)`` reads.
    ///   - phases: how many were taken in.
    /// - Throws: ``Incomplete`` where some of them are missing: nobody may be taken for told by half of what is known.
    package init(_ rows: Rows, of phases: Int, with ring: KeyRing) throws {
        var events: [(payload: EventPayload, receivedAt: Date)] = []
        for (id, received, kek, wrapped, payload) in try rows.decode(
            UUID.self,
            Date.self,
            String.self,
            [UInt8].self,
            [UInt8].self
        ) {
            let secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
            let bytes = try secret.opened(for: id, with: ring)
            let event = try EventParser.parse(bytes, context: MessageContext(), now: received).get()
            events.append((event.payload, received))
        }
        guard let picture = IncidentPicture(events), events.count == phases else { throw Incomplete() }
        self.phases = phases
        self.picture = picture
    }

    package struct Incomplete: Error {}
}
