import Foundation
import Ledger
import Rights
import Testing

@testable import Fleet

@Suite("Slots that are passed on")
struct SlotLinesTests {
    /// Of one worker.
    private final class Lines {
        private var lines = SlotLines<String>()

        func hold(at target: String = "crm") { lines.hold(at: target) }

        func wait(_ seeker: SlotLines<String>.Seeker) -> Bool { lines.wait(seeker) }

        func pass(_ seconds: Int = 35) -> String? {
            lines.pass(at: "crm", until: now + .seconds(seconds), now: now)?.waiter
        }

        func giveBack(_ count: Int = 1) -> Bool {
            lines.giveBack(at: Array(repeating: "crm", count: count)) == ["crm"]
        }

        func granted(_ effects: Set<UUID>) -> (lucky: [String], others: [String]) {
            let (lucky, others) = lines.granted(effects, at: "crm")
            return (lucky.map(\.waiter), others.map(\.waiter))
        }

        func giveUp(_ lease: EffectLease) -> String? { lines.giveUp(lease)?.waiter }

        func end() -> [String] { lines.end().map(\.waiter) }

        var first: UUID? { lines.leases(at: "crm").first?.effect.id }
    }

    private static let now = ContinuousClock.now

    private static func lease(_ target: String = "crm") -> EffectLease {
        let planned = PlannedEffect(
            .targetAct,
            of: .erasure,
            to: target,
            case: UUID(),
            clientID: nil,
            attemptsAllowed: 3,
            at: Date()
        )
        return EffectLease(
            EffectRecord(planned, isHeld: false, at: Date()),
            startAt: Date(),
            until: Date(),
            isAhead: true
        )
    }

    private static func seeker(
        _ name: String,
        takes seconds: Int = 20,
        at target: String = "crm"
    ) -> SlotLines<String>.Seeker {
        SlotLines<String>.Seeker(
            lease: lease(target),
            longestCall: .seconds(seconds),
            until: now + .seconds(35),
            waiter: name
        )
    }

    @Test("A2: a call that ends is followed by the first that waits at its target, and by nobody else")
    func order() {
        let lines = Lines()
        lines.hold()
        #expect(!lines.wait(Self.seeker("a")) && !lines.wait(Self.seeker("b")))
        #expect(!lines.wait(Self.seeker("other", at: "crm")))
        lines.hold(at: "mailer")
        #expect(!lines.wait(Self.seeker("elsewhere", at: "mailer")))
        #expect(lines.pass() == "a" && lines.pass() == "b" && lines.pass() == "other")
        #expect(lines.pass() == nil)
    }

    @Test(
        "a slot goes to no call that may outlast the lease that stands for it, and those behind it are not kept from it"
    )
    func outlasting() {
        let lines = Lines()
        lines.hold()
        _ = lines.wait(Self.seeker("long", takes: 900))
        _ = lines.wait(Self.seeker("short"))
        #expect(lines.pass(19) == nil)
        #expect(lines.pass(20) == "short")
        #expect(lines.pass() == nil)
    }

    @Test("where the worker has no slot the database is asked, once at a time")
    func asking() throws {
        let lines = Lines()
        #expect(lines.wait(Self.seeker("a")))
        #expect(!lines.wait(Self.seeker("b")))
        let first = try #require(lines.first)
        let (lucky, others) = lines.granted([first])
        #expect(lucky == ["a"] && others.isEmpty)
        // Who has got none waits for that one to end.
        #expect(lines.pass() == "b")
        #expect(!lines.giveBack(2))
    }

    @Test("who got no slot goes back to the line, unless the worker has one by then")
    func refused() {
        let lines = Lines()
        #expect(lines.wait(Self.seeker("a")))
        #expect(lines.granted([]).others == ["a"])
        #expect(lines.wait(Self.seeker("b")))
        lines.hold()
        #expect(lines.granted([]).others.isEmpty)
        #expect(lines.pass() == "b")
    }

    @Test("when the last slot is given back the database is asked for those that still wait")
    func stranded() {
        let lines = Lines()
        lines.hold()
        lines.hold()
        _ = lines.wait(Self.seeker("a"))
        #expect(!lines.giveBack())
        #expect(lines.giveBack())
    }

    @Test("who has waited too long, or whose worker ends, is handed back once")
    func leaving() {
        let lines = Lines()
        lines.hold()
        let (a, b) = (Self.seeker("a"), Self.seeker("b"))
        _ = lines.wait(a)
        _ = lines.wait(b)
        #expect(lines.giveUp(a.lease) == "a" && lines.giveUp(a.lease) == nil)
        #expect(lines.end() == ["b"])
        #expect(lines.end().isEmpty && lines.pass() == nil)
    }
}
