package import FoundationEssentials
package import Postgres

/// An incident of which nobody was told: why is in the register (GDPR Art. 33(5)).
package enum UntoldIncident {
    /// Whether no client has a notice of it, nobody has decided about its own data, and nobody has said why.
    package static func isUnexplained(_ id: UUID) -> SQL {
        """
        SELECT NOT EXISTS (SELECT FROM habeas.breach_notice WHERE incident_id = \(id))
           AND NOT EXISTS (SELECT FROM habeas.breach_decision WHERE incident_id = \(id))
           AND NOT EXISTS (SELECT FROM habeas.breach_reason
                            WHERE incident_id = \(id) AND about = \(BreachReason.Matter.nobodyTold.rawValue))
        """
    }
}
