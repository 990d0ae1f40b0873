import Foundation
import Rights
import Testing

@Suite("Data that outlives its erasure")
struct RetentionExceptionTests {
    typealias Exception = RetentionException

    static let now = CaseOpeningTests.now
    static let later = now.addingTimeInterval(400 * 86_400)

    static func exception(
        _ basis: Exception.Basis = .law("HGB § 257"),
        reason: Exception.Reason = .legalDuty,
        of relationship: Relationship = .clientUser,
        category: String = "invoices",
        until: Date? = later
    ) throws(Exception.Fault) -> Exception {
        try Exception(category: category, reason: reason, basis: basis, until: until, of: relationship, at: now)
    }

    @Test(
        "K11: is allowed of client users for legal duties, disputes and fees owed",
        arguments: Exception.Reason.allCases
    )
    func clientUsers(_ reason: Exception.Reason) throws {
        let bases: [Exception.Basis] = [.law("HGB § 257"), .ownClaim("terms § 9"), .clientInstruction("T-1")]
        for basis in bases {
            for relationship in [Relationship.clientUser, .visitor] {
                #expect(try Self.exception(basis, reason: reason, of: relationship).reason == reason)
            }
        }
    }

    @Test(
        "K11: is allowed of end users only by their client's instruction or a cited law",
        arguments: [.endUser, .unknown] as [Relationship]
    )
    func endUsers(_ relationship: Relationship) throws {
        #expect(try Self.exception(.law("HGB § 257"), of: relationship).until == Self.later)
        #expect(try Self.exception(.clientInstruction("T-1"), of: relationship).category == "invoices")
        let fault = #expect(throws: Exception.Fault.self) {
            try Self.exception(.ownClaim("terms § 9"), reason: .feesOwed, of: relationship)
        }
        #expect(fault?.field == "basis" && fault?.fault.contains("K11") == true && fault?.remedy.isEmpty == false)
    }

    @Test("K11: names what is kept, what it rests on, and an end that is to come")
    func complete() {
        func field(_ make: () throws -> Exception) -> String? {
            do {
                _ = try make()
                return nil
            } catch let fault as Exception.Fault {
                return fault.field
            } catch {
                return "\(error)"
            }
        }
        #expect(field { try Self.exception(category: "") } == "category")
        #expect(field { try Self.exception(.law(" ")) } == "basis")
        #expect(field { try Self.exception(until: nil) } == "until")
        #expect(field { try Self.exception(until: Self.now) } == "until")
    }

    @Test("K11: the answer is partly fulfilled, tells which and why, and ends when the last exception has ended")
    func answer() throws {
        let first = try Self.exception(
            .ownClaim("terms § 9"),
            reason: .feesOwed,
            category: "orders",
            until: Self.now + 86_400
        )
        let plan = RetentionPlan([try Self.exception(), first])
        #expect(plan.lines.map(\.category) == ["orders", "invoices"])
        #expect(plan.lines.map(\.reason) == [.legalClaims, .legalObligation])
        #expect(plan.lines.map(\.citation) == ["terms § 9", "HGB § 257"])
        #expect(plan.lines.map(\.until) == [Self.now + 86_400, Self.later])

        let machine = CaseMachine(state: .inProgress, lane: .own, right: .erasure)
        guard case .apply(let answered) = machine.verdict(on: plan.answer) else {
            Issue.record("not applied")
            return
        }
        // Answered, not final: retention has not begun.
        #expect(answered.state == .onHold && !answered.actions.contains(.start(.retention)))
        let waiting = CaseMachine(state: .onHold, lane: .own, right: .erasure)
        guard case .apply(let over) = waiting.verdict(on: .openEndsOver(complete: true)) else {
            Issue.record("not applied")
            return
        }
        #expect(over.state == .fulfilled && over.actions.contains(.start(.retention)))
        #expect(RetentionPlan([]).answer == .answered(complete: true, openEnds: false))
    }

    @Test("K11: the clock ends one exception after the other")
    func clock() throws {
        let soon = Self.now + 86_400
        let plan = RetentionPlan([try Self.exception(), try Self.exception(category: "orders", until: soon)])
        let deadline = try #require(plan.clock(from: Self.now))
        #expect(deadline.rule.clock == .exceptionEnd && deadline.due == soon && deadline.warnAt == nil)
        #expect(deadline.rule.source.contains("HGB § 257"))
        #expect(plan.ended(at: soon).map(\.category) == ["orders"])
        #expect(plan.left(at: soon).clock(from: soon)?.due == Self.later)
        #expect(plan.clock(from: Self.later) == nil)
        for state in CaseState.allCases {
            let firing = ClockFiring(
                .exceptionEnd,
                due: soon,
                warnAt: nil,
                at: soon,
                machine: CaseMachine(state: state, lane: .own, right: .erasure),
                isHeld: false,
                extendable: nil
            )
            #expect(firing == (state == .onHold ? .finish(.erasure) : .stop))
        }
    }

    @Test("every reason to refuse is written somewhere, names a row and can be told", arguments: RefusalReason.allCases)
    func reasons(_ reason: RefusalReason) {
        #expect(reason.source.contains("GDPR Art. ") || reason.source.contains("CCR"))
        #expect(reason.obligation.wholeMatch(of: /[A-Z]\d{1,2}/) != nil)
        #expect(reason.sentence.hasSuffix("."))
    }
}
