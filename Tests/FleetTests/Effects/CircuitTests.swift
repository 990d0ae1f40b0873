import Foundation
import Ledger
import Postgres
import Rights
import Testing

@testable import Fleet

@Suite("A target's circuit")
struct CircuitTests {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)
    static let span: TimeInterval = 45

    static let failure = AttemptVerdict.retry("timeout", blamesTarget: true, mayHaveActed: true)

    /// An effect that was claimed `claimed` seconds after the beginning, whose call ended at `ended`.
    func attempt(_ verdict: AttemptVerdict, claimed: TimeInterval = 0, ended: TimeInterval) -> EffectAttempt {
        let effect = EffectRecord(
            PlannedEffect(
                .clientReferral,
                of: .referral,
                to: "t",
                case: UUID(),
                clientID: nil,
                attemptsAllowed: 5,
                at: Self.now
            ),
            at: Self.now
        )
        let start = Self.now.addingTimeInterval(claimed)
        let lease = EffectLease(effect, startAt: start, until: start.addingTimeInterval(Self.span))
        return EffectAttempt(
            lease,
            verdict,
            startedAt: start,
            endedAt: Self.now.addingTimeInterval(ended),
            worker: "w"
        )
    }

    /// One whose circuit has been opened `times` times in a row, the last time at `at`.
    func opened(_ times: Int = 1, at: TimeInterval = 0) -> TargetRecord {
        var target = TargetRecord(id: "t", inFlight: 10)
        for _ in 0..<TargetRecord.failuresThatOpen {
            target.record(attempt(Self.failure, ended: at), domainNow: Self.now, random: 1)
        }
        for _ in 1..<times {
            probe(&target, Self.failure)
        }
        return target
    }

    /// Waits until the circuit may be tried, claims the probe and lets it end so.
    func probe(_ target: inout TargetRecord, _ verdict: AttemptVerdict, after seconds: TimeInterval = 1) {
        guard let until = target.circuitUntil else { return }
        target.live = 0
        var admission = TargetAdmission(target, at: until)
        guard case .admitted = admission.admit(for: .seconds(Self.span)) else {
            Issue.record("no probe was let through")
            return
        }
        target = admission.target
        let claimed = until.timeIntervalSince(Self.now)
        target.record(
            attempt(verdict, claimed: claimed, ended: claimed + seconds),
            domainNow: Self.now,
            random: 1
        )
    }

    @Test("opens after five failures of the target in a row, not after four, nor where an answer lies between")
    func opens() {
        var target = TargetRecord(id: "t")
        for _ in 0..<4 { target.record(attempt(Self.failure, ended: 1), domainNow: Self.now, random: 0.5) }
        #expect(target.circuit == .closed && target.failures == 4)
        target.record(attempt(.refused("http_422", status: 422), ended: 2), domainNow: Self.now, random: 0.5)
        #expect(target.failures == 0)
        for _ in 0..<5 { target.record(attempt(Self.failure, ended: 3), domainNow: Self.now, random: 0.5) }
        #expect(target.circuit == .open && target.openings == 1 && target.lastCause == "timeout")
        #expect(target.circuitSince == Self.now.addingTimeInterval(3))
    }

    @Test("is not opened by what blames the effect, however often")
    func blameless() {
        var target = TargetRecord(id: "t")
        for _ in 0..<50 {
            let verdict = AttemptVerdict.retry("http_409", status: 409, blamesTarget: false)
            target.record(attempt(verdict, ended: 1), domainNow: Self.now, random: 0.5)
        }
        #expect(target.circuit == .closed && target.failures == 0)
    }

    @Test("lets one probe through, closes on its answer and forgets how often it was open")
    func closes() {
        var target = opened(4)
        #expect(target.openings == 4)
        probe(&target, .refused("http_400", status: 400))
        #expect(target.circuit == .closed && target.openings == 0 && target.failures == 0)
        #expect(target.circuitUntil == nil && target.circuitSince == nil)
    }

    @Test("knows since when its target fails, however often it was tried since")
    func since() {
        let first = opened(1, at: 60)
        #expect(first.circuitSince == Self.now.addingTimeInterval(60))
        var target = first
        for _ in 0..<4 { probe(&target, Self.failure) }
        #expect(target.circuit == .open && target.openings == 5 && target.circuitSince == first.circuitSince)
    }

    @Test("stays open longer each time, up to its cap, the jitter inside")
    func longer() {
        var last: TimeInterval = 0
        for times in 1...12 {
            var target = opened(times)
            let ended = target.circuitUntil.map { $0.timeIntervalSince(Self.now) } ?? 0
            var previous = opened(times)
            probe(&target, Self.failure)
            let pause = (target.circuitUntil?.timeIntervalSince(Self.now) ?? 0) - ended - 1
            #expect(pause > last || pause == 600)
            #expect(pause <= 600)
            last = pause
            // The other end of the jitter.
            previous.openings = times
            for random in [0, 0.3, 1] {
                let other = TargetRecord.opening.pause(after: times, random: random) / .seconds(1)
                #expect(other <= 600 && other >= min(600, 5 * pow(2, Double(times - 1))) / 2)
            }
        }
        #expect(last == 600)
    }

    @Test("is not changed by late failures of calls that began before it opened: open, probing or closed again")
    func lateFailures() {
        let open = opened()
        var target = open
        target.record(attempt(Self.failure, claimed: -3, ended: 2), domainNow: Self.now, random: 1)
        #expect(target == open)

        var admission = TargetAdmission(open, at: open.circuitUntil ?? Self.now)
        _ = admission.admit(for: .seconds(Self.span))
        let probing = admission.target
        #expect(probing.circuit == .probing)
        target = probing
        target.record(attempt(Self.failure, claimed: -3, ended: 6), domainNow: Self.now, random: 1)
        #expect(target == probing)
        // An answer to an old call that did what it should says that the peer is there.
        target.record(attempt(.done(), claimed: -3, ended: 7), domainNow: Self.now, random: 1)
        #expect(target.circuit == .closed)
        // One late failure is one failure.
        target.record(attempt(Self.failure, claimed: -3, ended: 8), domainNow: Self.now, random: 1)
        #expect(target.circuit == .closed && target.failures == 1)
    }

    @Test("is not opened or closed by an attempt that never began; a probe that never began makes way for another")
    func notBegun() {
        let never = AttemptVerdict.retry(AttemptVerdict.notBegun, blamesTarget: false)
        var target = TargetRecord(id: "t")
        for _ in 0..<3 { target.record(attempt(Self.failure, ended: 1), domainNow: Self.now, random: 1) }
        let before = target
        target.record(attempt(never, ended: 2), domainNow: Self.now, random: 1)
        #expect(target == before)

        target = opened()
        probe(&target, never)
        #expect(target.circuit == .open && target.openings == 1)
        probe(&target, .done())
        #expect(target.circuit == .closed)
    }

    @Test("obeys Retry-After whatever the verdict, and never shortens an earlier word")
    func quiet() {
        var target = TargetRecord(id: "t")
        target.record(
            attempt(.retry("http_429", status: 429, after: .seconds(90), blamesTarget: false), ended: 10),
            domainNow: Self.now,
            random: 0
        )
        #expect(target.quietUntil == Self.now.addingTimeInterval(100))
        target.record(
            attempt(.retry("http_503", status: 503, after: .seconds(5), blamesTarget: true), ended: 20),
            domainNow: Self.now,
            random: 0
        )
        #expect(target.quietUntil == Self.now.addingTimeInterval(100))
    }

    @Test("a target that wants nothing more is disabled at the time of people, once")
    func gone() {
        var target = opened()
        let first = Self.now.addingTimeInterval(1_000_000)
        probe(&target, .gone("http_410", status: 410))
        #expect(target.disabledAt == Self.now && target.disabledCause == "http_410" && target.circuit == .closed)
        target.record(attempt(.gone("http_410", status: 410), ended: 30), domainNow: first, random: 0)
        #expect(target.disabledAt == Self.now)
    }
}
