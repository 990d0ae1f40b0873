import FoundationEssentials
import Rights

/// A point in time on a page: to the minute in UTC for people, exact for machines.
enum Moment {
    static func html(_ date: Date?) -> HTML {
        guard let date else { return "–" }
        let exact = EventTime.text(Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down)))
        return "<time datetime=\"\(exact)\">\(minute(exact))</time>"
    }

    /// `14:05`
    static func hour(_ date: Date) -> String {
        String(EventTime.text(date).dropFirst("2026-03-01T".count).prefix(5))
    }

    /// `03-01`, for axes of many days.
    static func day(_ date: Date) -> String { String(EventTime.text(date).dropFirst("2026-".count).prefix(5)) }

    private static func minute(_ exact: String) -> String {
        "\(exact.prefix(10)) \(exact.dropFirst(11).prefix(5))"
    }
}
