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
        guard var picture = IncidentPicture(events), events.count == phases else { throw Incomplete() }
        picture.count(Self.people(in: events.map(\.payload), unlessKnownTo: picture, with: ring))
        self.phases = phases
        self.picture = picture
    }

    /// How many people the lists of all events name of each client, each person once; nil where one does not open, as when the key
    /// that it was sealed for is gone since. What a publisher says a number is needs no counting.
    private static func people(in events: [EventPayload], unlessKnownTo picture: IncidentPicture, with ring: KeyRing)
        -> [String: Int?]
    {
        var lists: [String: AffectedPeople?] = [:]
        for entry in events.flatMap(\.affected) {
            guard let sealed = entry.identities, picture.named[entry.client]?.subjectsApprox == nil else { continue }
            let list = try? AffectedPeople(opening: sealed, at: "identities", with: ring)
            guard let before = lists[entry.client] else {
                lists[entry.client] = .some(list)
                continue
            }
            var whole = before
            if let list { whole?.join(list) } else { whole = nil }
            lists[entry.client] = .some(whole)
        }
        return lists.mapValues { $0?.count }
    }

    package struct Incomplete: Error {}
}
