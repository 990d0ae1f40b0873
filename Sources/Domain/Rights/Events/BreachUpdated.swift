package import FoundationEssentials

/// More is known of an incident: a numbered phase with the fields that change, and further clients.
package struct BreachUpdated: EventData {
    package static let type = EventType.breachUpdated

    package var incidentRef: String
    package var phase: Int
    package var discoveredAt: Date?
    package var awareAt: Date?
    package var nature: String?
    package var categories: [String]
    package var risk: BreachRisk?
    package var systems: [String]
    package var cause: String?
    package var healthData: Bool?
    /// Additions; those named before stay.
    package var affected: [AffectedClient]
    package var ownData: OwnData?
    package var consequences: String?
    package var measures: String?
    package var contact: ContactDetails?
    package var closed: Bool?
    package var falseAlarm: Bool?

    package static let shape = Shape([
        .required("incident_ref", .reference),
        .required("phase", .count(1...10_000)),
        .optional("discovered_at", .time(.past)),
        .optional("aware_at", .time(.past)),
        .optional("nature", .text(Limit.text)),
        .optional("categories", .list(.label(Limit.label), 1...100)),
        .optional("risk", .choice(BreachRisk.words)),
        .optional("systems", .list(.label(Limit.label), Limit.items)),
        .optional("cause", .text(Limit.text)),
        .optional("health_data", .flag),
        .optional("affected", .list(.object(AffectedClient.shape), Limit.affectedClients)),
        .optional("own_data", .object(OwnData.shape)),
        .optional("consequences", .text(Limit.text)),
        .optional("measures", .text(Limit.text)),
        .optional("contact", ContactDetails.point),
        .optional("closed", .flag),
        .optional("false_alarm", .flag),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        incidentRef = try reader.required("incident_ref")
        phase = try reader.required("phase")
        discoveredAt = try reader.time("discovered_at")
        awareAt = try reader.time("aware_at")
        nature = try reader.string("nature")
        categories = try reader.strings("categories")
        risk = try reader.choice("risk")
        systems = try reader.strings("systems")
        cause = try reader.string("cause")
        healthData = try reader.flag("health_data")
        affected = try reader.objects("affected")
        ownData = try reader.object("own_data")
        consequences = try reader.string("consequences")
        measures = try reader.string("measures")
        contact = try ContactDetails.readPoint("contact", &reader)
        closed = try reader.flag("closed")
        falseAlarm = try reader.flag("false_alarm")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("incident_ref", incidentRef)
        writer.member("phase", phase)
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
        writer.member("closed", closed)
        writer.member("false_alarm", falseAlarm)
    }
}
