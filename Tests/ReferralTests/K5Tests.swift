import Fleet
import FoundationEssentials
import Ledger
import Rights
import Testing

@testable import Referral

@Suite("Before the client's decision")
struct K5Tests {
    static let quiet: Set<EffectKind> = [.subjectNotice, .clientReferral, .clientReminder, .clientEscalation]

    /// What of K5 does not hold for a case, wherever it is; nil where all does.
    static func breach(_ place: SimulatedCase) -> String? {
        let facts = place.facts
        guard facts.lane == .referral else { return nil }
        var isRight = place.planned.count { $0 == .subjectNotice } <= 1
        if facts.answerBy == nil {
            isRight =
                isRight
                && place.planned.allSatisfy { kind in
                    switch kind {
                    // The client's own date has passed, or nothing is left to decide: a last word, and to the client.
                    case .clientUndecided: facts.state == .handedOver
                    case .clientAnswer: facts.state == .withdrawn
                    default: quiet.contains(kind)
                    }
                }
        }
        if facts.answerBy != .vendor {
            isRight = isRight && place.planned.allSatisfy { $0.goesToClient || $0 == .subjectNotice }
        }
        return isRight ? nil : "\(facts.state) \(facts.answerBy?.rawValue ?? "undecided") \(place.planned)"
    }

    /// Every way in which a referred case begins.
    static func beginnings(_ gates: SimulatedCase.Gates) throws -> [SimulatedCase] {
        var found: [SimulatedCase] = []
        for right in Right.allCases {
            for relationship in Relationship.allCases {
                for submitter in Submitter.allCases {
                    for isKnown in [true, false] {
                        let opening = try Beginning.opening(right, relationship, submitter, isKnown)
                        guard opening.lane == .referral else { continue }
                        found.append(
                            SimulatedCase(
                                .referral,
                                opening.state,
                                right: right,
                                client: isKnown ? .init(channels: [SimulatedCase.hook]) : nil,
                                gates: gates
                            )
                        )
                    }
                }
            }
        }
        return found
    }

    @Test(
        "K5: before the client's decision a referred case has no effects but notice, referral, reminders and escalation",
        arguments: Right.allCases
    )
    func everyPath(_ right: Right) throws {
        let beginnings = try Self.beginnings(.all).filter { $0.facts.right == right }
        #expect(beginnings.count >= 8)
        // What a right changes for the machine is small: the one that changes most has its letters late and lost, too.
        var path = EveryPath(right == .restriction ? .any : .prompt)
        var breaches: [String] = []
        for place in beginnings {
            try path.walk(from: place) { if let breach = Self.breach($0) { breaches.append(breach) } }
        }
        #expect(breaches.isEmpty)
        #expect(path.states == Set(CaseState.allCases) && path.count > (right == .restriction ? 500 : 20))
    }

    @Test("K5: the plan itself asks for nothing else, with the gate behind it taken away")
    func planAlone() throws {
        var path = EveryPath(.prompt)
        var breaches: [String] = []
        for place in try Self.beginnings(.planAlone) {
            try path.walk(from: place) { if let breach = Self.breach($0) { breaches.append(breach) } }
        }
        #expect(breaches.isEmpty && path.count > 20)
    }

    @Test("K5: whoever cannot be reached is a person's affair, in every case and on every path")
    func unreachable() throws {
        for subject in [ReferralFacts.SubjectReach.noAddress, .automatic] {
            var path = EveryPath()
            var breaches: [String] = []
            let client = ReferralFacts.Client(channels: [])
            try path.walk(from: SimulatedCase(.referral, .received, client: client, subject: subject)) { place in
                let facts = place.facts
                func isAsked(_ kind: ReviewKind) -> Bool { facts.reviews.contains { $0.kind == kind } }
                let isSilent =
                    facts.state == .received && !isAsked(.clientUnreachable)
                    || facts.state != .withdrawn && !isAsked(.subjectUnreachable)
                if isSilent || !place.planned.isEmpty { breaches.append("\(facts.state) \(place.planned)") }
            }
            #expect(breaches.isEmpty && path.count > 30)
        }
    }

    @Test(
        "K4: what may not be referred is referred on no path, unless a person says that it may",
        arguments: [true, false]
    )
    func prohibited(_ ofCase: Bool) throws {
        var first = SimulatedCase(.referral, .received, client: .init(channels: [SimulatedCase.hook]))
        if ofCase { first.facts.prohibition = "court order" } else { first.facts.client?.prohibition = "court order" }
        var path = EveryPath()
        var breaches: [String] = []
        try path.walk(from: first) { place in
            let isWaived = place.facts.reviews.contains { $0.kind == .referralProhibited && $0.verdict == .denied }
            let isTold = !isWaived && place.planned.contains { $0.goesToClient }
            if isTold || !place.facts.recorded.contains("referral.prohibited") {
                breaches.append("\(place.facts.state)")
            }
        }
        #expect(breaches.isEmpty && path.count > 100)
    }

    @Test("K5: whatever else is asked for, no plan lets it out before the decision", arguments: CaseState.allCases)
    func planAsksTheGate(_ state: CaseState) {
        let place = SimulatedCase(.referral, state)
        let further = EffectKind.allCases.map {
            ReferralStep.plan($0, target: "mail", EffectParameters(key: "x"), attempts: 1)
        }
        let kinds = ReferralPlan(place.facts, and: further).steps.compactMap { step in
            if case .plan(let kind, _, let parameters, _) = step, parameters.key == "x" { kind } else { nil }
        }
        var allowed = Self.quiet
        if state == .handedOver { allowed.insert(.clientUndecided) }
        if state == .withdrawn { allowed.insert(.clientAnswer) }
        #expect(Set(kinds) == allowed)
    }

    // MARK: The gate by itself

    static func gate(_ state: CaseState, _ answerBy: Answerer? = nil, lane: Lane = .referral) -> K5Gate {
        K5Gate(lane: lane, state: state, answerBy: answerBy)
    }

    @Test("K5: the gate holds back what a plan should never have asked for", arguments: CaseState.allCases)
    func gateAlone(_ state: CaseState) {
        for kind in EffectKind.allCases {
            let step = ReferralStep.plan(kind, target: "mail", EffectParameters(), attempts: 1)
            for answerBy in [nil, Answerer.client, .vendor] {
                let passes = !Self.gate(state, answerBy).passed([step]).isEmpty
                var expected = Self.quiet.contains(kind)
                switch (kind, answerBy) {
                case (.clientUndecided, nil): expected = state == .handedOver
                case (.clientAnswer, nil): expected = state == .withdrawn
                case (.clientAnswer, _): expected = true
                case (.subjectIdentity, .vendor), (.subjectExtension, .vendor), (.subjectAnswer, .vendor),
                    (.subjectRestrictionLifted, .vendor):
                    expected = true
                default: break
                }
                #expect(passes == expected, "\(kind) \(String(describing: answerBy))")
            }
            #expect(Self.gate(state, lane: .own).lets(kind) && Self.gate(state, lane: .fulfilment).lets(kind))
        }
        let others: [ReferralStep] = [.review(.clientUnreachable), .stop(.refer), .apply(.referralSent)]
        #expect(Self.gate(state).passed(others) == others)
    }
}
