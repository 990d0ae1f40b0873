import Testing

@testable import Fleet

@Suite("When an effect that failed is tried again")
struct RetryScheduleTests {
    static let schedules = [
        RetrySchedule(), RetrySchedule(first: .milliseconds(10), cap: .seconds(1)),
        RetrySchedule(first: .seconds(900), cap: .seconds(14_400)),
        RetrySchedule(first: .seconds(60), cap: .seconds(30)),
    ]

    @Test(
        "never beyond the cap unless the peer asks, never before half its span, never earlier than asked",
        arguments: schedules
    )
    func bounds(_ schedule: RetrySchedule) {
        for _ in 0..<5_000 {
            let attempts = Int.random(in: 0...200)
            let random = Double.random(in: 0...1)
            let pause = schedule.pause(after: attempts, random: random)
            #expect(pause > .zero && pause <= schedule.cap)
            #expect(pause >= min(schedule.first, schedule.cap) / 2)
            let asked = Duration.milliseconds(Int.random(in: 0...100_000_000))
            let obeyed = schedule.pause(after: attempts, asked: asked, random: random)
            #expect(obeyed >= asked && obeyed == max(asked, pause))
        }
    }

    @Test("later each time, until it comes to the cap", arguments: schedules)
    func growth(_ schedule: RetrySchedule) {
        for random in [0, 0.5, 1] {
            let pauses = (1...64).map { schedule.pause(after: $0, random: random) }
            for (earlier, later) in zip(pauses, pauses.dropFirst()) { #expect(later >= earlier) }
            #expect(pauses.last == schedule.cap * (0.5 + 0.5 * random))
        }
    }

    @Test("five seconds at first and an hour at last, where nothing else is said")
    func plain() {
        #expect(RetrySchedule().pause(after: 1, random: 1) == .seconds(5))
        #expect(RetrySchedule().pause(after: 4, random: 1) == .seconds(40))
        #expect(RetrySchedule().pause(after: 40, random: 1) == .seconds(3_600))
    }
}
