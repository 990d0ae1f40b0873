import Foundation
import Outbound
import Testing

struct RetryAfterTests {
    private let now = Date(timeIntervalSince1970: 1_795_384_643)  // Sun, 22 Nov 2026 21:57:23 GMT

    @Test(
        "Seconds and the three forms of a date are read",
        arguments: [
            ("0", 0), ("120", 120), ("99999999999999999999", 3_155_760_000),
            ("Sun, 22 Nov 2026 21:58:23 GMT", 60), ("Sunday, 22-Nov-26 21:58:23 GMT", 60),
            ("Sun Nov 22 21:58:23 2026", 60), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 0), ("Sun Nov  6 08:49:37 1994", 0),
            ("Tue, 29 Feb 2028 00:00:00 GMT", 40_010_557), ("Wed, 31 Dec 2036 23:59:60 GMT", 318_996_157),
        ]
    )
    func readable(text: String, seconds: Int) throws {
        #expect(try #require(RetryAfter(text, now: now)).delay(from: now) == .seconds(seconds))
    }

    @Test(
        "Anything else is none",
        arguments: [
            "", "-1", "1.5", "soon", " 5", "٣", "Sun, 30 Feb 2026 00:00:00 GMT", "Sun, 22 Nov 2026 24:00:00 GMT",
            "Sun, 22 Nov 2026 21:58:23 CET", "Sun, 22 Nov 2026 21:58 GMT", "Mon, 29 Feb 2027 00:00:00 GMT",
            "2026-11-22T21:58:23Z", "Sun, 22 Foo 2026 21:58:23 GMT", "Sun, 22 Nov 0 21:58:23 GMT",
        ]
    )
    func unreadable(text: String) {
        #expect(RetryAfter(text, now: now) == nil)
    }
}
