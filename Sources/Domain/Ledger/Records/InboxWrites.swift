package import FoundationEssentials
package import Postgres

/// One accepted event, as the inbox remembers it.
package struct InboxRow: Sendable {
    package let dedupeKey: [UInt8]
    package let contentDigest: [UInt8]
    package let publisherID: String
    package let eventID: String
    package let eventType: String
    package let subjectID: UUID?

    package init(
        dedupeKey: [UInt8],
        contentDigest: [UInt8],
        publisherID: String,
        eventID: String,
        eventType: String,
        subjectID: UUID?
    ) {
        self.dedupeKey = dedupeKey
        self.contentDigest = contentDigest
        self.publisherID = publisherID
        self.eventID = eventID
        self.eventType = eventType
        self.subjectID = subjectID
    }
}

/// Takes events into the inbox.
package enum Inbox {
    /// Inserts `rows` and returns the keys that were new. Rows are sorted by key first, so that two transactions that
    /// share events wait for each other in one order.
    package static func take(_ rows: [InboxRow]) -> SQL {
        let rows = rows.sorted { $0.dedupeKey.lexicographicallyPrecedes($1.dedupeKey) }
        return """
            INSERT INTO habeas.inbox (dedupe_key, content_digest, publisher_id, event_id, event_type, subject_id, received_at)
            SELECT n.*, habeas.domain_now() FROM unnest(\(rows.map(\.dedupeKey))::bytea[], \(rows.map(\.contentDigest))::bytea[],
              \(rows.map(\.publisherID))::text[], \(rows.map(\.eventID))::text[], \(rows.map(\.eventType))::text[],
              \(rows.map(\.subjectID))::uuid[]) AS n
            ON CONFLICT DO NOTHING
            RETURNING dedupe_key
            """
    }

    /// The content digests of events taken in before.
    package static func digests(of keys: [[UInt8]]) -> SQL {
        "SELECT dedupe_key, content_digest FROM habeas.inbox WHERE dedupe_key = ANY(\(keys)::bytea[])"
    }

    /// Gives back the ids of events that were refused after all.
    package static func release(_ keys: [[UInt8]]) -> SQL {
        "DELETE FROM habeas.inbox WHERE dedupe_key = ANY(\(keys)::bytea[])"
    }
}
