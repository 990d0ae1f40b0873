import Foundation
import Ledger
import Testing

@testable import Fleet

@Suite("Whether and when a call to a target may begin")
struct TargetAdmissionTests {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)
    static let span = Duration.seconds(45)

    static func after(_ seconds: TimeInterval) -> Date { now.addingTimeInterval(seconds) }

    func admission(_ target: TargetRecord) -> TargetAdmission { TargetAdmission(target, at: Self.now) }

    @Test("at once, as long as slots are free; then never")
    func slots() {
        var admission = admission(TargetRecord(id: "t", inFlight: 3, live: 1))
        #expect(admission.admit(for: Self.span) == .admitted(startAt: Self.now))
        #expect(admission.admit(for: Self.span) == .admitted(startAt: Self.now))
        #expect(admission.admit(for: Self.span) == .putBack(notBefore: Self.now))
        #expect(admission.target.live == 3)
    }

    @Test("not while it is paused or disabled, whatever else it says")
    func rests() {
        var disabled = TargetRecord(id: "t")
        disabled.disabledAt = Self.now
        for target in [TargetRecord(id: "t", isPaused: true), disabled] {
            var admission = admission(target)
            #expect(admission.admit(for: Self.span) == .putBack(notBefore: Self.after(TargetAdmission.rest)))
            #expect(admission.target == target)
        }
    }

    @Test("not while it asked for quiet, and again from the very end of it")
    func quiet() {
        var target = TargetRecord(id: "t")
        target.quietUntil = Self.after(7)
        var early = TargetAdmission(target, at: Self.now)
        #expect(early.admit(for: Self.span) == .putBack(notBefore: Self.after(7)))
        var late = TargetAdmission(target, at: Self.after(7))
        #expect(late.admit(for: Self.span) == .admitted(startAt: Self.after(7)))
    }

    @Test("not while its circuit is open, then once to see, and nothing beside the probe until its lease is over")
    func circuit() {
        var target = TargetRecord(id: "t")
        target.circuit = .open
        target.circuitUntil = Self.after(5)
        var closed = TargetAdmission(target, at: Self.after(4.9))
        #expect(closed.admit(for: Self.span) == .putBack(notBefore: Self.after(5)))
        var probing = TargetAdmission(target, at: Self.after(5))
        #expect(probing.admit(for: Self.span) == .admitted(startAt: Self.after(5)))
        #expect(probing.target.circuit == .probing)
        #expect(probing.admit(for: Self.span) == .putBack(notBefore: Self.after(50)))
        // The worker that had the probe has died.
        var next = TargetAdmission(probing.target, at: Self.after(50))
        #expect(next.admit(for: Self.span) == .admitted(startAt: Self.after(50)))
        #expect(next.target.circuitUntil == Self.after(95))
    }

    @Test("a little further apart than the rate asks, as far as the horizon, and not beyond")
    func spacing() {
        var admission = admission(TargetRecord(id: "t", inFlight: 100, perSecond: 4))
        var starts: [Date] = []
        while case .admitted(let start) = admission.admit(for: Self.span) { starts.append(start) }
        // A slot every 262.5 ms over two seconds.
        #expect(starts.count == 8)
        for (before, after) in zip(starts, starts.dropFirst()) {
            #expect(after.timeIntervalSince(before) >= 1 / 4)
        }
        guard case .putBack(let time) = admission.admit(for: Self.span) else {
            Issue.record("admitted beyond the horizon")
            return
        }
        #expect(time > Self.after(TargetAdmission.horizon) && time == admission.target.nextSlotAt)
        #expect(admission.spacing == .milliseconds(250))
    }

    @Test("after a rest without saved-up slots: a burst is never longer than the rate")
    func noSaving() {
        var target = TargetRecord(id: "t", inFlight: 1_000, perSecond: 10)
        target.nextSlotAt = Self.now.addingTimeInterval(-3_600)
        var admission = admission(target)
        var within = 0
        while case .admitted(let start) = admission.admit(for: Self.span) {
            if start < Self.after(1) { within += 1 }
        }
        #expect(within <= 10)
    }

    @Test(
        "so that no second ever sees more than the limit, over ten thousand arrivals",
        arguments: [0.4, 1, 3, 20, 250]
    )
    func simulated(rate: Double) {
        var random = SystemRandomNumberGenerator()
        var target = TargetRecord(id: "t", inFlight: 1_000_000, perSecond: rate)
        var now = Self.now
        var starts: [TimeInterval] = []
        for _ in 0..<10_000 {
            // Bursts and pauses around the limit, each claim by a worker of its own.
            if Bool.random(using: &random) {
                now += TimeInterval.random(in: 0...(Bool.random(using: &random) ? 4 : 0.2) / rate, using: &random)
            }
            var admission = TargetAdmission(target, at: now)
            if case .admitted(let start) = admission.admit(for: Self.span) {
                #expect(start >= now && start <= now + TargetAdmission.horizon)
                starts.append(start.timeIntervalSince(Self.now))
            }
            target = admission.target
        }
        #expect(starts.count > 1_000)
        var first = 0
        var most = 0
        for last in starts.indices {
            while starts[last] - starts[first] >= 1 { first += 1 }
            most = max(most, last - first + 1)
        }
        #expect(most <= max(1, Int(rate)))
        // And it is used: what comes over the limit all the time gets nearly all of it.
        #expect(Double(starts.count) / max(1, starts[starts.count - 1]) > rate * 0.4)
    }

    @Test(
        "A2: beyond its slots a target is taken ahead for, so much and no more, and not where it has a rate or is in trouble"
    )
    func ahead() {
        let now = Date()
        var admission = TargetAdmission(TargetRecord(id: "crm", inFlight: 2, live: 2), at: now)
        #expect(admission.admit(for: .seconds(30)) == .putBack(notBefore: now))
        #expect((0..<4).map { _ in admission.admit(for: .seconds(30), depth: 2) } == Array(repeating: .ahead, count: 4))
        #expect(admission.admit(for: .seconds(30), depth: 2) == .putBack(notBefore: now))
        #expect(admission.target.live == 2 && admission.target.ahead == 4)
        var rated = TargetAdmission(TargetRecord(id: "crm", inFlight: 2, perSecond: 20, live: 2), at: now)
        #expect(rated.admit(for: .seconds(30), depth: 2) == .putBack(notBefore: now))
    }
}
