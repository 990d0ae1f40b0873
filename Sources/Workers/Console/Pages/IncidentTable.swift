import FoundationEssentials
import Ledger
import Rights

/// Incidents in numbers and dates.
enum IncidentTable {
    static func html(_ incidents: [IncidentRow], caption: String, empty: String) -> HTML {
        var table = Table(
            caption,
            .words("Incident"),
            .words("State"),
            .words("Risk"),
            .number("Phase"),
            .words("Aware, UTC"),
            .number("Clients"),
            .number("Told"),
            .number("Have read it"),
            .number("Wait for a person"),
            empty: empty
        )
        for incident in incidents {
            let id = incident.id.lowercaseText
            let clients: HTML =
                incident.unapproved > 0
                ? "\(incident.clients), \(incident.unapproved) to approve"
                : incident.isSpread ? "\(incident.clients)" : "\(incident.clients), being worked out"
            table.add(
                "<a href=\"/incidents/\(id)\">\(incident.publisher)/\(incident.reference)</a>",
                state(incident.state),
                risk(incident.risk),
                .number(incident.phase),
                Moment.html(incident.awareAt),
                clients,
                .number(incident.told),
                .number(incident.acknowledged),
                .number(incident.waiting)
            )
        }
        return table.html
    }

    static func state(_ state: String) -> HTML { Badge.html(state, state == "open" ? .warning : .quiet) }

    static func risk(_ risk: String) -> HTML { Badge.html(risk, risk == "high" ? .bad : .quiet) }
}
