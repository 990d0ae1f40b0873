import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Incidents, the newest first, page by page.
struct IncidentsPage {
    private static let count = 50

    let isOpenOnly: Bool
    let after: UUID?

    init(_ parameters: (String) -> String?) {
        isOpenOnly = parameters("open") == "1"
        after = parameters("after").flatMap(UUID.init)
    }

    func load(_ reader: ConsoleReader) async throws -> Page {
        var condition: SQL = isOpenOnly ? "i.state = 'open'" : "true"
        if let after { condition = "\(condition) AND i.id < \(after)" }
        let found = try await reader.panel([
            IncidentRow.reading(where: condition, limit: Self.count + 1, newestFirst: true)
        ]) { try $0[0].map(IncidentRow.init) }
        let body: HTML = """
            <form class="filter" method="get" action="/incidents" aria-label="Which incidents">
            \(FilterField.check("Open only", name: "open", isOpenOnly))
            <button type="submit">Show</button>
            </form>
            \(Section.html("The newest first", id: "list", found, list))
            """
        return Page("Incidents", .incidents, reader.now, body)
    }

    private func list(_ incidents: [IncidentRow]) -> HTML {
        let table = IncidentTable.html(
            Array(incidents.prefix(Self.count)),
            caption: isOpenOnly ? "Incidents that are not closed" : "Incidents",
            empty: "No incident is on record."
        )
        guard incidents.count > Self.count else { return table }
        let query = QueryText.query([
            ("open", isOpenOnly ? "1" : nil), ("after", incidents[Self.count - 1].id.lowercaseText),
        ])
        return "\(table)<p class=\"more\"><a href=\"/incidents\(query)\" rel=\"next\">The next \(Self.count)</a></p>"
    }
}
