package import FoundationEssentials
package import Ledger
package import Rights

/// What publishers are told of, as CloudEvents on the outcome exchange. Ids, codes and dates; never a person.
package enum CaseOutcome {
    /// `request.accepted`: the case, its role and its clocks.
    package static func accepted(
        _ record: CaseFileRecord,
        _ deadlines: [Deadline],
        warnings: [String],
        sequence: Int,
        at now: Date
    ) -> OutboxRow {
        row("request.accepted", publisher: record.publisherID, subject: record.id, at: now) { data in
            data.member("request", record.id)
            data.member("request_ref", record.requestRef)
            data.member("kind", record.kind.rawValue)
            data.member("group", record.groupID)
            data.member("subject_index", record.groupID == nil ? nil : record.subjectIndex)
            data.member("role", record.role.rawValue)
            data.member("lane", record.lane.rawValue)
            data.member("state", record.state.rawValue)
            data.member("client", record.clientID)
            data.key("deadlines")
            data.array(deadlines) { list, deadline in
                list.object { item in
                    item.member("clock", deadline.rule.clock.rawValue)
                    item.member("due_at", deadline.due)
                    item.member("article", deadline.rule.source)
                    item.member("rule", deadline.rule.id)
                    item.member("provisional", deadline.isProvisional)
                    item.member("unverified", deadline.rule.isUnverified)
                }
            }
            data.member("warnings", warnings)
            data.member("sequence", sequence)
            data.member("reference", record.reference)
        }
    }

    /// `request.accepted` for an incident: what its publisher needs to speak of it again.
    package static func accepted(_ incident: IncidentRecord, warnings: [String], sequence: Int, at now: Date)
        -> OutboxRow
    {
        row("request.accepted", publisher: incident.publisherID, subject: incident.id, at: now) { data in
            data.member("request", incident.id)
            data.member("request_ref", incident.incidentRef)
            data.member("kind", "incident")
            data.member("state", incident.state)
            data.member("warnings", warnings)
            data.member("sequence", sequence)
        }
    }

    /// `request.referred`: the client has been told of the request.
    package static func referred(_ record: CaseFileRecord, sequence: Int, at now: Date) -> OutboxRow {
        row("request.referred", publisher: record.publisherID, subject: record.id, at: now) { data in
            data.member("request", record.id)
            data.member("request_ref", record.requestRef)
            data.member("client", record.clientID)
            data.member("referred_at", now)
            data.member("state", record.state.rawValue)
            data.member("sequence", sequence)
            data.member("reference", record.reference)
        }
    }

    /// `request.decided`: the client's decision has been taken into the case.
    package static func decided(
        _ record: CaseFileRecord,
        _ decision: ClientDecision,
        reference: String?,
        sequence: Int,
        at now: Date
    ) -> OutboxRow {
        row("request.decided", publisher: record.publisherID, subject: record.id, at: now) { data in
            data.member("request", record.id)
            data.member("request_ref", record.requestRef)
            data.member("decision", decision)
            data.member("state", record.state.rawValue)
            data.member("sequence", sequence)
            data.member("reference", reference ?? record.reference)
        }
    }

    /// `request.completed`: the case has reached a final state by this event.
    ///
    /// - Parameter targets: what became of it at each target, where it had any.
    package static func completed(
        _ record: CaseFileRecord,
        targets: [FanOutTarget] = [],
        sequence: Int,
        at now: Date
    ) -> OutboxRow {
        row("request.completed", publisher: record.publisherID, subject: record.id, at: now) { data in
            data.member("request", record.id)
            data.member("request_ref", record.requestRef)
            data.member("state", record.state.rawValue)
            if !targets.isEmpty {
                data.key("targets")
                data.array(targets) { list, target in list.object { target.summarise(to: &$0) } }
            }
            data.member("sequence", sequence)
            data.member("reference", record.reference)
        }
    }

    /// `certificate.issued`: what was done at every target is on record, signed.
    package static func certificate(
        _ id: UUID,
        digest: String,
        of record: CaseFileRecord,
        sequence: Int,
        at now: Date
    ) -> OutboxRow {
        row("certificate.issued", publisher: record.publisherID, subject: record.id, at: now) { data in
            data.member("request", record.id)
            data.member("request_ref", record.requestRef)
            data.member("certificate", id)
            data.member("sha256", digest)
            data.member("state", record.state.rawValue)
            data.member("sequence", sequence)
            data.member("reference", record.reference)
        }
    }

    /// `export.ready`: the bundle is there, to the publisher and, where there is one, to the client, who fetches it by its id.
    package static func exportReady(
        _ export: ExportRecord,
        _ bundle: ExportRecord.Bundle,
        of record: inout CaseFileRecord,
        at now: Date
    ) -> [OutboxRow] {
        let sequence = record.nextOutcomeSequence()
        func data(_ data: inout JSONWriter) {
            data.member("request", record.id)
            data.member("request_ref", record.requestRef)
            data.member("export", export.id)
            data.member("kind", export.list == nil ? nil : record.kind.rawValue)
            data.member("list", export.list)
            data.member("bytes", bundle.bytes)
            data.member("sha256", bundle.sha256)
            data.member("complete", bundle.gaps == 0)
            data.member("expires_at", export.expiresAt)
            data.member("sequence", sequence)
            data.member("reference", record.reference)
        }
        let name = OutcomeType.exportReady.rawValue
        var rows = [row(name, publisher: record.publisherID, subject: record.id, at: now, data)]
        if let client = record.clientID {
            rows.append(
                CloudEventOutcome.row(name, to: .client(client), subject: record.id, at: now, machineNow: now, data)
            )
        }
        return rows
    }

    /// `incident.notified`: a client that an incident affects has been told of it.
    ///
    /// - Parameter toldAt: when the first notice reached it: its own time runs from then on.
    package static func notified(
        _ record: CaseFileRecord,
        _ notice: BreachNoticeRecord,
        incidentRef: String,
        toldAt: Date,
        sequence: Int,
        at now: Date
    ) -> OutboxRow {
        row(OutcomeType.incidentNotified.rawValue, publisher: record.publisherID, subject: record.id, at: now) { data in
            data.member("incident", notice.incidentID)
            data.member("incident_ref", incidentRef)
            data.member("notice", record.id)
            data.member("client", record.clientID)
            data.member("notified_at", toldAt)
            data.member("sequence", sequence)
        }
    }

    /// `notice.sent`: a client has been told of a change before it takes effect.
    ///
    /// - Parameter channel: the one that took it; nil where a person has told it.
    package static func noticeSent(
        _ record: CaseFileRecord,
        _ notice: AnnouncementNoticeRecord,
        _ announcement: AnnouncementRecord,
        channel: String?,
        sequence: Int,
        at now: Date
    ) -> OutboxRow {
        row(OutcomeType.noticeSent.rawValue, publisher: record.publisherID, subject: record.id, at: now) { data in
            data.member("notice", record.id)
            data.member("announcement", announcement.id)
            data.member("kind", announcement.kind)
            data.member("client", record.clientID)
            data.member("sent_at", notice.toldAt)
            data.member("channel", channel)
            data.member("effective_on", announcement.effectiveOn.description)
            data.member("objections_until", notice.objectionsUntil)
            data.member("sequence", sequence)
        }
    }

    /// `request.completed` for a request about several people: all of its cases have ended, so many in each state.
    package static func completed(_ group: CaseGroupRecord, at now: Date) -> OutboxRow {
        row("request.completed", publisher: group.publisherID, subject: group.id, at: now) { data in
            data.member("request", group.id)
            data.member("request_ref", group.requestRef)
            data.member("kind", "group")
            data.member("state", "completed")
            data.member("cases", group.cases)
            data.key("endings")
            data.array(group.inOrder) { list, ending in
                list.object { item in
                    item.member("state", ending.state.rawValue)
                    item.member("cases", ending.cases)
                }
            }
            data.member("sequence", group.outcomeSequence)
            data.member("reference", group.reference)
        }
    }

    /// `deadline.at_risk`: a date comes near, or has passed.
    package static func atRisk(
        _ record: CaseFileRecord,
        _ deadline: DeadlineRecord,
        isMissed: Bool,
        sequence: Int,
        at now: Date
    ) -> OutboxRow {
        row("deadline.at_risk", publisher: record.publisherID, subject: record.id, at: now) { data in
            data.member("request", record.id)
            data.member("request_ref", record.requestRef)
            data.member("state", record.state.rawValue)
            describe(deadline, isMissed, to: &data)
            data.member("sequence", sequence)
            data.member("reference", record.reference)
        }
    }

    /// `deadline.at_risk` of an incident.
    ///
    /// - Parameter waitsFor: the kind of task that has to be done by a person first, where there is one.
    package static func atRisk(
        _ incident: IncidentRecord,
        _ deadline: DeadlineRecord,
        waitsFor: String?,
        isMissed: Bool,
        sequence: Int,
        at now: Date
    ) -> OutboxRow {
        row("deadline.at_risk", publisher: incident.publisherID, subject: incident.id, at: now) { data in
            data.member("request", incident.id)
            data.member("request_ref", incident.incidentRef)
            data.member("state", incident.state)
            describe(deadline, isMissed, to: &data)
            data.member("waits_for", waitsFor)
            data.member("sequence", sequence)
        }
    }

    /// `request.extended`: the person has to wait longer, with the new date and the reason.
    package static func extended(
        _ record: CaseFileRecord,
        _ deadline: Deadline,
        reason: String,
        sequence: Int,
        at now: Date
    ) -> OutboxRow {
        row("request.extended", publisher: record.publisherID, subject: record.id, at: now) { data in
            data.member("request", record.id)
            data.member("request_ref", record.requestRef)
            data.member("reason", reason)
            data.member("due_at", deadline.due)
            data.member("article", deadline.rule.source)
            data.member("rule", deadline.rule.id)
            data.member("sequence", sequence)
            data.member("reference", record.reference)
        }
    }

    private static func describe(_ deadline: DeadlineRecord, _ isMissed: Bool, to data: inout JSONWriter) {
        data.member("clock", deadline.clock.rawValue)
        data.member("due_at", deadline.due)
        data.member("article", deadline.source)
        data.member("rule", deadline.rule)
        data.member("missed", isMissed)
    }

    private static func row(
        _ name: String,
        publisher: String,
        subject: UUID,
        at now: Date,
        _ data: (inout JSONWriter) -> Void
    ) -> OutboxRow {
        // The fold dates the row by the transaction when it writes it.
        CloudEventOutcome.row(name, publisher: publisher, subject: subject, at: now, machineNow: now, data)
    }
}
