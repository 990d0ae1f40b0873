import Testing

@testable import Rights

/// What the table of states means for the people in it, for every state, lane, right and event.
@Suite("However events follow each other")
struct CaseObligationTests {
    /// Where a referred case stands before its client's decision.
    static let undecided: Set<CaseState> = [.received, .needsClient, .referred]
    /// Where something is done for the person, or something is asked of them.
    static let begun: Set<CaseState> = [.inProgress, .needsIdentity, .needsFee, .onHold, .fulfilled, .partlyFulfilled]

    @Test("K5: before a recorded decision no event but the client's decision brings a referred case on")
    func onlyTheClient() {
        CaseMachineTests.transitions { machine, event, transition in
            guard machine.lane == .referral, Self.undecided.contains(machine.state) else { return }
            if event == .decidedProceed, machine.state == .referred { return #expect(transition.state == .inProgress) }
            #expect(!Self.begun.contains(transition.state), "\(machine) \(event)")
        }
    }

    @Test("K5: before a recorded decision only the referral worker is woken, and nobody is asked anything")
    func onlyTheReferral() {
        CaseMachineTests.transitions { machine, event, transition in
            guard machine.lane == .referral, Self.undecided.contains(machine.state), event != .decidedProceed else {
                return
            }
            #expect(transition.wakes == nil || transition.wakes == .referral, "\(machine) \(event)")
            for reason in [PauseReason.identity, .clarification, .fee] {
                #expect(!transition.actions.contains(.pause(reason)), "\(machine) \(event)")
            }
        }
    }

    @Test("K5: before its decision nobody refuses in the client's place")
    func nobodyRefuses() {
        CaseMachineTests.transitions { machine, event, transition in
            guard machine.lane == .referral, Self.undecided.contains(machine.state), transition.state == .refused else {
                return
            }
            #expect(event == .decidedRefuse, "\(machine) \(event)")
        }
    }

    @Test("K5: a silent client's case is handed over once its own date has passed, and only then")
    func silence() {
        for state in [CaseState.received, .referred] {
            let verdict = CaseMachine(state: state, lane: .referral, right: .erasure).verdict(on: .clientDatePassed)
            guard case .apply(let transition) = verdict else {
                Issue.record("\(state) \(verdict)")
                continue
            }
            #expect(transition.state == .handedOver && transition.fact == "client.undecided")
            // The last notice goes to the client.
            #expect(transition.wakes == .referral)
        }
        CaseMachineTests.transitions { machine, event, transition in
            guard transition.fact == "client.undecided" else { return }
            #expect(event == .clientDatePassed && machine.lane == .referral, "\(machine) \(event)")
        }
    }

    @Test("K5, K6: a second decision is refused, an early one waits, one about anybody else's case is refused")
    func decisions() {
        CaseMachineTests.walk { machine, event, verdict in
            guard [.decidedProceed, .decidedHandleItself, .decidedRefuse].contains(event), !machine.state.isFinal,
                machine.lane != .disclosure
            else { return }
            switch (machine.lane, machine.state) {
            case (.referral, .referred): if case .apply = verdict {} else { Issue.record("\(machine) \(verdict)") }
            case (.referral, .received), (.referral, .needsClient): #expect(verdict == .wait)
            case (.referral, _): #expect(verdict == .refuse(.alreadyDecided))
            default: #expect(verdict == .refuse(.notReferred))
            }
        }
    }

    @Test("K4: a case without a client waits for a name, and lapses; an unknown name goes to a person")
    func names() {
        let machine = CaseMachine(state: .needsClient, lane: .referral, right: .access)
        guard case .apply(let unresolved) = machine.verdict(on: .clientNamed(resolved: false)),
            case .apply(let resolved) = machine.verdict(on: .clientNamed(resolved: true)),
            case .apply(let lapsed) = machine.verdict(on: .lapsed)
        else {
            Issue.record("not applied")
            return
        }
        #expect(unresolved.state == .needsClient && unresolved.actions == [.review(.client)])
        // Only now the controller's place is known, in which its days are counted.
        #expect(resolved.state == .received && resolved.actions.contains(.recount))
        #expect(resolved.actions.contains(.dismiss(.client)))
        #expect(lapsed.state == .lapsed)
    }

    @Test("K7: an instruction that is to be confirmed begins with the confirmation, and ends with the denial")
    func instruction() {
        CaseMachineTests.transitions { machine, event, transition in
            guard machine.lane == .fulfilment, machine.state == .received else { return }
            if Self.begun.contains(transition.state) { #expect(event == .instructionConfirmed, "\(machine) \(event)") }
        }
        let machine = CaseMachine(state: .received, lane: .fulfilment, right: .erasure)
        guard case .apply(let confirmed) = machine.verdict(on: .instructionConfirmed),
            case .apply(let denied) = machine.verdict(on: .instructionDenied)
        else {
            Issue.record("not applied")
            return
        }
        #expect(
            confirmed.state == .inProgress && confirmed.wakes == .erasure && confirmed.actions.contains(.stop(.review))
        )
        #expect(denied.state == .refused)
        // Its ninety days run on all the while.
        #expect(!confirmed.actions.contains(.stop(.purge)))
    }

    @Test("K7: an instruction that is to be confirmed is refused only on the client's denial")
    func onlyTheDenial() {
        var others: Set<CaseEvent> = []
        CaseMachineTests.transitions { machine, event, transition in
            guard machine.lane == .fulfilment, machine.state == .received, transition.state == .refused else { return }
            if event != .instructionDenied { others.insert(event) }
        }
        #expect(others.isEmpty)
    }

    @Test("K18: a hold stops no clock and changes no state")
    func holds() {
        CaseMachineTests.transitions { machine, event, transition in
            guard event == .holdPlaced || event == .holdLifted else { return }
            #expect(transition.state == machine.state)
            for action in transition.actions {
                switch action {
                case .pause(.hold), .resume(.hold), .wake: break
                default: Issue.record("\(machine) \(event) \(action)")
                }
            }
        }
    }

    @Test("Y6: what waits for an identity goes on with one that is sure enough, and with nothing else")
    func identity() {
        CaseMachineTests.transitions { machine, event, transition in
            guard machine.state == .needsIdentity, transition.state != .needsIdentity, !transition.state.isFinal else {
                return
            }
            #expect(event == .identityVerified(sufficient: true), "\(machine) \(event)")
            #expect(transition.actions.contains(.resume(.identity)) && transition.actions.contains(.stop(.lapse)))
        }
        let machine = CaseMachine(state: .needsIdentity, lane: .own, right: .access)
        guard case .apply(let low) = machine.verdict(on: .identityVerified(sufficient: false)) else {
            Issue.record("not applied")
            return
        }
        #expect(low.state == .needsIdentity && !low.actions.contains(.resume(.identity)))
    }

    @Test("Y6: a level reaches itself and what is less sure")
    func levels() {
        let levels: [VerificationLevel] = [.session, .emailConfirmed, .document]
        for (index, level) in levels.enumerated() {
            for (other, wanted) in levels.enumerated() { #expect(level.reaches(wanted) == (index >= other)) }
        }
    }

    @Test("A5: an identity that failed is looked at by a person; no machine refuses for it")
    func fraud() {
        CaseMachineTests.transitions { machine, event, transition in
            guard case .identityFailed(let isFraud) = event else { return }
            #expect(transition.state == machine.state)
            #expect(transition.actions.contains(.review(isFraud ? .fraud : .identity)))
        }
        CaseMachineTests.transitions { machine, event, transition in
            guard transition.state == .refused, machine.state != .refused else { return }
            #expect([.decidedRefuse, .instructionDenied, .refusedByPerson].contains(event), "\(machine) \(event)")
        }
    }

    @Test("K5, Y6, K7: work begins with a decision, an identity, a fee or a confirmation, and wakes its worker")
    func begins() {
        CaseMachineTests.transitions { machine, event, transition in
            guard transition.state == .inProgress, machine.state != .inProgress, machine.lane != .disclosure else {
                return
            }
            switch event {
            case .decidedProceed: #expect(machine.state == .referred && machine.lane == .referral)
            case .identityVerified(sufficient: true): #expect(machine.state == .needsIdentity)
            case .feePaid: #expect(machine.state == .needsFee)
            case .instructionConfirmed: #expect(machine.state == .received && machine.lane != .referral)
            default: Issue.record("\(machine) \(event) begins work")
            }
            #expect(transition.wakes == (machine.right.map(WorkQueue.fulfilling) ?? .erasure))
        }
    }

    @Test("what begins to wait says so, and what goes on says that as well")
    func waiting() {
        let waits: [(CaseState, PauseReason)] = [
            (.needsIdentity, .identity), (.needsFee, .fee), (.referred, .clientSilent),
        ]
        CaseMachineTests.transitions { machine, event, transition in
            for (state, reason) in waits {
                if transition.state == state, machine.state != state {
                    #expect(transition.actions.contains(.pause(reason)), "\(machine) \(event)")
                }
                if machine.state == state, transition.state == .inProgress {
                    #expect(transition.actions.contains(.resume(reason)), "\(machine) \(event)")
                }
            }
        }
    }

    @Test("N3: every end stops all clocks, starts the retention and is told")
    func ends() {
        CaseMachineTests.transitions { machine, event, transition in
            let isEnd = transition.state.isFinal && !machine.state.isFinal
            for action in [CaseMachine.Action.stopAll, .start(.retention), .tellCompleted] {
                // Of what a client was told its incident tells.
                let isMeant = isEnd && (machine.lane != .notice || action != .tellCompleted)
                #expect(transition.actions.contains(action) == isMeant, "\(machine) \(event)")
            }
        }
    }

    @Test("N3: what has ended stays as it ended; only a lifted restriction or hold is still written down")
    func final() {
        CaseMachineTests.walk { machine, event, verdict in
            guard machine.state.isFinal else { return }
            switch verdict {
            case .apply(let transition):
                #expect(transition.state == machine.state)
                if event == .holdLifted { return #expect(transition.actions == [.resume(.hold)]) }
                #expect(event == .restrictionLifted && machine.right == .restriction, "\(machine) \(event)")
                #expect(machine.state == .fulfilled || machine.state == .partlyFulfilled)
                #expect(transition.wakes == .erasure)
            case .wait: Issue.record("\(machine) \(event) waits")
            case .refuse(let refusal): #expect(refusal == .closed)
            }
        }
    }

    @Test("N3: whatever a request begins as, it can be carried out and be withdrawn")
    func reachable() {
        let beginnings: [(Lane, CaseState)] = [
            (.referral, .received), (.referral, .needsClient), (.own, .needsIdentity), (.own, .inProgress),
            (.fulfilment, .received), (.fulfilment, .inProgress),
        ]
        for (lane, state) in beginnings {
            let reached = Self.reached(from: state, in: lane)
            #expect(reached.isSuperset(of: [.fulfilled, .partlyFulfilled, .refused, .withdrawn]), "\(lane) \(state)")
        }
    }

    @Test("C6, C3: what a person confirms first, and a complaint, can be carried out")
    func confirmed() {
        #expect(Self.reached(from: .received, in: .own).contains(.fulfilled))
        let complaint = CaseMachine(state: .received, lane: .own, right: nil)
        guard case .apply(let answer) = complaint.verdict(on: .answered(complete: true, openEnds: false)) else {
            Issue.record("a complaint cannot be answered")
            return
        }
        #expect(answer.state == .fulfilled)
    }

    /// Every state that some order of events leads to.
    private static func reached(from first: CaseState, in lane: Lane) -> Set<CaseState> {
        var reached: Set<CaseState> = [first]
        var open = [first]
        while let state = open.popLast() {
            for event in CaseEvent.all {
                let verdict = CaseMachine(state: state, lane: lane, right: .erasure).verdict(on: event)
                if case .apply(let transition) = verdict, reached.insert(transition.state).inserted {
                    open.append(transition.state)
                }
            }
        }
        return reached
    }
}
