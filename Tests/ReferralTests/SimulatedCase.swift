import FoundationEssentials
import Ledger
import Referral
import Rights

/// A case without a database: the machine moves it, the plan plans for it, and the test says what becomes of the effects.
struct SimulatedCase {
    /// Which of the gates hold: all, or the plan's own cases alone.
    enum Gates { case all, planAlone }

    var facts: ReferralFacts
    private(set) var now: Date
    /// Kinds in the order in which they were planned.
    private(set) var planned: [EffectKind] = []
    private(set) var targets: [String] = []
    private let gates: Gates

    static let start = Date(timeIntervalSince1970: 1_772_442_000)
    static let hook = ReferralFacts.Channel("hook", target: "client:acme/hook")
    static let post = ReferralFacts.Channel("post", target: "mail")

    init(
        _ lane: Lane,
        _ state: CaseState,
        right: Right? = .erasure,
        kind: CaseKind = .request,
        client: ReferralFacts.Client? = ReferralFacts.Client(channels: [Self.hook, Self.post]),
        subject: ReferralFacts.SubjectReach = .reachable,
        gates: Gates = .all
    ) {
        now = Self.start
        self.gates = gates
        facts = ReferralFacts(
            kind: kind,
            lane: lane,
            state: state,
            stateSince: Self.start,
            receivedAt: Self.start,
            right: right,
            subject: subject,
            client: client
        )
        if lane == .referral { facts.clocks[.refer] = ReferralFacts.Clock(anchor: Self.start) }
        if lane == .own { facts.clocks[.confirmReceipt] = ReferralFacts.Clock(anchor: Self.start) }
    }

    private var machine: CaseMachine { CaseMachine(state: facts.state, lane: facts.lane, right: facts.right) }

    var steps: [ReferralStep] {
        let plan = ReferralPlan(facts)
        return gates == .all ? plan.steps : plan.draft
    }

    struct Endless: Error {}

    /// Does what the plan says, until it says nothing more.
    mutating func look() throws {
        for _ in 0..<8 {
            let steps = steps
            if steps.isEmpty { return }
            for step in steps {
                facts.enter(step, at: now)
                switch step {
                case .plan(let kind, let target, let parameters, _):
                    facts.effects.append(.init(kind, parameters, plannedAt: now))
                    planned.append(kind)
                    targets.append(target)
                case .cancel(let id, _, _): end(.cancelled) { $0.id == id }
                case .apply(let event): happen(event)
                case .stop, .review, .dismiss, .record, .clientTold: break
                }
            }
        }
        throw Endless()
    }

    /// Lets time go on, so that what follows is later.
    mutating func wait(hours: Double = 1) { now.addTimeInterval(hours * 3_600) }

    /// Answers whether the machine allows it.
    @discardableResult
    mutating func happen(_ event: CaseEvent, answerBy: Answerer? = nil) -> Bool {
        guard case .apply(let transition) = machine.verdict(on: event) else { return false }
        switch event {
        case .decidedProceed, .decidedHandleItself, .decidedRefuse: facts.answerBy = answerBy ?? .client
        case .clientNamed(resolved: true):
            if facts.client == nil { facts.client = .init(channels: [Self.hook]) }
        case .restrictionLifted: facts.liftedAt = now
        default: break
        }
        if transition.state != facts.state {
            facts.state = transition.state
            facts.stateSince = now
        }
        for action in transition.actions {
            switch action {
            case .pause(.identity): facts.awaitsIdentity = true
            case .resume(.identity): facts.awaitsIdentity = false
            case .start(.clientReminder): facts.clocks[.clientReminder] = .init(anchor: now)
            case .stop(let clock): facts.clocks[clock]?.isOpen = false
            case .stopAll: for clock in facts.clocks.keys { facts.clocks[clock]?.isOpen = false }
            case .cancel(let scope): end(.cancelled) { $0.state.isPending && scope.covers($0.kind) }
            case .review(let kind) where !isOpen(kind): facts.reviews.append(.init(kind, openedAt: now))
            default: break
            }
        }
        return true
    }

    /// The clock rings for a client that keeps silent.
    mutating func ring() { facts.clocks[.clientReminder] = .init(anchor: now) }

    mutating func end(_ state: EffectState, where wanted: (ReferralFacts.Effect) -> Bool = { !$0.state.isFinal }) {
        for index in facts.effects.indices where wanted(facts.effects[index]) {
            facts.effects[index].state = state
            facts.effects[index].endedAt = state.isFinal ? now : nil
            if state == .done || state == .parked { facts.effects[index].attempts += 1 }
        }
    }

    mutating func fail(times: Int) {
        for index in facts.effects.indices where !facts.effects[index].state.isFinal {
            facts.effects[index].state = .retrying
            facts.effects[index].attempts += times
        }
    }

    mutating func settle(_ kind: ReviewKind, _ verdict: ReviewKind.Verdict) {
        for index in facts.reviews.indices where facts.reviews[index].kind == kind && facts.reviews[index].isOpen {
            facts.reviews[index].verdict = verdict
            facts.reviews[index].settledAt = now
        }
    }

    func isOpen(_ kind: ReviewKind) -> Bool { facts.reviews.contains { $0.kind == kind && $0.isOpen } }

    func effects(_ kind: EffectKind) -> [ReferralFacts.Effect] { facts.effects.filter { $0.kind == kind } }

    /// Kinds that are on their way or have arrived.
    var alive: Set<EffectKind> { Set(facts.effects.lazy.filter { $0.state != .cancelled }.map(\.kind)) }
}
