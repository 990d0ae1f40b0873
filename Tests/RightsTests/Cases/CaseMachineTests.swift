import Testing

@testable import Rights

@Suite("What an event does to a case")
struct CaseMachineTests {
    static let events: [CaseEvent] = [
        .withdrawn, .clarified, .clientNamed(resolved: true), .clientNamed(resolved: false), .identityVerified,
        .identityFailed,
        .decidedProceed, .decidedHandleItself, .decidedRefuse, .restrictionLifted, .feePaid, .holdPlaced, .holdLifted,
    ]
    static let rights: [Right?] = [nil] + Right.allCases

    /// Every state × lane × right × event there is.
    static func walk(_ body: (CaseMachine, CaseEvent, CaseMachine.Verdict) -> Void) {
        for state in CaseState.allCases {
            for lane in Lane.allCases {
                for right in rights {
                    let machine = CaseMachine(state: state, lane: lane, right: right)
                    for event in events { body(machine, event, machine.verdict(on: event)) }
                }
            }
        }
    }

    @Test("leaves one named fact, or says why not in words that help")
    func everyVerdict() {
        Self.walk { machine, event, verdict in
            switch verdict {
            case .apply(let transition): #expect(transition.fact.contains("."), "\(machine) \(event)")
            case .wait: #expect(!machine.state.isFinal, "\(machine) \(event): a closed case has no later")
            case .refuse(let refusal): #expect(refusal.remedy.count > 20)
            }
        }
        #expect(Set(CaseMachine.Refusal.allCases.map(\.remedy)).count == CaseMachine.Refusal.allCases.count)
    }

    @Test("never changes the state of a closed case, and adds to it only a lifted hold or a lifted restriction")
    func final() {
        Self.walk { machine, event, verdict in
            guard machine.state.isFinal else { return }
            switch verdict {
            case .apply(let transition):
                #expect(transition.state == machine.state)
                #expect(event == .holdLifted || event == .restrictionLifted)
                if event == .restrictionLifted {
                    #expect(
                        machine.right == .restriction
                            && (machine.state == .fulfilled || machine.state == .partlyFulfilled)
                    )
                    #expect(transition.wakes == .erasure)
                }
            case .wait: Issue.record("\(machine) \(event) waits")
            case .refuse(let refusal): #expect(refusal == .closed)
            }
        }
    }

    @Test("K5: begins work only by the client's decision, a proven identity or a paid fee")
    func begins() {
        Self.walk { machine, event, verdict in
            guard case .apply(let transition) = verdict, transition.state == .inProgress, machine.state != .inProgress
            else { return }
            switch event {
            case .decidedProceed: #expect(machine.state == .referred && machine.lane == .referral)
            case .identityVerified: #expect(machine.state == .needsIdentity)
            case .feePaid: #expect(machine.state == .needsFee)
            default: Issue.record("\(machine) \(event) begins work")
            }
            #expect(transition.wakes == (machine.right.map(WorkQueue.fulfilling) ?? .erasure))
        }
    }

    @Test("ends a case only by withdrawal or the client's decision: machines refuse nobody (A5)")
    func ends() {
        Self.walk { machine, event, verdict in
            guard case .apply(let transition) = verdict, transition.state.isFinal, !machine.state.isFinal else {
                return
            }
            switch event {
            case .withdrawn: #expect(transition.state == .withdrawn)
            case .decidedHandleItself: #expect(transition.state == .handedOver)
            case .decidedRefuse: #expect(transition.state == .refused)
            default: Issue.record("\(machine) \(event) ends the case")
            }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let state: CaseState
        var lane = Lane.referral
        var right: Right? = .erasure
        let event: CaseEvent
        let verdict: CaseMachine.Verdict
        var testDescription: String { "\(state.rawValue), \(lane.rawValue), \(event)" }
    }

    static func to(_ state: CaseState, _ fact: String, _ wakes: WorkQueue? = nil) -> CaseMachine.Verdict {
        .apply(CaseMachine.Transition(state: state, fact: fact, wakes: wakes))
    }

    static let rows: [Row] = [
        Row(state: .received, event: .withdrawn, verdict: to(.withdrawn, "request.withdrawn", .referral)),
        Row(
            state: .inProgress,
            right: .access,
            event: .withdrawn,
            verdict: to(.withdrawn, "request.withdrawn", .export)
        ),
        Row(state: .onHold, event: .withdrawn, verdict: to(.withdrawn, "request.withdrawn", .erasure)),
        Row(
            state: .needsClient,
            event: .clientNamed(resolved: true),
            verdict: to(.received, "client.named", .referral)
        ),
        Row(
            state: .needsClient,
            event: .clientNamed(resolved: false),
            verdict: to(.needsClient, "client.named_unresolved")
        ),
        Row(state: .received, event: .clientNamed(resolved: true), verdict: .refuse(.hasClient)),
        Row(
            state: .needsIdentity,
            lane: .own,
            event: .identityVerified,
            verdict: to(.inProgress, "identity.verified", .erasure)
        ),
        Row(
            state: .needsIdentity,
            lane: .own,
            event: .identityFailed,
            verdict: to(.needsIdentity, "identity.failed", .referral)
        ),
        Row(state: .received, event: .identityVerified, verdict: to(.received, "identity.verified")),
        Row(
            state: .referred,
            right: .access,
            event: .decidedProceed,
            verdict: to(.inProgress, "client.decided_proceed", .export)
        ),
        Row(
            state: .referred,
            event: .decidedHandleItself,
            verdict: to(.handedOver, "client.decided_handle_itself", .referral)
        ),
        Row(state: .referred, event: .decidedRefuse, verdict: to(.refused, "client.decided_refuse", .referral)),
        Row(state: .received, event: .decidedProceed, verdict: .wait),
        Row(state: .needsClient, event: .decidedRefuse, verdict: .wait),
        Row(state: .inProgress, event: .decidedProceed, verdict: .refuse(.alreadyDecided)),
        Row(state: .onHold, event: .decidedRefuse, verdict: .refuse(.alreadyDecided)),
        Row(state: .received, lane: .own, event: .decidedProceed, verdict: .refuse(.notReferred)),
        Row(state: .received, lane: .fulfilment, event: .decidedProceed, verdict: .refuse(.notReferred)),
        Row(
            state: .needsFee,
            lane: .own,
            right: .access,
            event: .feePaid,
            verdict: to(.inProgress, "fee.paid", .export)
        ),
        Row(state: .inProgress, event: .feePaid, verdict: .refuse(.noFeeAwaited)),
        Row(state: .inProgress, right: .restriction, event: .restrictionLifted, verdict: .wait),
        Row(state: .inProgress, event: .restrictionLifted, verdict: .refuse(.notARestriction)),
        Row(
            state: .fulfilled,
            right: .restriction,
            event: .restrictionLifted,
            verdict: to(.fulfilled, "restriction.lifted", .erasure)
        ),
        Row(state: .refused, right: .restriction, event: .restrictionLifted, verdict: .refuse(.closed)),
        Row(state: .inProgress, event: .holdPlaced, verdict: to(.inProgress, "hold.placed", .erasure)),
        Row(state: .withdrawn, event: .holdLifted, verdict: to(.withdrawn, "hold.lifted")),
        Row(state: .lapsed, event: .clarified, verdict: .refuse(.closed)),
    ]

    @Test("is what this table says", arguments: rows)
    func table(_ row: Row) {
        #expect(CaseMachine(state: row.state, lane: row.lane, right: row.right).verdict(on: row.event) == row.verdict)
    }
}
