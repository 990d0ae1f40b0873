package import Fleet
package import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Reads what ``NoticePlan`` decides from, and carries its steps out on the desk. Before that it brings incidents that have news to
/// the clients they affect, see ``IncidentSpread``, and to people whose data are the vendor's own, see ``PeopleSpread``; and changes to
/// those they concern, see ``AnnouncementSpread``.
package struct NoticePlanner: EffectPlanner {
    let ring: KeyRing
    private let spread: IncidentSpread
    private let people: PeopleSpread
    private let announcements: AnnouncementSpread

    package init(ring: KeyRing, registry: RegistryCache) {
        self.ring = ring
        spread = IncidentSpread(ring: ring, registry: registry)
        people = PeopleSpread(ring: ring, registry: registry)
        announcements = AnnouncementSpread(registry: registry)
    }

    /// Looks at one case; each takes in what the one before has done.
    private static let looks = 6
    /// After how long it looks by itself at a client that was not told yet, seconds.
    private static let patience: TimeInterval = 300

    package func cases(of ids: [UUID], on connection: PostgresConnection) async throws -> (
        ids: [UUID], outgoing: [OutboxRow]
    ) {
        let (rest, announced) = try await announcements.run(ids, on: connection)
        let (cases, spread) = try await spread.run(rest, on: connection)
        // After the clients: theirs is the shorter time.
        return (cases, announced + spread + (try await people.run(rest, on: connection)))
    }

    package func reading(_ ids: [UUID]) -> [SQL] {
        [
            BreachNoticeRecord.reading(of: ids),
            BreachContentRecord.reading(of: ids),
            BreachAcks.reading(of: ids),
            CaseReview.reading(of: ids),
            """
            SELECT subject_id, anchor_at, state = 'open' FROM habeas.deadline
             WHERE subject_id = ANY(\(ids)::uuid[]) AND clock = ANY(\(Self.clocks)::text[])
            """,
            """
            SELECT t.id, t.disabled_at IS NOT NULL FROM habeas.target t
             WHERE t.client_id IS NULL AND (t.paused_at IS NOT NULL OR t.circuit <> 'closed' OR t.quiet_until > now())
            UNION ALL
            SELECT t.id, t.disabled_at IS NOT NULL FROM habeas.target t
             WHERE t.client_id = ANY(ARRAY(SELECT client_id FROM habeas.case_file WHERE id = ANY(\(ids)::uuid[])))
               AND (t.disabled_at IS NOT NULL OR t.paused_at IS NOT NULL OR t.circuit <> 'closed' OR t.quiet_until > now())
            """,
            """
            SELECT n.case_id, i.incident_ref, i.discovered_at FROM habeas.breach_notice n JOIN habeas.incident i ON i.id = n.incident_id
             WHERE n.case_id = ANY(\(ids)::uuid[])
            """,
            AnnouncementNoticeRecord.reading(of: ids), AnnouncementRecord.reading(of: ids),
            Objections.counting(of: ids),
            BreachPeopleRecord.standings(of: ids), BreachContentRecord.readingLast(ofListsToTellAmong: ids),
            BreachPersonRecord.reading(of: ids), BreachPersonRecord.wanted(ids),
            """
            SELECT subject_id, due_at FROM habeas.deadline
             WHERE subject_id = ANY(\(ids)::uuid[]) AND clock = \(ClockRule.Clock.notifyClients.rawValue) AND due_at IS NOT NULL
            """,
            """
            SELECT r.incident_id, r.kind FROM habeas.review r
             WHERE r.settled_at IS NULL AND r.incident_id = ANY(ARRAY(
               SELECT incident_id FROM habeas.breach_notice WHERE case_id = ANY(\(ids)::uuid[])
                UNION SELECT incident_id FROM habeas.breach_person WHERE case_id = ANY(\(ids)::uuid[])))
            """,
        ]
    }

    /// A case has one of them at most: of incidents the first, of changes the second.
    private static let clocks = [ClockRule.Clock.acknowledgement.rawValue, ClockRule.Clock.objection.rawValue]

    package func plan(_ desk: inout CaseDesk, _ rows: [Rows]) throws {
        var read = try Reading(rows)
        var file = NoticeFile(ring: ring, at: desk.now)
        for id in desk.ids {
            tellPerson(id, &read, &desk)
            guard var facts = facts(of: id, desk, read) else { continue }
            let wasOpen = !facts.state.isFinal
            for _ in 0..<Self.looks {
                guard let steps = NoticePlan(facts)?.steps, !steps.isEmpty else { break }
                for step in steps {
                    if case .list(let list) = step {
                        try tell(of: list, id, &file, &read, &desk)
                    } else {
                        carryOut(step, on: id, &read, &desk)
                    }
                    facts.enter(step, at: desk.now)
                }
                refresh(&facts, of: id, desk)
            }
            var looks = tendLists(of: id, wasOpen: wasOpen, isOpen: !facts.state.isFinal, read, &desk)
            // Nothing tells it when a place is out of reach that it waits for.
            if let plan = NoticePlan(facts), plan.isUntold {
                looks.append(desk.now.addingTimeInterval(Self.patience))
                looks += [plan.nextLook].compactMap(\.self)
            }
            if let next = looks.min() { desk.look(at: next, case: id) }
        }
        desk.writes += file.statements
        let changed = read.changed.compactMap { read.notices[$0] }
        if !changed.isEmpty { desk.writes.append(BreachNoticeRecord.update(changed)) }
        let announced = read.changed.compactMap { read.announced[$0] }
        if !announced.isEmpty { desk.writes.append(AnnouncementNoticeRecord.update(announced)) }
        let people = read.changed.compactMap { read.people[$0] }
        if !people.isEmpty { desk.writes.append(BreachPersonRecord.update(people)) }
        if !read.entered.isEmpty { desk.writes.append(BreachAcks.enter(read.entered, at: desk.now)) }
    }

    // MARK: Reading

    /// Nil for a case that is no client's, or not this worker's.
    private func facts(of id: UUID, _ desk: CaseDesk, _ read: Reading) -> NoticeFacts? {
        guard let record = desk.records[id], let client = record.clientID.flatMap({ desk.registry.client($0) }) else {
            return nil
        }
        var facts: NoticeFacts
        if let notice = read.notices[id] {
            facts = NoticeFacts(
                state: record.state,
                contents: read.contents[id] ?? [],
                channels: channels(of: client, read) { $0.breachTarget(of: client.id) }
            )
            facts.toldAt = notice.toldAt
            facts.acknowledgements = read.acknowledgements[id] ?? []
            facts.acknowledgementClock = read.clocks[id]
            if let last = read.lists[id]?.last, !last.list.isWithdrawn, last.state != .expired {
                facts.list = NoticeFacts.List(
                    id: last.list.id,
                    isReady: last.state == .ready && read.words[id] != nil,
                    isSaid: last.list.saidIn != nil
                )
            }
        } else if let notice = read.announced[id] {
            facts = NoticeFacts(
                .announcement,
                state: record.state,
                contents: [NoticeFacts.Content(number: 1, kind: .first, madeAt: record.receivedAt)],
                // On the lines that everything else takes: however many are told, no incident waits behind them.
                channels: channels(of: client, read) { $0.target(of: client.id) }
            )
            facts.toldAt = notice.toldAt
            facts.objections = read.objections[id] ?? 0
            facts.window = read.clocks[id]
        } else {
            return nil
        }
        facts.reviews = read.reviews[id] ?? []
        facts.now = desk.now
        refresh(&facts, of: id, desk)
        return facts
    }

    private func channels(of client: Client, _ read: Reading, _ target: (ClientChannel) -> String)
        -> [NoticeFacts.Channel]
    {
        client.channels.map { channel in
            let target = target(channel)
            return NoticeFacts.Channel(
                name: channel.name,
                target: target,
                isDisabled: read.disabled.contains(target),
                isBlocked: read.blocked.contains(target)
            )
        }
    }

    /// What the steps themselves change.
    private func refresh(_ facts: inout NoticeFacts, of id: UUID, _ desk: CaseDesk) {
        guard let record = desk.records[id] else { return }
        facts.state = record.state
        facts.effects = desk.effects(of: id).compactMap(NoticeFacts.Effect.init)
    }

    // MARK: Carrying out

    private func carryOut(_ step: NoticeStep, on id: UUID, _ read: inout Reading, _ desk: inout CaseDesk) {
        guard let record = desk.records[id], let client = record.clientID.flatMap({ desk.registry.client($0) }) else {
            return
        }
        switch step {
        case .plan(let kind, let target, let key, let channel, let attempts):
            var parameters = EffectParameters(key: key, channel: channel)
            desk.edit(id) { record, _ in parameters.sequence = record.nextOutcomeSequence() }
            desk.plan(
                PlannedEffect(
                    kind,
                    of: desk.queue,
                    to: target,
                    case: id,
                    clientID: record.clientID,
                    // All whom it concerns are one line: what one incident has to say waits for no other's, nor for itself.
                    line: (read.notices[id]?.incidentID ?? read.announced[id]?.announcementID)?.lowercaseText,
                    parameters: parameters.text,
                    attemptsAllowed: attempts,
                    at: desk.now
                )
            )
        case .cancel(let effect, let reason):
            if let effect = desk.effects(of: id).first(where: { $0.id == effect }) {
                desk.cancel(effect, because: reason)
            }
        case .told(let at):
            if read.announced[id] == nil {
                tell(id, client, at: at, &read, &desk)
            } else {
                announce(id, client, at: at, &read, &desk)
            }
        case .acknowledged(let ack, let at):
            read.entered.append(ack)
            if read.notices[id]?.acknowledgedAt == nil {
                read.notices[id]?.acknowledgedAt = at
                read.changed.insert(id)
            }
            desk.record("notice.acknowledged", of: id) { body in
                body.member("acknowledgement", ack)
                body.member("at", at)
            }
        case .awaitAcknowledgement:
            desk.edit(id) { record, changes in
                guard let (rule, _) = changes.policy(of: record).clock(.acknowledgement) else { return }
                let deadline = Deadline(rule, from: changes.now, at: client.place, atlas: changes.registry.atlas)
                changes.deadlines.start(deadline, case: record.id, clientID: record.clientID)
            }
        case .stopAwaiting:
            desk.edit(id) { record, changes in changes.deadlines.stop(.acknowledgement, subject: record.id) }
        case .list: break
        case .review(let kind):
            desk.edit(id) { record, changes in changes.review(kind, of: record) }
            desk.record("review.opened", of: id) { $0.member("kind", kind.rawValue) }
        case .dismiss(let kind):
            desk.edit(id) { record, changes in changes.reviews.dismiss(kind, case: record.id, at: changes.now) }
        case .unopposed:
            desk.record("notice.unopposed", of: id) { [read] body in
                body.member("objections_until", read.announced[id]?.objectionsUntil)
            }
        case .end(let isTold): desk.apply(.answered(complete: isTold, openEnds: false), to: id)
        }
    }

    /// Our own duty is done, the client's own dates are known: both into its case, and the publisher is told.
    private func tell(
        _ id: UUID,
        _ client: Client,
        at told: Date,
        _ read: inout Reading,
        _ desk: inout CaseDesk
    ) {
        guard let incident = read.incidents[id], let notice = read.notices[id] else { return }
        read.notices[id]?.toldAt = told
        read.changed.insert(id)
        let dates = BreachLaw.dates(
            BreachLaw.binding(client),
            isAgent: client.hasAgent,
            toldAt: told,
            discoveredAt: incident.discoveredAt,
            at: client.place,
            atlas: desk.registry.atlas
        )
        let due = read.due[id]
        let isLate = due.map { told > $0 } ?? false
        desk.record("notice.told", of: id) { body in
            body.member("at", told)
            if isLate { body.member("late_since", due) }
            body.key("client_dates")
            body.array(dates) { list, deadline in
                list.object { item in
                    item.member("clock", deadline.rule.clock.rawValue)
                    item.member("due_at", deadline.due)
                    item.member("article", deadline.rule.source)
                }
            }
        }
        // Why, a person says: once for all clients of the incident.
        if isLate { call(.lateNotice, about: notice.incidentID, of: id, &read, &desk) }
        desk.edit(id) { record, changes in
            changes.deadlines.stop(.notifyClients, subject: record.id)
            changes.deadlines.stop(.look, subject: record.id)
            for deadline in dates {
                changes.deadlines.start(deadline, case: record.id, clientID: record.clientID)
            }
            let sequence = record.nextOutcomeSequence()
            changes.outcomes.append(
                CaseOutcome.notified(
                    record,
                    notice,
                    incidentRef: incident.ref,
                    toldAt: told,
                    sequence: sequence,
                    at: changes.now
                )
            )
        }
    }
}

extension NoticeFacts.Effect {
    /// Nil for one of a kind that only a newer version knows.
    init?(_ effect: EffectRecord) {
        guard let kind = effect.kind else { return nil }
        let parameters = EffectParameters(reading: effect.parameters)
        self.init(
            id: effect.id,
            kind,
            key: parameters.key,
            channel: parameters.channel,
            effect.state,
            // A lease that nobody came back from may have called.
            attempts: max(effect.attempts, effect.state == .retrying && effect.leases > 0 ? 1 : 0),
            isPutOff: AttemptVerdict.isPuttingOff(effect.cause),
            plannedAt: effect.plannedAt,
            endedAt: effect.endedAt
        )
    }
}
