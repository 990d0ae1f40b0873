import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

extension IntakeFold {
    /// Brings one new event to its place: applied, waiting, or refused.
    mutating func take(_ prepared: PreparedEvent, from delivery: Delivery) {
        switch prepared.event.payload {
        case .requestSubmitted(let request): submit(request, prepared, delivery)
        case .clientTerminated(let data): terminate(data, prepared, delivery)
        case .complaintReceived(let data): complain(data, prepared, delivery)
        case .clientRetentionAgreed(let data): agree(data, prepared, delivery)
        case .holdPlaced(let data): place(data, prepared, delivery)
        case .holdLifted(let data): lift(data, prepared, delivery)
        case .breachDetected(let data): detect(data, prepared, delivery)
        case .breachUpdated(let data): update(data, prepared, delivery)
        case .breachAcknowledged(let data): acknowledge(data, prepared, delivery)
        case .taskCompleted(let data):
            answer(data.task, data.answer(prepared.id), results: data.results, prepared, delivery)
        case .taskFailed(let data): answer(data.task, data.answer(at: receipt(prepared)), prepared, delivery)
        case .objectionReceived(let data): object(data, prepared, delivery)
        case .requestWithdrawn, .requestClarified, .requestClientNamed, .identityVerified, .identityFailed,
            .clientDecided,
            .restrictionLifted, .feePaid:
            follow(prepared, delivery)
        }
    }

    // MARK: Openings

    private mutating func submit(_ request: RequestSubmitted, _ prepared: PreparedEvent, _ delivery: Delivery) {
        if let text = request.requestRef, !isFree(text, .request, prepared) {
            return refuse(
                delivery,
                prepared,
                "data.request_ref",
                .referenceTaken,
                "Use a reference once; this one names another request of yours."
            )
        }
        let received = receipt(prepared)
        for opening in prepared.openings {
            let policy = policy(for: opening, prepared)
            let decided = CaseOpening(
                request,
                client: opening.client,
                policy: policy,
                receivedAt: received,
                atlas: changes.registry.atlas
            )
            open(opening, decided, policy, prepared, requestRef: request.requestRef)
        }
        if let text = request.requestRef {
            applyWaiting(under: IntakeState.Reference(publisher: prepared.publisher.id, list: .request, text: text))
        }
    }

    private mutating func terminate(_ data: ClientTerminated, _ prepared: PreparedEvent, _ delivery: Delivery) {
        for opening in prepared.openings {
            guard let client = opening.client else { continue }
            let policy = policy(for: opening, prepared)
            let decided = CaseOpening(
                data,
                client: client,
                policy: policy,
                receivedAt: receipt(prepared),
                atlas: changes.registry.atlas,
                keptUntil: state.retained[client.id]
            )
            open(opening, decided, policy, prepared, requestRef: nil)
        }
    }

    private mutating func complain(_ data: ComplaintReceived, _ prepared: PreparedEvent, _ delivery: Delivery) {
        guard isFree(data.complaintRef, .complaint, prepared) else {
            return refuse(
                delivery,
                prepared,
                "data.complaint_ref",
                .referenceTaken,
                "Use a reference once; this one names another complaint of yours."
            )
        }
        for opening in prepared.openings {
            let policy = policy(for: opening, prepared)
            let decided = CaseOpening(
                data,
                client: opening.client,
                policy: policy,
                receivedAt: receipt(prepared),
                atlas: changes.registry.atlas
            )
            open(opening, decided, policy, prepared, requestRef: data.complaintRef)
        }
    }

    private mutating func open(
        _ opening: PreparedOpening,
        _ decided: CaseOpening,
        _ policy: Policy,
        _ prepared: PreparedEvent,
        requestRef: String?
    ) {
        let record = CaseFileRecord(
            id: opening.id,
            opening: decided,
            client: opening.client,
            profile: policy.profile,
            publisherID: prepared.publisher.id,
            requestRef: requestRef,
            subjectIndex: opening.subjectIndex,
            groupID: opening.groupID,
            reference: prepared.event.reference,
            receivedAt: receipt(prepared),
            ask: opening.ask
        )
        open(record, decided, opening, by: prepared)
    }

    private func policy(for opening: PreparedOpening, _ prepared: PreparedEvent) -> Policy {
        changes.registry.policy(profile: prepared.publisher.profile, client: opening.client, at: receipt(prepared))
    }

    private func isFree(_ text: String, _ list: IntakeState.Reference.List, _ prepared: PreparedEvent) -> Bool {
        state.casesByReference[.init(publisher: prepared.publisher.id, list: list, text: text)] == nil
    }

    // MARK: Events about cases

