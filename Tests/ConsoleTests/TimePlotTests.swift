import Foundation
import Testing

@testable import Console

@Suite("Plots over time")
struct TimePlotTests {
    private let from = Date(timeIntervalSince1970: 1_800_000_000)

    private func plot(_ values: [(minute: Int, value: Double)], unit: TimePlot.Unit = .count(of: "effects")) -> TimePlot
    {
        TimePlot(
            title: "Work <waiting>",
            unit: unit,
            lines: [
                TimePlot.Line(
                    name: "erasure",
                    points: values.map { TimePlot.Point(at: from + Double($0.minute) * 60, value: $0.value) }
                )
            ],
            from: from,
            to: from + 3_600,
            step: 600
        )
    }

    @Test(
        "end their axis at a round number above the highest value",
        arguments: [
            (0.0, true, 4.0), (3, true, 4), (5, true, 5), (17, true, 20), (21, true, 40), (120, true, 200),
            (0.3, false, 0.4), (0, false, 1),
        ]
    )
    func ceiling(value: Double, isWhole: Bool, expected: Double) {
        #expect(abs(TimePlot.ceiling(value, isWhole: isWhole) - expected) < 0.000_001)
    }

    @Test("are drawn with gaps where nothing was measured, and told in words and in a table")
    func drawn() throws {
        let html = plot([(0, 1), (10, 4), (20, 2), (50, 8)]).html(id: "p").text
        let document = try HTMLDocument("<!DOCTYPE html>\n\(html)")
        let path = try #require(document.named("path").first?.attributes["d"])
        #expect(path.filter { $0 == "M" }.count == 2, "a gap of half an hour breaks the line")
        #expect(path.filter { $0 == "L" }.count == 2)
        #expect(path.hasPrefix("M56.0 "))
        let words = try #require(document.named("p").first?.text)
        #expect(words.contains("erasure: now 8, at most 8 at"))
        #expect(document.named("tr").count == 5)
        #expect(document.named("figcaption").first?.text == "Work <waiting>, in effects")
        #expect(document.named("svg").first?.attributes["role"] == "img")
    }

    @Test(
        "count long times in the unit that fits",
        arguments: [(90.0, "seconds"), (3_000, "minutes"), (80_000, "hours"), (900_000, "days")]
    )
    func units(value: Double, name: String) {
        #expect(TimePlot.Unit.seconds.scale(value).name == name)
    }

    @Test("call nothing present that was measured long ago")
    func old() throws {
        let document = try HTMLDocument("<!DOCTYPE html>\n\(plot([(0, 1), (10, 4)]).html(id: "p").text)")
        #expect(document.named("p").first?.text.hasPrefix("erasure: last measured 4 at ") == true)
    }

    @Test("say so where there is nothing, and draw no line")
    func empty() throws {
        let document = try HTMLDocument("<!DOCTYPE html>\n\(plot([]).html(id: "p").text)")
        #expect(document.named("path").first?.attributes["d"] == "")
        #expect(document.named("p").first?.text == "Nothing was measured in this time.")
    }
}
