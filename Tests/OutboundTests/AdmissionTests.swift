import Testing

@testable import Outbound

struct AdmissionTests {
    /// A reference: what an expectation is given cannot be changed within it.
    private final class Gate {
        private var admission: Admission
        var inFlight: Int { admission.inFlight }
        var waiting: Int { admission.waiting }
        var alarm: ContinuousClock.Instant? { admission.alarm }

        init(inFlightLimit: Int, waitingLimit: Int) {
            admission = Admission(inFlightLimit: inFlightLimit, waitingLimit: waitingLimit)
        }

        func admit(_ call: Int, until deadline: ContinuousClock.Instant) -> Admission.Answer {
            admission.admit(call, until: deadline)
        }
        func end() -> Int? { admission.end() }
        func withdraw(_ call: Int) -> Bool { admission.withdraw(call) }
        func expire(at now: ContinuousClock.Instant) -> [Int] { admission.expire(at: now) }
    }

    private let now = ContinuousClock.now

    @Test("So many start, so many wait, the next is refused")
    func bounds() {
        let admission = Gate(inFlightLimit: 2, waitingLimit: 1)
        #expect((1...4).map { admission.admit($0, until: now) } == [.start, .start, .wait, .refuse])
        #expect(admission.inFlight == 2)
        #expect(admission.waiting == 1)
    }

    @Test("A place that becomes free goes to who waits longest")
    func order() {
        let admission = Gate(inFlightLimit: 1, waitingLimit: 9)
        for call in 1...4 { _ = admission.admit(call, until: now) }
        #expect(admission.end() == 2)
        #expect(admission.withdraw(3))
        #expect(!admission.withdraw(3))
        #expect(admission.end() == 4)
        #expect(admission.end() == nil)
        #expect(admission.inFlight == 0)
        #expect(admission.admit(5, until: now) == .start)
    }

    @Test("Who waits in vain is told when the time is over")
    func expiry() {
        let admission = Gate(inFlightLimit: 1, waitingLimit: 9)
        _ = admission.admit(1, until: now)
        for call in 2...4 { _ = admission.admit(call, until: now + .seconds(call)) }
        #expect(admission.alarm == now + .seconds(2))
        #expect(admission.expire(at: now) == [])
        #expect(admission.expire(at: now + .seconds(3)) == [2, 3])
        #expect(admission.alarm == now + .seconds(4))
        #expect(admission.end() == 4)
        #expect(admission.expire(at: now + .seconds(9)) == [])
        #expect(admission.alarm == nil)
    }

    @Test("Many that give up leave nothing behind")
    func withdrawals() {
        let admission = Gate(inFlightLimit: 1, waitingLimit: 100_000)
        _ = admission.admit(0, until: now)
        for call in 1...50_000 { _ = admission.admit(call, until: now) }
        for call in 1..<50_000 { _ = admission.withdraw(call) }
        #expect(admission.waiting == 1)
        #expect(admission.end() == 50_000)
    }
}
