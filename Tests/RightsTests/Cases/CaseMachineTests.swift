import Testing

@testable import Rights

@Suite("What an event does to a case")
struct CaseMachineTests {
    static let rights: [Right?] = [nil] + Right.allCases

    /// Every state × lane × right × event there is.
    static func walk(_ body: (CaseMachine, CaseEvent, CaseMachine.Verdict) -> Void) {
        for state in CaseState.allCases {
            for lane in Lane.allCases {
                for right in rights {
                    let machine = CaseMachine(state: state, lane: lane, right: right)
                    for event in CaseEvent.all { body(machine, event, machine.verdict(on: event)) }
                }
            }
        }
    }

    /// Every transition there is.
    static func transitions(_ body: (CaseMachine, CaseEvent, CaseMachine.Transition) -> Void) {
        walk { machine, event, verdict in
            if case .apply(let transition) = verdict { body(machine, event, transition) }
        }
    }

    @Test("knows every event there is, each by a name of its own")
    func events() {
        #expect(Set(CaseEvent.all).count == CaseEvent.all.count)
        #expect(Set(CaseEvent.all.map(\.name)).count == CaseEvent.all.count)
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

    /// Evidence is read by people who were not there: a fact that is added or renamed is a change of the contract.
    static let facts: Set<String> = [
        "request.withdrawn", "request.clarified", "client.named", "client.named_unresolved", "identity.verified",
        "identity.verified_too_low", "identity.failed", "client.decided_proceed", "client.decided_handle_itself",
        "client.decided_refuse", "restriction.lifted", "fee.paid", "hold.placed", "hold.lifted", "referral.sent",
        "identity.asked", "clarification.asked", "fee.asked", "instruction.confirmed", "case.confirmed",
        "instruction.denied",
        "case.refused",
        "case.answered", "case.fulfilled", "case.partly_fulfilled", "case.lapsed", "client.undecided",
        "notice.ended", "notice.ended_untold",
        "disclosure.approved", "disclosure.refused", "disclosure.telling_prohibited", "disclosure.term_over",
        "disclosure.handed_over", "disclosure.withdrawn",
    ]

    @Test("leaves exactly one fact, from a known list, and the state it leaves behind says how it ended")
    func factOfEach() {
        var seen: Set<String> = []
        Self.transitions { machine, event, transition in
            seen.insert(transition.fact)
            #expect(Self.facts.contains(transition.fact), "\(machine) \(event)")
            switch transition.fact {
            case "notice.ended": #expect(transition.state == .fulfilled)
            case "notice.ended_untold": #expect(transition.state == .partlyFulfilled)
            case "case.fulfilled": #expect(transition.state == .fulfilled)
            case "case.partly_fulfilled": #expect(transition.state == .partlyFulfilled)
            case "case.refused", "client.decided_refuse", "instruction.denied", "disclosure.refused":
                #expect(transition.state == .refused)
            case "client.undecided", "client.decided_handle_itself", "disclosure.handed_over":
                #expect(transition.state == .handedOver)
            case "case.lapsed": #expect(transition.state == .lapsed)
            case "request.withdrawn", "disclosure.withdrawn": #expect(transition.state == .withdrawn)
            case "case.answered": #expect(transition.state == .onHold)
            default: #expect(transition.state == machine.state || !transition.state.isFinal, "\(machine) \(event)")
            }
        }
        #expect(seen == Self.facts, "a fact of the list is never left")
    }

    @Test("ends with its equal only where it is linked to one, and goes on where that one has left it")
    func equal() {
        for state in CaseState.allCases {
            // Nobody has asked for a notice, and no authority's demand is equal to another one.
            for lane in Lane.allCases where lane != .notice && lane != .disclosure {
                func verdict(_ event: CaseEvent, isLinked: Bool) -> CaseMachine.Verdict {
                    CaseMachine(state: state, lane: lane, right: .access, isLinked: isLinked).verdict(on: event)
                }
                for answer in [CaseState.fulfilled, .partlyFulfilled, .refused, .handedOver] {
                    guard case .apply(let transition) = verdict(.equalEnded(answer), isLinked: true) else {
                        #expect(state.isFinal)
                        continue
                    }
                    #expect(!state.isFinal && transition.state == answer)
                    #expect(transition.fact == "case.ended_with_equal" && transition.actions.contains(.tellCompleted))
                }
                if case .apply(let transition) = verdict(.equalLeft, isLinked: true) {
                    #expect(!state.isFinal && transition.state == state && transition.wakes != nil)
                } else {
                    #expect(state.isFinal)
                }
                for event in [CaseEvent.equalEnded(.fulfilled), .equalLeft] {
                    guard case .refuse = verdict(event, isLinked: false) else {
                        Issue.record("\(state) \(lane) takes \(event) without an equal")
                        continue
                    }
                }
            }
        }
    }

    @Test("wakes at most one worker, and does nothing twice")
    func actions() {
        Self.transitions { machine, event, transition in
            let wakes = transition.actions.count { action in WorkQueue.allCases.contains { action == .wake($0) } }
            #expect(wakes <= 1 && Set(transition.actions).count == transition.actions.count, "\(machine) \(event)")
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let state: CaseState
        let lane: Lane
        let right: Right?
        let event: CaseEvent
        let verdict: CaseMachine.Verdict
        var testDescription: String { "\(state.rawValue), \(lane.rawValue), \(event.name)" }

        init(
            _ state: CaseState,
            _ event: CaseEvent,
            _ verdict: CaseMachine.Verdict,
            lane: Lane = .referral,
            right: Right? = .erasure
        ) {
            self.state = state
            self.lane = lane
            self.right = right
            self.event = event
            self.verdict = verdict
        }
    }

    static func to(_ state: CaseState, _ fact: String, _ actions: CaseMachine.Action...) -> CaseMachine.Verdict {
        .apply(CaseMachine.Transition(state: state, fact: fact, actions: actions))
    }

    static func end(
        _ state: CaseState,
        _ fact: String,
        _ actions: CaseMachine.Action...,
        cancelling scope: EffectScope = .allButNotice
    ) -> CaseMachine.Verdict {
        let closing: [CaseMachine.Action] = [.cancel(scope), .stopAll, .start(.retention), .tellCompleted]
        return .apply(CaseMachine.Transition(state: state, fact: fact, actions: actions + closing))
    }

    static let rows: [Row] = [
        Row(.received, .withdrawn, end(.withdrawn, "request.withdrawn", .wake(.referral), cancelling: .everything)),
        Row(
            .inProgress,
            .withdrawn,
            end(.withdrawn, "request.withdrawn", .wake(.export), .tell(.referral), cancelling: .everything),
            right: .access
        ),
        Row(
            .onHold,
            .withdrawn,
            end(.withdrawn, "request.withdrawn", .wake(.erasure), .tell(.referral), cancelling: .everything)
        ),
        Row(
            .needsClient,
            .clientNamed(resolved: true),
            to(.received, "client.named", .stop(.lapse), .dismiss(.client), .recount, .wake(.referral))
        ),
        Row(.needsClient, .clientNamed(resolved: false), to(.needsClient, "client.named_unresolved", .review(.client))),
        Row(.received, .clientNamed(resolved: true), .refuse(.hasClient)),
        Row(
            .received,
            .referralSent,
            to(
                .referred,
                "referral.sent",
                .pause(.clientSilent),
                .start(.clientReminder),
                .tellReferred,
                .reconsider
            )
        ),
        Row(.received, .referralSent, .refuse(.notNow), lane: .own),
        Row(.referred, .referralSent, .refuse(.notNow)),
        Row(
            .inProgress,
            .identityAsked,
            to(.needsIdentity, "identity.asked", .pause(.identity), .start(.lapse)),
            lane: .own
        ),
        Row(.referred, .identityAsked, .refuse(.notNow)),
        Row(
            .needsIdentity,
            .identityVerified(sufficient: true),
            to(.inProgress, "identity.verified", .resume(.identity), .stop(.lapse), .wake(.erasure)),
            lane: .own
        ),
        Row(
            .needsIdentity,
            .identityVerified(sufficient: false),
            to(.needsIdentity, "identity.verified_too_low", .wake(.referral)),
            lane: .own
        ),
        Row(
            .needsIdentity,
            .identityFailed(isFraud: false),
            to(.needsIdentity, "identity.failed", .review(.identity), .wake(.referral)),
            lane: .own
        ),
        Row(.received, .identityVerified(sufficient: true), to(.received, "identity.verified")),
        Row(
            .referred,
            .decidedProceed,
            to(
                .inProgress,
                "client.decided_proceed",
                .tellDecided,
                .resume(.clientSilent),
                .stop(.clientReminder),
                .cancel(.asks),
                .wake(.export)
            ),
            right: .access
        ),
        Row(
            .referred,
            .decidedHandleItself,
            end(.handedOver, "client.decided_handle_itself", .tellDecided, .wake(.referral))
        ),
        Row(.referred, .decidedRefuse, end(.refused, "client.decided_refuse", .tellDecided, .wake(.referral))),
        Row(.received, .decidedProceed, .wait),
        Row(.needsClient, .decidedRefuse, .wait),
        Row(.inProgress, .decidedProceed, .refuse(.alreadyDecided)),
        Row(.onHold, .decidedRefuse, .refuse(.alreadyDecided)),
        Row(.received, .decidedProceed, .refuse(.notReferred), lane: .own),
        Row(.received, .decidedProceed, .refuse(.notReferred), lane: .fulfilment),
        Row(
            .inProgress,
            .clarificationAsked,
            to(.inProgress, "clarification.asked", .pause(.clarification)),
            lane: .own,
            right: .access
        ),
        Row(
            .inProgress,
            .clarified,
            to(.inProgress, "request.clarified", .resume(.clarification), .wake(.export)),
            lane: .own,
            right: .access
        ),
        Row(
            .inProgress,
            .feeAsked,
            to(.needsFee, "fee.asked", .pause(.fee), .start(.lapse)),
            lane: .own,
            right: .access
        ),
        Row(
            .needsFee,
            .feePaid,
            to(.inProgress, "fee.paid", .resume(.fee), .stop(.lapse), .wake(.export)),
            lane: .own,
            right: .access
        ),
        Row(.inProgress, .feePaid, .refuse(.noFeeAwaited)),
        Row(.inProgress, .restrictionLifted, .wait, right: .restriction),
        Row(.inProgress, .restrictionLifted, .refuse(.notARestriction)),
        Row(
            .fulfilled,
            .restrictionLifted,
            to(.fulfilled, "restriction.lifted", .wake(.erasure), .tell(.referral)),
            right: .restriction
        ),
        Row(.refused, .restrictionLifted, .refuse(.closed), right: .restriction),
        Row(.inProgress, .holdPlaced, to(.inProgress, "hold.placed", .pause(.hold), .wake(.erasure))),
        Row(.inProgress, .holdLifted, to(.inProgress, "hold.lifted", .resume(.hold), .wake(.erasure))),
        Row(.withdrawn, .holdLifted, to(.withdrawn, "hold.lifted", .resume(.hold))),
        Row(
            .received,
            .instructionConfirmed,
            to(.inProgress, "instruction.confirmed", .stop(.review), .wake(.erasure)),
            lane: .fulfilment
        ),
        Row(
            .received,
            .instructionDenied,
            end(.refused, "instruction.denied", .wake(.referral)),
            lane: .fulfilment
        ),
        Row(.inProgress, .instructionDenied, .refuse(.notNow), lane: .fulfilment),
        Row(
            .inProgress,
            .answered(complete: true, openEnds: false),
            end(.fulfilled, "case.fulfilled", .tell(.referral))
        ),
        Row(
            .inProgress,
            .answered(complete: false, openEnds: false),
            end(.partlyFulfilled, "case.partly_fulfilled", .tell(.referral))
        ),
        Row(
            .inProgress,
            .answered(complete: true, openEnds: true),
            to(.onHold, "case.answered", .stop(.respond), .stop(.assist), .stop(.extensionNotice), .tell(.referral))
        ),
        Row(.onHold, .openEndsOver(complete: true), end(.fulfilled, "case.fulfilled", .tell(.referral))),
        Row(
            .onHold,
            .openEndsOver(complete: false),
            end(.partlyFulfilled, "case.partly_fulfilled", .tell(.referral))
        ),
        Row(.inProgress, .openEndsOver(complete: true), .refuse(.notNow)),
        Row(.needsFee, .lapsed, end(.lapsed, "case.lapsed", .wake(.referral)), lane: .own, right: .access),
        Row(.inProgress, .lapsed, .refuse(.notNow), lane: .own),
        Row(.referred, .clientDatePassed, end(.handedOver, "client.undecided", .wake(.referral))),
        Row(.needsClient, .clientDatePassed, end(.lapsed, "case.lapsed", .wake(.referral))),
        Row(.inProgress, .clientDatePassed, .refuse(.notNow)),
        Row(.lapsed, .clarified, .refuse(.closed)),
    ]

    @Test("is what this table says", arguments: rows)
    func table(_ row: Row) {
        #expect(CaseMachine(state: row.state, lane: row.lane, right: row.right).verdict(on: row.event) == row.verdict)
    }
}
