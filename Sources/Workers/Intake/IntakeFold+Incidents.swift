import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

extension IntakeFold {
    mutating func detect(_ data: BreachDetected, _ prepared: PreparedEvent, _ delivery: Delivery) {
        let reference = IntakeState.Reference(publisher: prepared.publisher.id, list: .incident, text: data.incidentRef)
        guard state.incidents[reference] == nil else {
            return refuse(
                delivery,
                prepared,
                "data.incident_ref",
                .referenceTaken,
                "Send breach.updated for an incident that was reported before."
            )
        }
        let received = receipt(prepared)
        var incident = IncidentRecord(
            id: prepared.id,
            publisherID: prepared.publisher.id,
            incidentRef: data.incidentRef,
            risk: data.risk.rawValue,
            discoveredAt: data.discoveredAt,
            awareAt: data.awareAt,
            receivedAt: received
        )
        let deadline = notifyClients(from: data.awareAt, prepared)
        changes.evidence.add(
            incident.chain.append(
                "incident.opened",
                at: state.now,
                actor: "publisher:\(prepared.publisher.id)",
                clientID: nil,
                body: Facts.plain(prepared) { body in
                    body.member("risk", data.risk)
                    body.member("discovered_at", data.discoveredAt)
                    body.member("aware_at", data.awareAt)
                    body.member("notify_due_at", deadline?.due)
                    body.member("clients", data.affected.map(\.client))
                }
            )
        )
        if let deadline { changes.deadlines.open(deadline, subject: incident.id) }
        if data.ownData != nil { changes.deadlines.open(ownAuthority(from: data.awareAt), subject: incident.id) }
        keep(prepared, about: incident.id)
        changes.wakeUps.wake(.breach, for: incident.id)
        let warnings =
            prepared.event.warnings.map { "unknown_field:\($0)" }
            + (deadline?.isOverdue(at: state.now) == true ? ["overdue"] : [])
        let sequence = incident.nextOutcomeSequence()
        tell(CaseOutcome.accepted(incident, warnings: warnings, sequence: sequence, at: state.now))
        change(incident, under: reference)
        applyWaiting(under: reference)
    }

    /// Until when every affected client is told (GDPR Art. 33(2)).
    private func notifyClients(from awareAt: Date, _ prepared: PreparedEvent) -> Deadline? {
        let policy = changes.registry.policy(profile: prepared.publisher.profile, client: nil, at: receipt(prepared))
        return policy.clock(.notifyClients).map {
            Deadline($0.rule, from: awareAt, at: .unknown, atlas: changes.registry.atlas)
        }
    }

    /// Until when the vendor tells its own authority, where data that it controls itself are concerned (G13).
    private func ownAuthority(from awareAt: Date) -> Deadline {
        Deadline(.ownBreachAuthority, from: awareAt, at: .unknown, atlas: changes.registry.atlas)
    }

    mutating func update(_ data: BreachUpdated, _ prepared: PreparedEvent, _ delivery: Delivery) {
        let reference = IntakeState.Reference(publisher: prepared.publisher.id, list: .incident, text: data.incidentRef)
        if let incident = state.incidents[reference] {
            // One that was overtaken on its way is not lost for that.
            guard incident.state == "open" || data.phase < incident.phase else {
                return refuse(
                    delivery,
                    prepared,
                    "data.incident_ref",
                    .caseClosed,
                    "Its last word has been said to every client; report what is new as another incident (breach.detected)."
                )
            }
            // What was told under a number is never changed.
            guard !incident.phases.contains(data.phase) else {
                return refuse(
                    delivery,
                    prepared,
                    "data.phase",
                    .referenceTaken,
                    "Number it above \(incident.phase), the latest phase of the incident."
                )
            }
        }
        follow(reference, "incident.updated", prepared, delivery) { incident in
            incident.phases.append(data.phase)
            // What a later phase has said stands.
            guard data.phase > incident.phase else { return }
            incident.phase = data.phase
            if let risk = data.risk { incident.risk = risk.rawValue }
            if let discovered = data.discoveredAt { incident.discoveredAt = discovered }
            // A later time is that of the clients that this phase names: nobody becomes aware later than they were.
            if let aware = data.awareAt { incident.awareAt = min(incident.awareAt, aware) }
            if data.closed == true { incident.state = "closed" }
            if data.falseAlarm == true { incident.state = "false_alarm" }
        } fact: { body in
            body.member("phase", data.phase)
            body.member("clients", data.affected.map(\.client))
            body.member("closed", data.closed)
            body.member("false_alarm", data.falseAlarm)
        }
        // One that has not been reported yet: the event waits.
        guard let incident = state.incidents[reference] else { return }
        guard incident.state != "false_alarm" else {
            return changes.deadlines.end(subject: incident.id, isMet: false)
        }
        // Whatever the last phase says: the clients' clocks are their own as soon as each has a notice, the vendor's ends with a decision.
        if data.awareAt != nil {
            if let deadline = notifyClients(from: incident.awareAt, prepared) {
                changes.deadlines.change(deadline, subject: incident.id)
            }
            changes.deadlines.change(ownAuthority(from: incident.awareAt), subject: incident.id)
        }
        if data.ownData != nil {
            changes.deadlines.ensure(ownAuthority(from: data.awareAt ?? incident.awareAt), subject: incident.id)
        }
    }

    mutating func acknowledge(_ data: BreachAcknowledged, _ prepared: PreparedEvent, _ delivery: Delivery) {
        guard let reference = reference(data, prepared) else {
            return refuse(
                delivery,
                prepared,
                "data.incident_ref",
                .unknownNotice,
                "Name an incident that this client was told of, by the id that incident.notified gave it."
            )
        }
        if let incident = state.incidents[reference] {
            statements.append(BreachAcks.insert(prepared.id, of: incident.id, by: data.client, at: data.at))
        }
        follow(reference, "incident.acknowledged", prepared, delivery) { _ in
        } fact: { body in
            body.member("client", data.client)
            body.member("at", data.at)
        }
    }

    /// What is acknowledged: an app names it as it reported it, a client over the gateway as it was told of it.
    private func reference(_ data: BreachAcknowledged, _ prepared: PreparedEvent) -> IntakeState.Reference? {
        guard prepared.publisher.isGateway else {
            return .init(publisher: prepared.publisher.id, list: .incident, text: data.incidentRef)
        }
        return IntakeState.NoticeName(data).flatMap { state.toldIncidents[$0] }
    }

    /// A later event about an incident; one for an incident not yet reported waits.
    private mutating func follow(
        _ reference: IntakeState.Reference,
        _ fact: String,
        _ prepared: PreparedEvent,
        _ delivery: Delivery,
        edit: (inout IncidentRecord) -> Void,
        fact body: (inout JSONWriter) -> Void
    ) {
        guard var incident = state.incidents[reference] else {
            return wait(prepared, from: delivery, under: reference, case: nil)
        }
        edit(&incident)
        changes.evidence.add(
            incident.chain.append(
                fact,
                at: state.now,
                actor: "publisher:\(prepared.publisher.id)",
                clientID: nil,
                body: Facts.plain(prepared, body)
            )
        )
        keep(prepared, about: incident.id)
        changes.wakeUps.wake(.breach, for: incident.id)
        change(incident, under: reference)
    }
}
