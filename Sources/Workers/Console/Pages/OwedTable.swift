import FoundationEssentials
import Ledger
import Rights

/// Clocks that somebody has to answer for.
enum OwedTable {
    static func html(_ clocks: [OwedClock], caption: String, empty: String) -> HTML {
        var table = Table(
            caption,
            .words("Due, UTC"),
            .number("Left"),
            .words("Clock"),
            .words("State"),
            .words("Article or clause"),
            .words("Client"),
            .words("Subject"),
            .words("Note"),
            empty: empty
        )
        for clock in clocks {
            let notes = [
                clock.isProvisional ? "provisional" : nil, clock.isUnverified ? "rule unverified" : nil,
                clock.waitsFor.map { "waits for \($0.replacing("_", with: " "))" },
            ].compactMap { $0 }
            // What has no state of a case is a parked message, an incident or a review.
            let id = clock.subject.lowercaseText
            let subject: HTML =
                clock.caseState != nil
                ? "<a href=\"/cases/\(id)\"><code>\(id)</code></a>" : "<code>\(id)</code>"
            table.add(
                Moment.html(clock.dueAt),
                "\(TimeSpan.words(Int(clock.secondsLeft)))",
                "\(clock.clock.replacing("_", with: " "))",
                Badge.clock(clock.state, secondsLeft: clock.secondsLeft),
                "\(clock.source)",
                .words(clock.client),
                subject,
                .words(notes.joined(separator: ", "))
            )
        }
        return table.html
    }
}
