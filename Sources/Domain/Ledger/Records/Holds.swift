package import FoundationEssentials
package import Postgres

/// Legal holds on cases.
package enum Holds {
    /// The holds in place on these cases: case, hold, and when it ends by itself.
    package static func open(on cases: [UUID]) -> SQL {
        "SELECT case_id, id, until FROM habeas.hold WHERE case_id = ANY(\(cases)::uuid[]) AND lifted_at IS NULL"
    }

    /// Places a hold under a publisher's reference; on a case, on a client, or on neither.
    package static func place(
        _ id: UUID,
        publisher: String,
        reference: String,
        client: String?,
        case caseID: UUID?,
        at now: Date,
        until: Date?
    ) -> SQL {
        """
        INSERT INTO habeas.hold (id, publisher_id, hold_ref, client_id, case_id, placed_at, until)
        VALUES (\(id), \(publisher), \(reference), \(client), \(caseID), \(now), \(until))
        """
    }
}
