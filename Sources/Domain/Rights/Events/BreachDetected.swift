package import FoundationEssentials

/// An incident: lost, stolen or wrongly accessed data (G9, G13).
package struct BreachDetected: EventData {
    package static let type = EventType.breachDetected

    package var incidentRef: String
    /// When it was, or with diligence would have been, first known.
    package var discoveredAt: Date
    package var awareAt: Date
    package var nature: String
    package var categories: [String]
    package var risk: BreachRisk
    package var systems: [String]
    package var cause: String?
    package var healthData: Bool?
    package var affected: [AffectedClient]
    /// Data that the vendor itself controls.
    package var ownData: OwnData?
    package var consequences: String?
    package var measures: String?
    /// Where more is to be learned.
    package var contact: ContactDetails?

    package static let shape = Shape([
        .required("incident_ref", .reference),
        .required("discovered_at", .time(.past)),
        .required("aware_at", .time(.past)),
        .required("nature", .text(Limit.text)),
        .required("categories", .list(.label(Limit.label), 1...100)),
        .required("risk", .choice(BreachRisk.words)),
        .optional("systems", .list(.label(Limit.label), Limit.items)),
        .optional("cause", .text(Limit.text)),
        .optional("health_data", .flag),
        .optional("affected", .list(.object(AffectedClient.shape), Limit.affectedClients)),
        .optional("own_data", .object(OwnData.shape)),
        .optional("consequences", .text(Limit.text)),
        .optional("measures", .text(Limit.text)),
        .optional("contact", ContactDetails.point),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        incidentRef = try reader.required("incident_ref")
        discoveredAt = try reader.required("discovered_at")
        awareAt = try reader.required("aware_at")
        nature = try reader.required("nature")
        categories = try reader.strings("categories")
        risk = try reader.required("risk")
        systems = try reader.strings("systems")
        cause = try reader.string("cause")
        healthData = try reader.flag("health_data")
        affected = try reader.objects("affected")
        ownData = try reader.object("own_data")
        consequences = try reader.string("consequences")
        measures = try reader.string("measures")
        contact = try ContactDetails.readPoint("contact", &reader)
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("incident_ref", incidentRef)
        writer.member("discovered_at", discoveredAt)
        writer.member("aware_at", awareAt)
        writer.member("nature", nature)
        writer.member("categories", categories)
        writer.member("risk", risk)
        writer.member("systems", systems)
        writer.member("cause", cause)
        writer.member("health_data", healthData)
        writer.member("affected", affected)
        writer.member("own_data", ownData)
        writer.member("consequences", consequences)
        writer.member("measures", measures)
        ContactDetails.writePoint("contact", contact, to: &writer)
    }
}

package enum BreachRisk: String, ClosedList {
    case unlikely, risk, high
}
