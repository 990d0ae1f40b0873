import FoundationEssentials
import Ledger
import Postgres

/// What was set aside, by reason: messages that were refused, effects that came to no end.
struct ParkedPage {
    private static let most = 200

    static func load(_ reader: ConsoleReader) async throws -> Page {
        let messages = try await reader.panel([ParkedGroup.reading(where: "p.state = 'open'", limit: most)]) {
            try $0[0].map(ParkedGroup.init)
        }
        let effects = try await reader.panel([
            """
            SELECT target_id, kind, coalesce(cause, 'unknown'), count(*)::int8, min(ended_at), max(ended_at) FROM habeas.effect
             WHERE state = 'parked' GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT \(most)
            """
        ]) { try $0[0].decode(String.self, String.self, String.self, Int.self, Date.self, Date.self) }
        let body: HTML = """
            \(Section.html("Messages", id: "messages", messages, groups))
            \(Section.html("Effects", id: "effects", effects, groups))
            """
        return Page("Parked", .parked, reader.now, body)
    }

    private static func groups(_ groups: [ParkedGroup]) -> HTML {
        var table = Table(
            "Parked messages by reason; see habeas parked list",
            .words("Fault"),
            .words("Field"),
            .number("Messages"),
            .words("Oldest, UTC"),
            .words("Newest, UTC"),
            .words("Remedy"),
            empty: "No message is parked."
        )
        for group in groups {
            table.add(
                "\(group.fault.replacing("_", with: " "))",
                "<code>\(group.field)</code>",
                .number(group.count),
                Moment.html(group.oldestAt),
                Moment.html(group.newestAt),
                "\(group.remedy)"
            )
        }
        return table.html
    }

    private static func groups(_ groups: [(String, String, String, Int, Date, Date)]) -> HTML {
        var table = Table(
            "Parked effects by target and cause; see habeas effects list --state parked",
            .words("Target"),
            .words("Effect"),
            .words("Cause"),
            .number("Effects"),
            .words("Oldest, UTC"),
            .words("Newest, UTC"),
            empty: "No effect is parked."
        )
        for (target, kind, cause, count, oldest, newest) in groups {
            table.add(
                TargetTable.link(target),
                "\(kind)",
                "\(cause)",
                .number(count),
                Moment.html(oldest),
                Moment.html(newest)
            )
        }
        return table.html
    }
}
