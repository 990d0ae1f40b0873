package import Fleet
package import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Reads what ``ReferralPlan`` decides from, and carries its steps out on the desk.
///
/// Besides what every worker has under the locks of its cases: the clocks of the referral, what people have said, whether the
/// person has an address, which facts are written already, which targets want nothing more, what came too early.
package struct ReferralPlanner: EffectPlanner {
    private let ring: KeyRing

    package init(ring: KeyRing) { self.ring = ring }

    private static let clocks: [ClockRule.Clock] = [.refer, .confirmReceipt, .clientReminder]
    /// Looks at one case; each takes in what the one before has done.
    private static let looks = 8

    package func reading(_ ids: [UUID]) -> [SQL] {
        [
            """
            SELECT subject_id, clock, anchor_at, state = 'open' FROM habeas.deadline
             WHERE subject_id = ANY(\(ids)::uuid[]) AND clock = ANY(\(Self.clocks.map(\.rawValue))::text[])
            """,
            CaseReview.reading(of: ids),
            "SELECT case_id, kek_id, wrapped_key, payload FROM habeas.case_secret WHERE case_id = ANY(\(ids)::uuid[])",
            """
            SELECT DISTINCT chain_id, fact FROM habeas.evidence
             WHERE chain_id = ANY(\(ids)::uuid[]) AND fact IN ('referral.prohibited', 'withdrawal.came_after', 'restriction.told')
            """,
            // What is said about a group is kept under the group.
            """
            SELECT c.id, max(e.received_at) FROM habeas.case_file c
              JOIN habeas.event_secret e ON e.subject_id = c.id OR e.subject_id = c.group_id
             WHERE c.id = ANY(\(ids)::uuid[]) AND c.state = 'needs_identity' AND e.event_type = \(EventType.identityVerified.rawValue)
             GROUP BY c.id
            """,
            """
            SELECT t.id FROM habeas.target t WHERE t.disabled_at IS NOT NULL
               AND t.client_id = ANY(ARRAY(SELECT client_id FROM habeas.case_file WHERE id = ANY(\(ids)::uuid[])))
            """,
            ReconsiderMessage.waiting(ids),
            ReferralCase.prohibitions(ids),
            """
            SELECT chain_id, min(at) FROM habeas.evidence
             WHERE chain_id = ANY(\(ids)::uuid[]) AND fact = 'restriction.lifted' GROUP BY chain_id
            """,
            DisclosureRecord.reading(of: ids),
        ]
    }

    package func plan(_ desk: inout CaseDesk, _ rows: [Rows]) throws {
        let read = try Reading(rows)
        for id in desk.ids {
            guard var facts = try facts(of: id, desk, read) else { continue }
            for _ in 0..<Self.looks {
                let steps = ReferralPlan(facts).steps
                if steps.isEmpty { break }
                for step in steps {
                    carryOut(step, on: id, read, &desk)
                    facts.enter(step, at: desk.now)
                }
                refresh(&facts, of: id, desk)
            }
        }
        let early = desk.changes.reconsidered.filter(read.early.contains)
        if !early.isEmpty { desk.messages.append(ReconsiderMessage.row(early, at: desk.now)) }
    }

    // MARK: Reading

    private struct Reading {
        var clocks: [UUID: [ClockRule.Clock: ReferralFacts.Clock]] = [:]
        let reviews: [UUID: [CaseReview]]
        var secrets: [UUID: SealedPayload] = [:]
        var recorded: [UUID: Set<String>] = [:]
        var identities: [UUID: Date] = [:]
        let disabled: Set<String>
        let early: Set<UUID>
        var prohibitions: [UUID: NotedProhibition] = [:]
        var lifted: [UUID: Date] = [:]
        var disclosures: [UUID: DisclosureRecord] = [:]

        init(_ rows: [Rows]) throws {
            for (id, word, anchor, isOpen) in try rows[0].decode(UUID.self, String.self, Date.self, Bool.self) {
                guard let clock = ClockRule.Clock(rawValue: word) else { continue }
                clocks[id, default: [:]][clock] = ReferralFacts.Clock(anchor: anchor, isOpen: isOpen)
            }
            reviews = try CaseReview.byCase(rows[1])
            for (id, kek, wrapped, payload) in try rows[2].decode(UUID.self, String.self, [UInt8].self, [UInt8].self) {
                secrets[id] = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
            }
            for (id, fact) in try rows[3].decode(UUID.self, String.self) { recorded[id, default: []].insert(fact) }
            for (id, at) in try rows[4].decode(UUID.self, Date.self) { identities[id] = at }
            disabled = Set(try rows[5].decode(as: String.self))
            early = Set(try rows[6].decode(as: UUID.self))
            for (id, at, body) in try rows[7].decode(UUID.self, Date.self, String.self) {
                prohibitions[id] = NotedProhibition(body: body, at: at)
            }
            for (id, at) in try rows[8].decode(UUID.self, Date.self) { lifted[id] = at }
            for row in rows[9] {
                let disclosure = try DisclosureRecord(row: row)
                disclosures[disclosure.caseID] = disclosure
            }
        }
    }

    private func facts(of id: UUID, _ desk: CaseDesk, _ read: Reading) throws -> ReferralFacts? {
        guard let record = desk.records[id] else { return nil }
        let client = record.clientID.flatMap { desk.registry.client($0) }
        var facts = ReferralFacts(
            kind: record.kind,
            lane: record.lane,
            state: record.state,
            stateSince: record.stateSince,
            receivedAt: record.receivedAt,
            right: record.right,
            subject: try reach(of: record, read.secrets[id]),
            client: client.map { Self.client($0, disabled: read.disabled) }
        )
        facts.identityAnsweredAt = read.identities[id]
        facts.clocks = read.clocks[id] ?? [:]
        facts.reviews = read.reviews[id] ?? []
        facts.recorded = read.recorded[id] ?? []
        facts.notedProhibition = read.prohibitions[id]
        facts.liftedAt = read.lifted[id]
        facts.disclosure = read.disclosures[id].map {
            ReferralFacts.Disclosure(isProhibited: $0.prohibition(at: desk.now) != nil, isTold: $0.toldAt != nil)
        }
        refresh(&facts, of: id, desk)
        return facts
    }

    private static func client(_ client: Client, disabled: Set<String>) -> ReferralFacts.Client {
        ReferralFacts.Client(
            channels: client.channels.map { channel in
                let target = channel.target(of: client.id)
                return ReferralFacts.Channel(channel.name, target: target, isDisabled: disabled.contains(target))
            },
            prohibition: client.referralProhibited
        )
    }

    /// What the steps themselves change.
    private func refresh(_ facts: inout ReferralFacts, of id: UUID, _ desk: CaseDesk) {
        guard let record = desk.records[id] else { return }
        facts.state = record.state
        facts.stateSince = record.stateSince
        facts.answerBy = record.answerBy
        facts.extendedAt = record.extendedAt
        facts.isLinked = record.linkedTo != nil
        facts.prohibition = record.referralProhibited
        facts.awaitsIdentity = desk.pauses(of: id).contains { $0.reason == .identity && $0.to == nil }
        facts.effects = desk.effects(of: id).compactMap(ReferralFacts.Effect.init)
    }

    /// Only of those who may have to be written to anything is opened.
    private func reach(of record: CaseFileRecord, _ secret: SealedPayload?) throws -> ReferralFacts.SubjectReach {
        guard record.kind == .request, record.lane != .fulfilment, record.linkedTo == nil, let secret else {
            return .noAddress
        }
        let payload = try EventPayload(stored: try secret.opened(for: record.id, with: ring))
        guard case .requestSubmitted(let request) = payload, let address = request.subjects.first?.mailAddress else {
            return .noAddress
        }
        return AutomaticSender.isOne(address) ? .automatic : .reachable
    }

    // MARK: Carrying out

    private func carryOut(_ step: ReferralStep, on id: UUID, _ read: Reading, _ desk: inout CaseDesk) {
        switch step {
        case .plan(let kind, let target, var parameters, let attempts):
            guard let clientID = desk.records[id].map(\.clientID) else { return }
            if kind.goesToClient {
                desk.edit(id) { record, _ in parameters.sequence = record.nextOutcomeSequence() }
            }
            desk.plan(
                PlannedEffect(
                    kind,
                    of: desk.queue,
                    to: target,
                    case: id,
                    clientID: clientID,
                    parameters: parameters.text,
                    attemptsAllowed: attempts,
                    at: desk.now
                )
            )
        case .cancel(let effect, _, let reason):
            if let effect = desk.effects(of: id).first(where: { $0.id == effect }) {
                desk.cancel(effect, because: reason)
            }
        case .apply(let event): desk.apply(event, to: id)
        case .stop(let clock): desk.edit(id) { record, changes in changes.deadlines.stop(clock, subject: record.id) }
        case .review(let kind):
            desk.edit(id) { record, changes in changes.review(kind, of: record) }
            desk.record("review.opened", of: id) { $0.member("kind", kind.rawValue) }
        case .dismiss(let kind):
            desk.edit(id) { record, changes in changes.reviews.dismiss(kind, case: record.id, at: changes.now) }
        case .clientTold(let time):
            if let disclosure = read.disclosures[id] { noteTold(disclosure, at: time, &desk) }
        case .record(let fact):
            desk.record(fact.name, of: id) { fact.write(to: &$0) }
            if case .restrictionTold = fact {
                desk.edit(id) { record, changes in changes.wakeUps.wake(.erasure, for: record.id) }
            }
        }
    }

    /// The client knows of an authority's demand: it has its time to object, where nothing is collected yet (K23).
    private func noteTold(_ disclosure: DisclosureRecord, at time: Date, _ desk: inout CaseDesk) {
        let id = disclosure.caseID
        guard let record = desk.records[id] else { return }
        let term = Deadline.clientTerm(
            disclosure.demand.term,
            from: time,
            before: disclosure.demand.dueAt,
            at: desk.changes.place(of: record),
            atlas: desk.registry.atlas
        )
        let isBefore = record.state == .referred
        if isBefore {
            desk.edit(id) { record, changes in
                changes.deadlines.start(term, case: record.id, clientID: record.clientID)
            }
        }
        desk.record("disclosure.client_told", of: id) { body in
            body.member("at", time)
            body.member("objections_until", isBefore ? term.due : nil)
        }
        desk.writes.append(disclosure.told(at: time))
    }
}

extension ReferralFacts.Effect {
    /// Nil for one of a kind that only a newer version knows.
    init?(_ effect: EffectRecord) {
        guard let kind = effect.kind else { return nil }
        self.init(
            id: effect.id,
            kind,
            EffectParameters(reading: effect.parameters),
            effect.state,
            attempts: effect.attempts,
            plannedAt: effect.plannedAt,
            endedAt: effect.endedAt
        )
    }
}