    private mutating func follow(_ prepared: PreparedEvent, _ delivery: Delivery) {
        guard let reference = prepared.event.caseReference else { return }
        let named = state.cases(reference, of: prepared)
        guard !named.isEmpty else { return wait(forUnknown: reference, prepared, delivery) }
        // Who withdraws withdraws its own request; all else is about the case that answers.
        let ids = prepared.event.type == .requestWithdrawn ? named : state.answering(named)
        if let role = strangeRole(prepared, ids) {
            return refuse(delivery, prepared, "data.decided_by.role", .notPermitted, role)
        }
        var refusal: CaseMachine.Refusal?
        var waits = false
        var isApplied = false
        for id in ids {
            guard let record = state.cases[id], let event = caseEvent(prepared, for: record) else { continue }
            switch record.machine.verdict(on: event) {
            case .apply(let transition):
                isApplied = true
                if let client = prepared.namedClient, record.clientID == nil {
                    assign(client, to: id)
                }
                apply(transition, to: id, by: prepared) { record in
                    guard case .clientDecided(let data) = prepared.event.payload else { return }
                    record.answerBy = data.answerBy ?? .client
                    if data.decision == .refuse { record.refusal = .clientRefused }
                }
            case .wait: waits = true
            case .refuse(let reason): refusal = reason
            }
        }
        if isApplied, waits {
            // Some of a group are not as far: the event, and its words, wait for the last of them.
            for id in ids { applyWaiting(for: id) }
            wait(prepared, from: delivery, under: nil, case: ids[0])
        } else if isApplied {
            // What is said about all of a group is kept once, under the group, for as long as one of them keeps its words.
            keep(prepared, about: ids.count > 1 ? state.cases[ids[0]]?.groupID ?? ids[0] : ids[0])
            for id in ids { applyWaiting(for: id) }
        } else if waits {
            wait(prepared, from: delivery, under: nil, case: ids[0])
        } else if let refusal {
            refuse(delivery, prepared, "data.request", .unlawful, Self.sentence(refusal))
        }
    }

    /// What to do about a decision by somebody who may not decide for the client (K5); nil where all is well.
    private func strangeRole(_ prepared: PreparedEvent, _ ids: [UUID]) -> String? {
        guard case .clientDecided(let data) = prepared.event.payload else { return nil }
        let role = data.decidedBy.role.lowercased()
        let strangers = ids.lazy.compactMap { state.cases[$0]?.clientID }.filter { id in
            guard let client = changes.registry.client(id), !client.decisionRoles.isEmpty else { return false }
            return !client.decisionRoles.contains { $0.lowercased() == role }
        }
        guard !strangers.isEmpty else { return nil }
        return "Let somebody decide whose role the client has registered for decisions (`decision_roles`)."
    }

    mutating func wait(forUnknown reference: CaseReference, _ prepared: PreparedEvent, _ delivery: Delivery) {
        switch reference {
        case .reference(let text):
            let named = IntakeState.Reference(publisher: prepared.publisher.id, list: .request, text: text)
            wait(prepared, from: delivery, under: named, case: nil)
        case .request:
            refuse(
                delivery,
                prepared,
                "data.request",
                .unknownRequest,
                "Name a request by the id that request.accepted gave you, or by your own request_ref."
            )
        }
    }

    /// What an event comes to for one case.
    private func caseEvent(_ prepared: PreparedEvent, for record: CaseFileRecord) -> CaseEvent? {
        switch prepared.event.payload {
        case .requestWithdrawn: .withdrawn
        case .requestClarified: .clarified
        case .requestClientNamed: .clientNamed(resolved: prepared.namedClient != nil)
        case .identityVerified(let data):
            .identityVerified(
                sufficient: record.right.flatMap { changes.policy(of: record).identityLevel(for: $0).level }
                    .map { data.level.reaches($0) } ?? true
            )
        case .identityFailed(let data): .identityFailed(isFraud: data.reason == .suspectedFraud)
        case .clientDecided(let data):
            switch data.decision {
            case .proceed: .decidedProceed
            case .handleItself: .decidedHandleItself
            case .refuse: .decidedRefuse
            }
        case .restrictionLifted: .restrictionLifted
        case .feePaid: .feePaid
        default: nil
        }
    }

    // MARK: Waiting events

    mutating func applyWaiting(under reference: IntakeState.Reference) {
        let waiting = state.waiting.filter {
            $0.publisherID == reference.publisher && $0.requestRef == reference.waitingKey && !applied.contains($0.id)
        }
        for event in waiting { retry(event) }
        let early = takeEarly { $0.publisherID == reference.publisher && $0.requestRef == reference.waitingKey }
        for item in early { take(item.event, from: item.delivery) }
    }

    mutating func applyWaiting(for id: UUID) {
        for event in state.waiting where event.caseID == id && !applied.contains(event.id) { retry(event) }
        for item in takeEarly(where: { $0.caseID == id }) { take(item.event, from: item.delivery) }
    }

    /// An event that must wait on stays where it is; any other end takes it out.
    private mutating func retry(_ waiting: EarlyEventRecord) {
        // Whatever it does looks at what waits for its cases, and must not meet itself there.
        guard let again = state.openedWaiting[waiting.id], retrying.insert(waiting.id).inserted else { return }
        defer { retrying.remove(waiting.id) }
        let before = stillWaiting
        take(again.event, from: again.delivery)
        if stillWaiting == before { used(waiting) }
    }

    private static func sentence(_ refusal: CaseMachine.Refusal) -> String {
        refusal.remedy.prefix(1).uppercased() + refusal.remedy.dropFirst() + "."
    }
}
