package import FoundationEssentials
package import Postgres
import Rights

/// What one client is told of a change: whoever changes it holds the lock of its case.
package struct AnnouncementNoticeRecord: Sendable, Hashable {
    package let caseID: UUID
    package let clientID: String
    package let announcementID: UUID
    package var toldAt: Date?
    /// Until when it may object; nil before it was told.
    package var objectionsUntil: Date?

    package init(caseID: UUID, clientID: String, announcementID: UUID) {
        self.caseID = caseID
        self.clientID = clientID
        self.announcementID = announcementID
    }

    private static let columns: SQL = "n.case_id, n.client_id, n.announcement_id, n.told_at, n.objections_until"

    package static func reading(of cases: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.announcement_notice n WHERE n.case_id = ANY(\(cases)::uuid[])"
    }

    package init(row: Row) throws {
        (caseID, clientID, announcementID, toldAt, objectionsUntil) = try row.decode(
            UUID.self,
            String.self,
            UUID.self,
            Date?.self,
            Date?.self
        )
    }

    /// Of these clients those that have no case yet, in the order of their ids.
    package static func missing(of announcement: UUID, among clients: [String], limit: Int) -> SQL {
        """
        SELECT w.client FROM unnest(\(clients)::text[]) AS w (client)
         WHERE NOT EXISTS (SELECT FROM habeas.announcement_notice n WHERE n.announcement_id = \(announcement) AND n.client_id = w.client)
         ORDER BY w.client COLLATE "C" LIMIT \(limit)
        """
    }

    /// Clients whose contract has ended, and whose data are gone: a change does not concern them any more.
    package static let gone: SQL = """
        SELECT DISTINCT client_id FROM habeas.case_file
         -- As a literal: the index of contracts is of these rows alone.
         WHERE kind = 'end_of_contract' AND client_id IS NOT NULL
           AND state = ANY(\(CaseState.allCases.filter(\.isFinal).map(\.rawValue))::text[])
        """

    package static func insert(_ records: [AnnouncementNoticeRecord]) -> SQL {
        """
        INSERT INTO habeas.announcement_notice (case_id, client_id, announcement_id)
        SELECT * FROM unnest(\(records.map(\.caseID))::uuid[], \(records.map(\.clientID))::text[], \(records.map(\.announcementID))::uuid[])
        """
    }

    /// Writes when these were told, and until when they may object, where that was not written before.
    package static func update(_ records: [AnnouncementNoticeRecord]) -> SQL {
        """
        UPDATE habeas.announcement_notice AS a
           SET told_at = coalesce(a.told_at, n.told_at), objections_until = coalesce(a.objections_until, n.objections_until)
          FROM unnest(\(records.map(\.caseID))::uuid[], \(records.map(\.toldAt))::timestamptz[],
            \(records.map(\.objectionsUntil))::timestamptz[]) AS n (case_id, told_at, objections_until)
         WHERE a.case_id = n.case_id
        """
    }
}
