import Testing

@testable import Rights

/// What a person's verdict does, for every kind of review and every place a case can be in.
@Suite("A person's verdict")
struct ReviewKindTests {
    private static func machines(_ lane: Lane) -> [CaseMachine] {
        CaseState.allCases.map { CaseMachine(state: $0, lane: lane, right: .erasure) }
    }

    @Test("K9, K23: the erasure of all of a client and what an authority gets need two different people, nothing else")
    func approvals() {
        for kind in ReviewKind.allCases {
            #expect(kind.approvals == (kind == .tenantErasure || kind == .disclosure ? 2 : 1), "\(kind)")
        }
    }

    @Test("K7: confirms or denies an instruction, and nothing else of it")
    func instruction() {
        let machine = CaseMachine(state: .received, lane: .fulfilment, right: .erasure)
        for kind in [ReviewKind.instruction, .tenantErasure, .suspendedHandOver, .disclosure] {
            #expect(kind.event(.confirmed, for: machine, others: []) == .instructionConfirmed)
            #expect(kind.event(.denied, for: machine, others: []) == .instructionDenied)
            #expect(kind.event(.moot, for: machine, others: []) == nil)
        }
    }

    @Test("Y2: what a verdict refuses a request for is known beforehand, but for a suspended client's export")
    func refusal() {
        for kind in ReviewKind.allCases where kind != .disclosure {
            let refuses = Lane.allCases.contains { lane in
                Self.machines(lane).contains { machine in
                    ReviewKind.Verdict.allCases.contains { verdict in
                        let event = kind.event(verdict, for: machine, others: [])
                        return event == .refusedByPerson || event == .instructionDenied
                    }
                }
            }
            #expect((kind.refusal != nil) == (refuses && kind != .suspendedHandOver), "\(kind)")
        }
        #expect(ReviewKind.instruction.refusal == .instructionDenied)
        #expect(ReviewKind.identity.refusal == .identityNotShown)
        #expect(ReviewKind.fraud.refusal == .suspectedFraud)
    }

    @Test("A1, K7: of several reviews that hold a case up the last confirmed one lets it go")
    func several() {
        let machine = CaseMachine(state: .received, lane: .fulfilment, right: .access)
        #expect(ReviewKind.instruction.event(.confirmed, for: machine, others: [.suspendedHandOver]) == nil)
        #expect(ReviewKind.instruction.event(.confirmed, for: machine, others: [.regime]) == .instructionConfirmed)
        #expect(ReviewKind.instruction.event(.denied, for: machine, others: [.suspendedHandOver]) == .instructionDenied)
    }

    @Test("C6, Y13: a child's own case waits for the verdict; a referred one does not, and is never decided by it")
    func child() {
        let own = CaseMachine(state: .received, lane: .own, right: .erasure)
        #expect(ReviewKind.child.event(.confirmed, for: own, others: []) == .instructionConfirmed)
        #expect(ReviewKind.child.event(.denied, for: own, others: []) == .refusedByPerson)
        for machine in Self.machines(.referral) {
            for verdict in ReviewKind.Verdict.allCases {
                #expect(ReviewKind.child.event(verdict, for: machine, others: []) == nil, "\(machine) \(verdict)")
            }
        }
    }

    @Test("A5, K5: a fraud that a person confirms is that person's refusal, where the case is ours to refuse")
    func fraud() {
        for lane in Lane.allCases {
            for machine in Self.machines(lane) where !machine.state.isFinal {
                let event = ReviewKind.fraud.event(.confirmed, for: machine, others: [])
                if case .apply = machine.verdict(on: .refusedByPerson) {
                    #expect(event == .refusedByPerson, "\(machine)")
                } else {
                    #expect(event == nil, "\(machine)")
                }
                #expect(ReviewKind.fraud.event(.denied, for: machine, others: []) == nil, "\(machine)")
            }
        }
        let undecided = CaseMachine(state: .referred, lane: .referral, right: .erasure)
        #expect(ReviewKind.fraud.event(.confirmed, for: undecided, others: []) == nil)
    }

