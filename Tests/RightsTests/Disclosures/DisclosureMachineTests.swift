import Testing

@testable import Rights

@Suite("The way of an authority's demand")
struct DisclosureMachineTests {
    private static func becomes(_ state: CaseState, _ event: CaseEvent) -> CaseState? {
        guard case .apply(let transition) = CaseMachine(state: state, lane: .disclosure, right: nil).verdict(on: event)
        else { return nil }
        return transition.state
    }

    @Test("K23: two people, the client's time, a person's hand-over: no step of it can be left out")
    func steps() {
        var found: [CaseState: [CaseEvent: CaseState]] = [:]
        for state in CaseState.allCases where !state.isFinal {
            for event in CaseEvent.all {
                if let next = Self.becomes(state, event), next != state { found[state, default: [:]][event] = next }
            }
        }
        #expect(
            found[.received] == [
                .instructionConfirmed: .referred, .instructionDenied: .refused, .withdrawn: .withdrawn,
            ]
        )
        #expect(
            found[.referred] == [
                .clientTermOver: .inProgress, .tellingProhibited: .inProgress, .withdrawn: .withdrawn,
            ]
        )
        #expect(found[.inProgress] == [.handedToAuthority: .handedOver, .withdrawn: .withdrawn])
    }

    @Test("K23: nothing that others send moves it, and a hold, which keeps data, is no reason against it")
    func others() {
        let ours: Set<CaseEvent> = [
            .instructionConfirmed, .instructionDenied, .clientTermOver, .tellingProhibited, .handedToAuthority,
            .withdrawn,
        ]
        for state in CaseState.allCases {
            for event in CaseEvent.all where !ours.contains(event) {
                let next = Self.becomes(state, event)
                switch event {
                case .holdPlaced where !state.isFinal, .holdLifted: #expect(next == state)
                default: #expect(next == nil, "\(state) \(event)")
                }
            }
        }
    }

    @Test("K23: in no other lane anything is handed to an authority")
    func elsewhere() {
        for lane in Lane.allCases where lane != .disclosure {
            for state in CaseState.allCases {
                let machine = CaseMachine(state: state, lane: lane, right: .access)
                for event in [CaseEvent.clientTermOver, .tellingProhibited, .handedToAuthority] {
                    guard case .refuse = machine.verdict(on: event) else {
                        Issue.record("\(lane) \(state) \(event)")
                        continue
                    }
                }
            }
        }
    }

    @Test("K23: a withdrawal puts an end to all that has not begun, and calls nobody for approval any more")
    func withdrawal() {
        for state in [CaseState.received, .referred, .inProgress] {
            let machine = CaseMachine(state: state, lane: .disclosure, right: nil)
            guard case .apply(let transition) = machine.verdict(on: .withdrawn) else {
                Issue.record("\(state)")
                continue
            }
            #expect(transition.actions.contains(.cancel(.everything)))
            #expect(transition.actions.contains(.dismiss(.disclosure)) && transition.wakes == .export)
        }
    }

    @Test(
        "K23: the client's time ends by itself, the end of a prohibition has it told, the authority's date is owed"
    )
    func clocks() {
        let now = CaseOpeningTests.now
        func firing(_ clock: ClockRule.Clock, _ state: CaseState) -> ClockFiring {
            ClockFiring(
                clock,
                due: now,
                warnAt: nil,
                at: now,
                machine: CaseMachine(state: state, lane: .disclosure, right: nil),
                isHeld: true,
                extendable: nil
            )
        }
        guard case .transition(let transition) = firing(.clientTerm, .referred) else {
            Issue.record("the term ends in vain")
            return
        }
        #expect(transition.state == .inProgress && transition.wakes == .export)
        #expect(firing(.clientTerm, .inProgress) == .stop)
        #expect(firing(.tellClient, .handedOver) == .look(.referral))
        #expect(firing(.disclosure, .inProgress) == .miss)
        #expect(firing(.look, .inProgress) == .look(.export))
    }
}
