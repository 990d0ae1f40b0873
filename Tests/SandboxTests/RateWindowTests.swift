import Testing

@testable import Sandbox

struct RateWindowTests {
    @Test(
        "The most in a sliding second is that of the fullest one, wherever it begins",
        arguments: [
            (times: [], most: 0, at: nil),
            (times: [5], most: 1, at: 5),
            // A full second apart: never in one window.
            (times: [0, 1_000_000], most: 1, at: 0),
            (times: [0, 999_999], most: 2, at: 0),
            (times: [0, 600_000, 900_000, 1_100_000, 1_599_999, 1_600_000], most: 4, at: 600_000),
            // The same microsecond.
            (times: [7, 7, 7, 1_000_007], most: 3, at: 7),
            // Seconds of the clock do not matter.
            (times: [900_000, 950_000, 1_850_000, 1_900_001, 1_940_000], most: 4, at: 950_000),
        ] as [(times: [Int], most: Int, at: Int?)]
    )
    func sequences(times: [Int], most: Int, at: Int?) {
        var window = RateWindow()
        for time in times { window.count(time) }
        #expect(window.most == most)
        #expect(window.mostAt == at)
    }

    @Test("It agrees with counting every window by hand", arguments: 1...20 as ClosedRange<UInt64>)
    func byHand(seed: UInt64) {
        var chance = SplitMix(seed: seed)
        var time = 0
        var times: [Int] = []
        for _ in 0..<400 {
            time += Int.random(in: 0...Int.random(in: 1...200_000, using: &chance), using: &chance)
            times.append(time)
        }
        var window = RateWindow()
        for time in times { window.count(time) }
        let byHand = times.map { start in times.filter { (start..<(start + RateWindow.span)).contains($0) }.count }
            .max()
        #expect(window.most == byHand)
    }

    @Test("A second above the limit counts as the limit, and keeps no more")
    func limit() {
        var window = RateWindow(limit: 10)
        for time in 0..<1_000 { window.count(time) }
        #expect(window.most == 10)
    }

    @Test("Forgetting begins anew")
    func forgetting() {
        var window = RateWindow()
        window.count(1)
        window.count(2)
        window.forget()
        #expect(window.most == 0)
        window.count(3)
        #expect(window.most == 1)
    }
}
