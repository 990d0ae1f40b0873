package import FoundationEssentials
package import Postgres
package import Rights

/// Why something about an incident was late, or not done at all: a person's words, without personal data (GDPR Art. 33(1), (5)).
package struct BreachReason: Sendable, Hashable {
    /// What a reason is asked for.
    package enum Matter: String, ClosedList {
        /// Clients were told after our own time for it.
        case lateNotice = "late_notice"
        /// It was decided about our own authority after 72 hours.
        case lateAuthority = "late_authority"
        /// It was closed and nobody was told.
        case nobodyTold = "nobody_told"
        /// People whose data are our own were not told.
        case peopleUnreached = "people_unreached"

        /// What a review of this kind asks for; nil for one of another kind.
        package init?(_ kind: ReviewKind) { self.init(rawValue: kind.rawValue) }
    }

    /// As it was stored: of another version, perhaps.
    package let about: String
    /// Of clients that were told late: those that it speaks of.
    package let clients: [String]
    package let reason: String
    package let givenAt: Date
    /// The login.
    package let givenBy: String

    /// All of an incident, in the order in which they were given.
    package static func reading(of incident: UUID) -> SQL {
        """
        SELECT about, clients, reason, given_at, given_by::text FROM habeas.breach_reason
         WHERE incident_id = \(incident) ORDER BY given_at, id
        """
    }

    package init(row: Row) throws {
        (about, clients, reason, givenAt, givenBy) = try row.decode(
            String.self,
            [String].self,
            String.self,
            Date.self,
            String.self
        )
    }

    /// Writes one down; the database names the person.
    package static func insert(
        _ matter: Matter,
        of incident: UUID,
        clients: [String] = [],
        reason: String,
        at now: Date
    ) -> SQL {
        """
        INSERT INTO habeas.breach_reason (id, incident_id, about, clients, reason, given_at)
        VALUES (\(UUID.version7(at: now)), \(incident), \(matter.rawValue), \(clients)::text[], \(reason), \(now))
        """
    }
}
