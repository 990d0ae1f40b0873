import FoundationEssentials
import Ledger
import Postgres

/// Clocks by urgency, with article and remaining time.
struct DeadlinesPage {
    private static let windows = [1, 3, 7, 30, 90]
    private static let most = 200

    let days: Int
    let client: String?

    init(_ parameters: (String) -> String?) {
        days = parameters("within").flatMap { Int($0) }.flatMap { Self.windows.contains($0) ? $0 : nil } ?? 7
        client = parameters("client").flatMap { $0.wholeMatch(of: /[a-z0-9-]{1,63}/) == nil ? nil : $0 }
    }

    func load(_ reader: ConsoleReader) async throws -> Page {
        let condition: SQL = client.map { "d.client_id = \($0)" } ?? "true"
        let counts = try await reader.panel([OwedClock.counts]) { try $0[0].only.decode(Int.self, Int.self) }
        let owed = try await reader.panel([
            OwedClock.within(.seconds(days * 86_400), where: condition, limit: Self.most + 1)
        ]) { try $0[0].map(OwedClock.init) }
        let body: HTML = """
            \(Section.html("In all", id: "counts", counts) { Tile.list([
                Tile("Overdue", "\($0.0)", "missed and still owed", $0.0 > 0 ? .bad : .good, link: "#owed"),
                Tile("At risk", "\($0.1)", "due within a day", $0.1 > 0 ? .warning : .good, link: "#owed"),
            ]) })
            <form class="filter" method="get" action="/deadlines" aria-label="Which deadlines">
            \(FilterField.choice("Days ahead", name: "within", of: Self.windows.map { "\($0)" }, chosen: "\(days)"))
            \(FilterField.text("Client", name: "client", client))
            <button type="submit">Show</button>
            </form>
            \(Section.html("By urgency", id: "owed", owed) { owed in
                let more: HTML = owed.count > Self.most ? "<p class=\"hint\">Only the first \(Self.most); narrow it by client, or use <code>habeas deadlines</code>.</p>" : ""
                return "\(OwedTable.html(Array(owed.prefix(Self.most)), caption: "Open and missed clocks that end within \(days) days", empty: "Nothing is owed in this time."))\(more)"
            })
            """
        return Page("Deadlines", .deadlines, reader.now, body)
    }
}
