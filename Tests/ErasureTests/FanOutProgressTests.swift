import Foundation
import Rights
import Testing

@testable import Erasure

@Suite("How far all targets of a case have come together")
struct FanOutProgressTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)

    static func target(
        _ system: String,
        _ state: FanOutTarget.State,
        mandatory: Bool = true,
        after: [String] = [],
        part: FanOutTarget.Part = .whole
    ) -> FanOutTarget {
        var target = FanOutTarget(
            id: UUID(),
            caseID: UUID(),
            clientID: "acme",
            system: system,
            systemVersion: 1,
            part: part,
            operation: .erase,
            way: .connector,
            isMandatory: mandatory,
            level: .probe,
            after: after,
            ordinal: 0,
            key: UUID()
        )
        target.state = state
        return target
    }

    @Test(
        "N4: a case is over when every target has come to its end, and complete when each mandatory one is verified",
        arguments: [
            ([.verified, .verified], .over(complete: true)), ([.verified, .listed], .over(complete: false)),
            ([.verified, .left], .over(complete: false)), ([.verified, .stuck], .stuck), ([.acting, .stuck], .goesOn),
            ([.verified, .grace], .goesOn), ([.verified, .pending], .goesOn),
        ] as [([FanOutTarget.State], FanOutProgress.Verdict)]
    )
    func verdicts(_ states: [FanOutTarget.State], _ verdict: FanOutProgress.Verdict) {
        let targets = states.enumerated().map { Self.target("s\($0.offset)", $0.element) }
        #expect(FanOutProgress(targets, at: Self.now).verdict(isHeld: false, answerBy: nil) == verdict)
    }

    @Test("a target that nothing hangs on may be left listed and the case is complete all the same")
    func optional() {
        let targets = [Self.target("a", .verified), Self.target("b", .listed, mandatory: false)]
        #expect(FanOutProgress(targets, at: Self.now).verdict(isHeld: false, answerBy: nil) == .over(complete: true))
    }

    @Test("K11: exceptions end one after another, each by a part of its own, and the case waits for the next")
    func exceptions() {
        func kept(_ category: String, _ days: Double) -> FanOutTarget.Kept {
            let until = Self.now.addingTimeInterval(days * 86_400)
            return FanOutTarget.Kept(category: category, reason: .legalDuty, citation: "HGB § 257", until: until)
        }
        var crm = Self.target("crm", .verified)
        crm.kept = [kept("tickets", 10), kept("invoices", 300)]
        func progress(_ days: Double, _ rests: FanOutTarget...) -> FanOutProgress {
            FanOutProgress([crm] + rests, at: Self.now.addingTimeInterval(days * 86_400))
        }
        func rest(_ state: FanOutTarget.State, _ ends: Set<String>) -> FanOutTarget {
            var rest = Self.target("crm", state, part: .rest)
            rest.ends = ends
            return rest
        }
        #expect(progress(1).due.isEmpty)
        #expect(progress(1).verdict(isHeld: false, answerBy: nil) == .kept(until: crm.kept[0].until))
        #expect(progress(10).due.map(\.ends) == [["tickets"]])
        #expect(progress(10, rest(.acting, ["tickets"])).due.isEmpty)
        let first = rest(.verified, ["tickets"])
        #expect(progress(11, first).verdict(isHeld: false, answerBy: nil) == .kept(until: crm.kept[1].until))
        #expect(progress(300, first).due.map(\.ends) == [["invoices"]])
        #expect(progress(400).due.map(\.ends) == [["tickets", "invoices"]])
        let last = progress(301, first, rest(.verified, ["invoices"]))
        #expect(last.kept.isEmpty && last.verdict(isHeld: false, answerBy: nil) == .over(complete: true))
    }

    @Test("K18: what a legal hold suspends is held once nothing else is under way")
    func held() {
        let waiting = [Self.target("a", .waiting), Self.target("b", .verified)]
        #expect(FanOutProgress(waiting, at: Self.now).verdict(isHeld: true, answerBy: nil) == .held)
        let acting = waiting + [Self.target("c", .acting)]
        #expect(FanOutProgress(acting, at: Self.now).verdict(isHeld: true, answerBy: nil) == .goesOn)
    }

    @Test("a time of grace beyond the date of the answer is answered before it is over, one within it is waited for")
    func grace() {
        var target = Self.target("a", .grace)
        target.verifyAt = Self.now.addingTimeInterval(90 * 86_400)
        let progress = FanOutProgress([target], at: Self.now)
        let until = Self.now.addingTimeInterval(90 * 86_400)
        #expect(
            progress.verdict(isHeld: false, answerBy: Self.now.addingTimeInterval(30 * 86_400))
                == .inGrace(until: until)
        )
        #expect(progress.verdict(isHeld: false, answerBy: Self.now.addingTimeInterval(100 * 86_400)) == .goesOn)
    }

    @Test("what has to come first is waited for, and nothing else")
    func order() {
        let second = Self.target("b", .waiting, after: ["a"])
        #expect(!second.isFree(among: [Self.target("a", .acting), second]))
        #expect(second.isFree(among: [Self.target("a", .verified), second]))
    }
}
