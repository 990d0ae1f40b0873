import FoundationEssentials
import Rights
import Testing

@Suite("Times on the wire")
struct EventTimeTests {
    @Test(
        "RFC 3339 texts name the moment they say",
        arguments: [
            ("1970-01-01T00:00:00Z", 0.0), ("2026-03-01T09:30:00Z", 1_772_357_400),
            ("2026-03-01T10:30:00+01:00", 1_772_357_400),
            ("2026-02-28T23:30:00-10:00", 1_772_357_400), ("2026-03-01t09:30:00z", 1_772_357_400),
            ("2024-02-29T00:00:00Z", 1_709_164_800), ("1969-12-31T23:59:59Z", -1),
            ("2026-03-01T09:30:00.250Z", 1_772_357_400.25),
            ("2026-03-01T09:30:00.123456789Z", 1_772_357_400.123456), ("2016-12-31T23:59:60Z", 1_483_228_799.999999),
        ]
    )
    func parses(_ text: String, _ seconds: Double) {
        #expect(
            EventTime.parse(text)?.timeIntervalSince1970 == Date(timeIntervalSince1970: seconds).timeIntervalSince1970
        )
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "Z", "2026-03-01", "2026-03-01T09:30Z", "2026-03-01T09:30:00", "2026-03-01 09:30:00Z",
            "2023-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T09:60:00Z",
            "2026-03-01T09:30:61Z",
            "2026-03-01T09:30:00.Z", "2026-03-01T09:30:00+0100", "2026-03-01T09:30:00+01", "2026-03-01T09:30:00+24:00",
            "2026-03-01T09:30:00ZZ", "+2026-03-01T09:30:00Z", "0000-03-01T09:30:00Z", "2026-03-0\u{661}T09:30:00Z",
        ]
    )
    func refuses(_ text: String) {
        #expect(EventTime.parse(text) == nil)
    }

    @Test("What is written reads back, to the microsecond")
    func roundTrip() {
        var random = SplitMix(state: 11)
        for _ in 0..<2_000 {
            let micros = Int.random(in: -1_000_000_000_000_000...4_000_000_000_000_000, using: &random)
            let time = Date(timeIntervalSince1970: Double(micros) / 1_000_000)
            let text = EventTime.text(time)
            #expect(EventTime.text(EventTime.parse(text) ?? .distantPast) == text)
            #expect(abs((EventTime.parse(text) ?? .distantPast).timeIntervalSince(time)) < 0.000_001)
        }
    }

    @Test(
        "Countries: listed codes and subdivisions by form",
        arguments: [("de", "DE"), ("US-CA", "US-CA"), ("gb-sct", "GB-SCT"), ("XK", "XK")]
    )
    func countries(_ text: String, _ code: String) {
        #expect(Country.normalise(text) == code)
    }

    @Test("Language tags, with the underscore programmers write")
    func locales() {
        #expect(Locales.normalise("de_DE") == "de-DE")
        #expect(Locales.normalise("zh-Hant-TW") == "zh-Hant-TW")
        #expect(Locales.normalise("x") == nil)
        #expect(Locales.normalise("de-") == nil)
    }
}