    @Test("K4, A6: a word about a name, a regime or a harvest changes nothing; the name itself comes as an event")
    func facts() {
        let machine = CaseMachine(state: .needsClient, lane: .referral, right: .access)
        for verdict in ReviewKind.Verdict.allCases {
            #expect(ReviewKind.client.event(verdict, for: machine, others: []) == nil)
            #expect(ReviewKind.harvest.event(verdict, for: machine, others: []) == nil)
            #expect(ReviewKind.regime.event(verdict, for: machine, others: []) == nil)
        }
    }

    @Test(
        "K3, K4: whom no machine reaches, or may not tell, a person speaks to; the referral worker hears of it, no machine moves"
    )
    func unreachable() {
        for kind in ReviewKind.allCases {
            let isReferral = kind == .clientUnreachable || kind == .subjectUnreachable || kind == .referralProhibited
            let isCarriedOut = [.targetStuck, .planRefused, .dataReturn, .handOverStuck].contains(kind)
            let isBreach = [
                .breachUnreached, .breachSilent, .breachClients, .breachUncounted, .announcementUnreached, .objection,
            ].contains(kind)
            for right in Right.allCases {
                let worker: WorkQueue? =
                    isReferral ? .referral : isBreach ? .breach : isCarriedOut ? .fulfilling(right) : nil
                let machine = CaseMachine(state: .inProgress, lane: .own, right: right)
                #expect(kind.worker(of: machine) == worker)
            }
            guard isReferral else { continue }
            #expect(kind.refusal == nil)
            for lane in Lane.allCases {
                #expect(!kind.holdsUp(lane))
                for machine in Self.machines(lane) {
                    for verdict in ReviewKind.Verdict.allCases {
                        #expect(kind.event(verdict, for: machine, others: []) == nil, "\(kind) \(machine)")
                    }
                }
            }
        }
    }

    @Test(
        "Y2: whatever a verdict refuses has a reason of the closed list, or the person who gives the verdict names one"
    )
    func reasons() {
        for kind in ReviewKind.allCases where kind != .suspendedHandOver && kind != .disclosure {
            for lane in Lane.allCases {
                for machine in Self.machines(lane) {
                    for verdict in ReviewKind.Verdict.allCases {
                        guard let event = kind.event(verdict, for: machine, others: []),
                            case .apply(let transition) = machine.verdict(on: event), transition.state == .refused
                        else { continue }
                        #expect(kind.refusal != nil, "\(kind)")
                    }
                }
            }
        }
    }

    @Test("is asked for with a question and a source, whatever the kind")
    func words() {
        for kind in ReviewKind.allCases { #expect(kind.question.hasSuffix(".") && !kind.source.isEmpty) }
    }

    @Test("A1: a suspended client's export waits for a person, its erasure and its end users' referrals do not")
    func suspended() throws {
        let client = Client(
            id: "acme",
            names: [],
            place: PlaceTests.berlin,
            isSuspended: true,
            hasBAA: false,
            hasAddendum: true
        )
        func opening(_ right: String, by submitter: String, _ more: String = "") throws -> CaseOpening {
            CaseOpeningTests.opening(try CaseOpeningTests.request(right, by: submitter, more), client: client)
        }
        let export = try opening("access", by: "client", CaseOpeningTests.instruction("admin"))
        #expect(export.state == .received && export.queue == .referral && export.reviews == [.suspendedHandOver])
        #expect(export.deadlines.contains { $0.rule.clock == .review })
        let erasure = try opening("erasure", by: "client", CaseOpeningTests.instruction("admin"))
        #expect(erasure.state == .inProgress && erasure.queue == .erasure && erasure.reviews.isEmpty)
        let referral = try opening("access", by: "subject")
        #expect(referral.state == .received && referral.reviews.isEmpty)
    }

    @Test("other or unknown regimes are confirmed by a person, whatever the lane")
    func regime() throws {
        for submitter in ["subject", "client"] {
            let more = submitter == "client" ? CaseOpeningTests.instruction("admin") : ""
            let opening = CaseOpeningTests.opening(
                try CaseOpeningTests.request("erasure", by: submitter, regulation: "other", more)
            )
            #expect(opening.reviews == [.regime] && opening.warnings.contains(.regimeUnconfirmed))
            #expect(opening.deadlines.contains { $0.rule.clock == .review })
            // It waits for nobody.
            #expect(opening.state == (submitter == "client" ? .inProgress : .received))
        }
    }
}
