import Rights
import Testing

@Suite("A fee")
struct FeeRuleTests {
    @Test(
        "Y3: under GDPR is allowed for further copies of an access answer and for manifestly excessive requests, else refused",
        arguments: [.gdpr, .ukGDPR] as [Regulation]
    )
    func gdpr(_ regulation: Regulation) {
        for right in Right.allCases {
            for ground in FeeRule.Ground.allCases {
                let rule = FeeRule(ground, for: right, under: regulation)
                let expected =
                    switch ground {
                    case .firstAnswer: false
                    case .furtherCopy: right == .access
                    case .manifestlyUnfounded, .manifestlyExcessive: true
                    }
                #expect(rule.isAllowed == expected, "\(ground) \(right)")
                #expect(rule.event == (expected ? .feeAsked : nil))
                #expect(rule.source.contains(ground == .furtherCopy && expected ? "15(3)" : "12(5)"))
            }
        }
    }

    @Test("Y3: is refused where no rule allows it, and the first answer costs nobody anything but under HIPAA")
    func others() {
        for regulation in Regulation.allCases where regulation != .hipaa {
            for right in Right.allCases {
                #expect(!FeeRule(.firstAnswer, for: right, under: regulation).isAllowed, "\(regulation)")
            }
        }
        for regulation in [Regulation.fadp, .lgpd, .other] {
            for ground in FeeRule.Ground.allCases {
                #expect(!FeeRule(ground, for: .access, under: regulation).isAllowed, "\(regulation) \(ground)")
            }
        }
        #expect(FeeRule(.firstAnswer, for: .access, under: .hipaa).isAllowed)
        #expect(!FeeRule(.firstAnswer, for: .erasure, under: .hipaa).isAllowed)
        #expect(!FeeRule(.furtherCopy, for: .access, under: .ccpa).isAllowed)
        // What could not be checked says so.
        #expect(FeeRule(.manifestlyExcessive, for: .access, under: .ccpa).isUnverified)
        #expect(!FeeRule(.furtherCopy, for: .access, under: .gdpr).isUnverified)
    }

    @Test("Y3: stops the clock only where the regime says so", arguments: Regulation.allCases)
    func pause(_ regulation: Regulation) {
        let rule = FeeRule(.furtherCopy, for: .access, under: regulation)
        #expect(rule.pause.effect == (regulation == .ukGDPR ? .notBegun : .runsOn))
    }

    @Test("Y3: that nobody pays lets the case lapse, and a withdrawal ends it")
    func lapses() {
        let machine = CaseMachine(state: .needsFee, lane: .own, right: .access)
        guard case .apply(let lapsed) = machine.verdict(on: .lapsed),
            case .apply(let withdrawn) = machine.verdict(on: .withdrawn),
            case .apply(let asked) = CaseMachine(state: .inProgress, lane: .own, right: .access).verdict(on: .feeAsked)
        else {
            Issue.record("not applied")
            return
        }
        #expect(lapsed.state == .lapsed && withdrawn.state == .withdrawn)
        #expect(asked.state == .needsFee && asked.actions == [.pause(.fee), .start(.lapse)])
    }
}
