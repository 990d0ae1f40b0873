package import FoundationEssentials
package import Postgres
package import Rights

/// What a client is told, by number; the words lie sealed under the same id, beside the case.
package struct BreachContentRecord: Sendable, Hashable {
    package let id: UUID
    package let caseID: UUID
    package let clientID: String
    package let number: Int
    package let kind: NoticeContent.Kind
    package let phase: Int
    /// SHA-256 of the words, hexadecimal.
    package let digest: String
    package let madeAt: Date

    /// The type under which the words are kept.
    package static let eventType = "habeas.breach_content.v1"

    /// - Parameter digest: of ``NoticeContent/stored``.
    package init(_ content: NoticeContent, digest: String, of caseID: UUID, clientID: String, phase: Int, at now: Date)
    {
        id = UUID.version7(at: now)
        self.caseID = caseID
        self.clientID = clientID
        number = content.number
        kind = content.kind
        self.phase = phase
        self.digest = digest
        madeAt = now
    }

    private static let columns: SQL = "id, case_id, client_id, number, kind, phase, digest, made_at"

    /// All of these cases, in the order of their numbers.
    package static func reading(of cases: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.breach_content WHERE case_id = ANY(\(cases)::uuid[]) ORDER BY case_id, number"
    }

    /// The last of each of these cases with its sealed words.
    package static func readingLast(of cases: [UUID]) -> SQL {
        """
        SELECT DISTINCT ON (c.case_id) c.case_id, c.id, e.kek_id, e.wrapped_key, e.payload FROM habeas.breach_content c
          JOIN habeas.event_secret e ON e.id = c.id
         WHERE c.case_id = ANY(\(cases)::uuid[]) ORDER BY c.case_id, c.number DESC
        """
    }

    /// The last of each of these cases whose list of people is ready and not told of; see ``Words``.
    package static func readingLast(ofListsToTellAmong cases: [UUID]) -> SQL {
        """
        SELECT DISTINCT ON (c.case_id) c.case_id, c.id, c.phase, e.kek_id, e.wrapped_key, e.payload
          FROM habeas.breach_people l JOIN habeas.export x ON x.id = l.id AND x.state = 'ready'
          JOIN habeas.breach_content c ON c.case_id = l.case_id JOIN habeas.event_secret e ON e.id = c.id
         WHERE l.case_id = ANY(\(cases)::uuid[]) AND l.said_in IS NULL AND l.withdrawn_at IS NULL
         ORDER BY c.case_id, c.number DESC
        """
    }

    package init(row: Row) throws {
        let word: String
        (id, caseID, clientID, number, word, phase, digest, madeAt) = try row.decode(
            UUID.self,
            UUID.self,
            String.self,
            Int.self,
            String.self,
            Int.self,
            String.self,
            Date.self
        )
        kind = try Stored.word(word, "breach_content.kind")
    }

    package static func insert(_ records: [BreachContentRecord]) -> SQL {
        """
        INSERT INTO habeas.breach_content (id, case_id, client_id, number, kind, phase, digest, made_at)
        SELECT * FROM unnest(\(records.map(\.id))::uuid[], \(records.map(\.caseID))::uuid[], \(records.map(\.clientID))::text[],
          \(records.map { Int32($0.number) })::int4[], \(records.map(\.kind.rawValue))::text[], \(records.map { Int32($0.phase) })::int4[],
          \(records.map(\.digest))::text[], \(records.map(\.madeAt))::timestamptz[])
        """
    }
}

extension BreachContentRecord {
    /// The sealed words of one.
    package struct Words: Sendable {
        package let caseID: UUID
        package let id: UUID
        /// Of the incident, as of which it was made.
        package let phase: Int
        package let secret: SealedPayload

        /// - Parameter row: of ``readingLast(ofListsToTellAmong:)``.
        package init(row: Row) throws {
            let (kek, wrapped, payload): (String, [UInt8], [UInt8])
            (caseID, id, phase, kek, wrapped, payload) = try row.decode(
                UUID.self,
                UUID.self,
                Int.self,
                String.self,
                [UInt8].self,
                [UInt8].self
            )
            secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
        }
    }
}
