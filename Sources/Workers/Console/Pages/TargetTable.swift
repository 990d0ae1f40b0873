import FoundationEssentials
import Ledger

/// Targets in short.
enum TargetTable {
    static func html(_ targets: [TargetRow], caption: String, empty: String) -> HTML {
        var table = Table(
            caption,
            .words("Target"),
            .words("State"),
            .words("Since, UTC"),
            .words("Cause"),
            .words("Next try, UTC"),
            .number("Waiting"),
            empty: empty
        )
        for target in targets {
            table.add(
                link(target.id),
                Badge.target(target.state),
                Moment.html(target.since),
                .words(target.shownCause),
                Moment.html(target.nextTry),
                .number(target.waiting)
            )
        }
        return table.html
    }

    /// Ids hold slashes and colons, so they travel as a parameter.
    static func link(_ id: String) -> HTML { "<a href=\"/target?id=\(QueryText.encoded(id))\">\(id)</a>" }
}

extension TargetRow {
    /// Why it takes no calls, but for what a person wrote when pausing it.
    var shownCause: String? { state == "paused" ? "see habeas status" : cause }
}
