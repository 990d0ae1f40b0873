package import FoundationEssentials
package import Postgres

/// That clients object to what they were told of.
package enum Objections {
    /// What an objection may still do to a case.
    package struct Standing: Sendable, Hashable {
        /// Until when the client may object; nil before it was told.
        package let until: Date?
        /// Whether it has objected before.
        package var hasObjected: Bool

        package init(until: Date?, hasObjected: Bool) {
            self.until = until
            self.hasObjected = hasObjected
        }
    }

    /// Writes one down, with its case locked.
    ///
    /// - Parameter id: of the event that holds who says so and why.
    package static func insert(_ id: UUID, of caseID: UUID, by client: String, at received: Date) -> SQL {
        """
        INSERT INTO habeas.announcement_objection (id, case_id, client_id, received_at)
        VALUES (\(id), \(caseID), \(client), \(received)) ON CONFLICT (id) DO NOTHING
        """
    }

    /// The cases of clients that these names mean: the client's own, or the announcement's. Answers case, name, client, the end of the
    /// window, and whether the client has objected before.
    package static func standing(notices: [UUID], clients: [String]) -> SQL {
        """
        SELECT n.case_id, w.notice, n.client_id, n.objections_until,
               EXISTS (SELECT FROM habeas.announcement_objection o WHERE o.case_id = n.case_id)
          FROM unnest(\(notices)::uuid[], \(clients)::text[]) AS w (notice, client)
          JOIN habeas.announcement_notice n ON n.client_id = w.client AND (n.case_id = w.notice OR n.announcement_id = w.notice)
        """
    }

    /// How often each of these cases' clients have objected.
    package static func counting(of cases: [UUID]) -> SQL {
        """
        SELECT case_id, count(*) FROM habeas.announcement_objection WHERE case_id = ANY(\(cases)::uuid[]) GROUP BY case_id
        """
    }
}
