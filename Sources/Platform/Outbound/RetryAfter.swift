public import FoundationEssentials

/// When a peer wants to be asked again: the header `Retry-After` of RFC 9110.
public enum RetryAfter: Hashable, Sendable {
    case delay(Duration)
    case date(Date)

    /// Reads seconds or any of the three forms of an HTTP date; nil for everything else.
    ///
    /// - Parameter now: decides the century of the obsolete form with a year of two digits.
    public init?(_ text: String, now: Date = Date()) {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // More digits than fit are a delay all the same. A hundred years are enough.
            self = .delay(.seconds(min(Int(text) ?? .max, 3_155_760_000)))
        } else if let date = Self.date(text, now: now) {
            self = .date(date)
        } else {
            return nil
        }
    }

    /// How long to wait from `now` on; never negative.
    public func delay(from now: Date) -> Duration {
        switch self {
        case .delay(let delay): delay
        case .date(let date): max(.zero, .milliseconds(Int64(date.timeIntervalSince(now) * 1000)))
        }
    }

    private static func date(_ text: String, now: Date) -> Date? {
        let words = text.split(separator: " ").map(String.init)
        if words.count == 6, words[5] == "GMT", words[0].hasSuffix(",") {
            // Sun, 06 Nov 1994 08:49:37 GMT
            return moment(year: Int(words[3]), month: words[2], day: words[1], clock: words[4])
        }
        if words.count == 5, CivilTime.weekdays.contains(words[0]) {
            // Sun Nov  6 08:49:37 1994
            return moment(year: Int(words[4]), month: words[1], day: words[2], clock: words[3])
        }
        let parts = words.count == 4 ? words[1].split(separator: "-").map(String.init) : []
        guard parts.count == 3, words[3] == "GMT", words[0].hasSuffix(","), let short = Int(parts[2]),
            (0...99).contains(short)
        else { return nil }
        // Sunday, 06-Nov-94 08:49:37 GMT: a year that seems more than fifty ahead is one of the past.
        let thisYear = CivilTime(now).year
        let year = thisYear / 100 * 100 + short
        return moment(year: year > thisYear + 50 ? year - 100 : year, month: parts[1], day: parts[0], clock: words[2])
    }

    private static func moment(year: Int?, month: String, day: String, clock: String) -> Date? {
        let clock = clock.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard let year, let month = CivilTime.months.firstIndex(of: month), let day = Int(day), clock.count == 3,
            let hour = clock[0], let minute = clock[1], let second = clock[2]
        else { return nil }
        return CivilTime(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)?.date
    }
}
