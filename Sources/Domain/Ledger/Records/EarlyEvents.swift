package import FoundationEssentials
package import Postgres

/// An event that came before its case, or before its time.
package struct EarlyEventRecord: Sendable {
    package let id: UUID
    package let publisherID: String
    package let requestRef: String?
    package let caseID: UUID?
    package let eventType: String
    package let dedupeKey: [UInt8]
    package let receivedAt: Date
    package let secret: SealedPayload

    package init(
        id: UUID,
        publisherID: String,
        requestRef: String?,
        caseID: UUID?,
        eventType: String,
        dedupeKey: [UInt8],
        receivedAt: Date,
        secret: SealedPayload
    ) {
        self.id = id
        self.publisherID = publisherID
        self.requestRef = requestRef
        self.caseID = caseID
        self.eventType = eventType
        self.dedupeKey = dedupeKey
        self.receivedAt = receivedAt
        self.secret = secret
    }

    package init(row: Row) throws {
        let (id, publisherID, requestRef, caseID, eventType, dedupeKey, receivedAt, kekID, wrapped, payload) =
            try row.decode(
                UUID.self,
                String.self,
                String?.self,
                UUID?.self,
                String.self,
                [UInt8].self,
                Date.self,
                String.self,
                [UInt8].self,
                [UInt8].self
            )
        self.init(
            id: id,
            publisherID: publisherID,
            requestRef: requestRef,
            caseID: caseID,
            eventType: eventType,
            dedupeKey: dedupeKey,
            receivedAt: receivedAt,
            secret: SealedPayload(wrapped: CaseKey.Wrapped(kekID: kekID, bytes: wrapped), bytes: payload)
        )
    }
}

package enum EarlyEvents {
    /// How long an event waits for its case, or for its time.
    package static let patience = Duration.seconds(86_400)

    package static func insert(_ rows: [EarlyEventRecord]) -> SQL {
        """
        INSERT INTO habeas.early_event (id, publisher_id, request_ref, case_id, event_type, dedupe_key, received_at, kek_id,
          wrapped_key, payload, expires_at)
        SELECT n.*, habeas.domain_now() + \(patience)::interval
          FROM unnest(\(rows.map(\.id))::uuid[], \(rows.map(\.publisherID))::text[], \(rows.map(\.requestRef))::text[],
            \(rows.map(\.caseID))::uuid[], \(rows.map(\.eventType))::text[], \(rows.map(\.dedupeKey))::bytea[],
            \(rows.map(\.receivedAt))::timestamptz[], \(rows.map(\.secret.wrapped.kekID))::text[],
            \(rows.map(\.secret.wrapped.bytes))::bytea[], \(rows.map(\.secret.bytes))::bytea[]) AS n
        """
    }

    /// What waits for these references or cases, in the order it came. Taken by whoever holds the references' locks.
    package static func waiting(publishers: [String], references: [String], cases: [UUID]) -> SQL {
        """
        SELECT id, publisher_id, request_ref, case_id, event_type, dedupe_key, received_at, kek_id, wrapped_key, payload
          FROM habeas.early_event
         WHERE id IN (SELECT e.id FROM unnest(\(publishers)::text[], \(references)::text[]) AS wanted (publisher, ref)
                        JOIN habeas.early_event e ON e.publisher_id = wanted.publisher AND e.request_ref = wanted.ref
                      UNION ALL
                      SELECT e.id FROM unnest(\(publishers)::text[], \(references)::text[]) AS wanted (publisher, ref)
                        JOIN habeas.case_file c ON c.publisher_id = wanted.publisher AND c.request_ref = wanted.ref
                        JOIN habeas.early_event e ON e.case_id = c.id
                      UNION ALL
                      SELECT e.id FROM habeas.early_event e WHERE e.case_id = ANY(\(cases)::uuid[]))
         ORDER BY received_at, id
        """
    }

    package static func remove(_ ids: [UUID]) -> SQL {
        "DELETE FROM habeas.early_event WHERE id = ANY(\(ids)::uuid[])"
    }
}
