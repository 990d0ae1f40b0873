import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What a letter to a person is made of, still sealed: whom it goes to, and what all are told who were found together.
package struct PersonalSecrets: Sendable {
    private let person: SealedPayload
    private let contentID: UUID
    private let content: SealedPayload

    static func reading(of cases: [UUID]) -> SQL {
        """
        SELECT p.case_id, p.content_id, w.kek_id, w.wrapped_key, w.payload, c.kek_id, c.wrapped_key, c.payload
          FROM habeas.breach_person p JOIN habeas.event_secret w ON w.id = p.case_id JOIN habeas.event_secret c ON c.id = p.content_id
         WHERE p.case_id = ANY(\(cases)::uuid[])
        """
    }

    /// - Parameter rows: what ``reading(of:)`` reads.
    static func byCase(_ rows: Rows) throws -> [UUID: PersonalSecrets] {
        var found: [UUID: PersonalSecrets] = [:]
        for (id, contentID, kek, wrapped, payload, otherKek, otherWrapped, otherPayload) in try rows.decode(
            UUID.self,
            UUID.self,
            String.self,
            [UInt8].self,
            [UInt8].self,
            String.self,
            [UInt8].self,
            [UInt8].self
        ) {
            found[id] = PersonalSecrets(
                person: SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload),
                contentID: contentID,
                content: SealedPayload(
                    wrapped: CaseKey.Wrapped(kekID: otherKek, bytes: otherWrapped),
                    bytes: otherPayload
                )
            )
        }
        return found
    }

    func opened(for id: UUID, with ring: KeyRing) throws -> (person: ToldPerson, content: NoticeContent) {
        (
            try ToldPerson(stored: try person.opened(for: id, with: ring)),
            try NoticeContent(stored: try content.opened(for: contentID, with: ring))
        )
    }
}
