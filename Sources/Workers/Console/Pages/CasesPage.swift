import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Cases, the newest first, page by page.
struct CasesPage {
    /// On one page.
    private static let count = 50

    let filter: CaseRow.Filter
    let after: UUID?

    /// - Parameter parameters: of the address; what is no word of its list is as if it were not there.
    init(_ parameters: (String) -> String?) {
        var filter = CaseRow.Filter()
        filter.state = parameters("state").flatMap(CaseState.init).map(\.rawValue)
        filter.right = parameters("right").flatMap(Right.init).map(\.rawValue)
        filter.lane = parameters("lane").flatMap(Lane.init).map(\.rawValue)
        filter.client = parameters("client").flatMap { $0.wholeMatch(of: /[a-z0-9-]{1,63}/) == nil ? nil : $0 }
        filter.isOverdue = parameters("overdue") == "1"
        self.filter = filter
        after = parameters("after").flatMap(UUID.init)
    }

    func load(_ reader: ConsoleReader) async throws -> Page {
        let found = try await reader.panel([CaseRow.page(filter, after: after, count: Self.count + 1)]) { results in
            try results[0].map(CaseRow.init)
        }
        let body: HTML = """
            \(form)
            \(Section.html("The newest first", id: "list", found) { list($0, now: reader.now.at) })
            """
        return Page("Cases", .cases, reader.now, body)
    }

    private func list(_ rows: [CaseRow], now: Date) -> HTML {
        var table = Table(
            filter.isOverdue ? "Cases of which a clock has run out" : "Cases",
            .words("Case"),
            .words("State"),
            .words("Client"),
            .words("Right"),
            .words("Lane"),
            .words("Next deadline, UTC"),
            .words("Article or clause"),
            .number("Age"),
            empty: "No case matches."
        )
        for row in rows.prefix(Self.count) {
            let id = row.id.lowercaseText
            let isLate = row.dueAt.map { $0 < now } ?? false
            let due: HTML = row.dueAt == nil ? "–" : "\(Moment.html(row.dueAt))\(isLate ? " " : "")"
            let late: HTML = isLate ? Badge.html("overdue", .bad) : ""
            table.add(
                "<a href=\"/cases/\(id)\"><code>\(id)</code></a>",
                Badge.state(row.state),
                .words(row.client),
                .words(row.right?.replacing("_", with: " ") ?? row.kind.replacing("_", with: " ")),
                "\(row.lane)",
                "\(due)\(late)",
                .words(row.source),
                "\(TimeSpan.words(max(0, Int(now.timeIntervalSince(row.receivedAt)))))"
            )
        }
        let more: HTML =
            rows.count > Self.count
            ? "<p class=\"more\"><a href=\"\(address(after: rows[Self.count - 1].id))\" rel=\"next\">The next \(Self.count)</a></p>"
            : ""
        let first: HTML =
            after == nil ? "" : "<p class=\"more\"><a href=\"\(address(after: nil))\">Back to the newest</a></p>"
        return "\(table.html)\(more)\(first)"
    }

    private func address(after id: UUID?) -> String {
        "/cases"
            + QueryText.query([
                ("state", filter.state), ("client", filter.client), ("right", filter.right), ("lane", filter.lane),
                ("overdue", filter.isOverdue ? "1" : nil), ("after", id?.lowercaseText),
            ])
    }

    private var form: HTML {
        """
        <form class="filter" method="get" action="/cases" aria-label="Which cases">
        \(FilterField.choice("State", name: "state", of: CaseState.allCases.map(\.rawValue), chosen: filter.state))
        \(FilterField.choice("Right", name: "right", of: Right.allCases.map(\.rawValue), chosen: filter.right))
        \(FilterField.choice("Lane", name: "lane", of: Lane.allCases.map(\.rawValue), chosen: filter.lane))
        \(FilterField.text("Client", name: "client", filter.client))
        \(FilterField.check("Overdue only", name: "overdue", filter.isOverdue))
        <button type="submit">Show</button>
        </form>
        """
    }
}
