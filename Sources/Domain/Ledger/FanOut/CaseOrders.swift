package import FoundationEssentials
package import Postgres

/// Erasures that begin when an earlier request for a copy has ended.
package enum CaseOrders {
    package static func insert(_ id: UUID, after others: [UUID]) -> SQL {
        """
        INSERT INTO habeas.case_order (case_id, after_case) SELECT \(id), unnest(\(others)::uuid[]) ON CONFLICT DO NOTHING
        """
    }
}
