import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One incident in numbers and dates: its phases, its clocks, and each client by the state of its notice.
struct IncidentPage {
    private static let count = 100

    let id: UUID
    /// The client that the list of notices begins behind.
    let after: String?

    init(id: UUID, _ parameters: (String) -> String?) {
        self.id = id
        after = parameters("after").flatMap { $0.wholeMatch(of: /[a-z0-9-]{1,63}/) == nil ? nil : $0 }
    }

    /// Nil where there is no such incident.
    func load(_ reader: ConsoleReader) async throws -> Page? {
        let found = try await reader.panel([IncidentRow.reading(where: "i.id = \(id)", limit: 1)]) {
            try $0[0].first.map(IncidentRow.init)
        }
        if case .had(nil) = found { return nil }
        let clocks = try await reader.panel([CaseClock.ofSubject(id)]) { try $0[0].map(CaseClock.init) }
        let facts = try await reader.panel([RecordedFact.ofChain(id, limit: 200)]) { try $0[0].map(RecordedFact.init) }
        let states = try await reader.panel([
            """
            SELECT f.state, count(*)::int8, count(n.told_at)::int8, count(n.acknowledged_at)::int8
              FROM habeas.breach_notice n JOIN habeas.case_file f ON f.id = n.case_id
             WHERE n.incident_id = \(id) GROUP BY 1 ORDER BY 2 DESC, 1
            """
        ]) { try $0[0].decode(String.self, Int.self, Int.self, Int.self) }
        let notices = try await reader.panel([NoticeRow.reading(of: id, after: after, limit: Self.count + 1)]) {
            try $0[0].map(NoticeRow.init)
        }
        let title = found.value?.map { "\($0.publisher)/\($0.reference)" } ?? id.lowercaseText
        let body: HTML = """
            \(Section.html("How it stands", id: "stands", found) { $0.map(Self.summary) ?? "" })
            \(Section.html("Our clocks", id: "clocks", clocks) { Self.clocks($0, now: reader.now.at) })
            \(Section.html("Clients by state", id: "states", states, Self.states))
            \(Section.html("Each client", id: "clients", notices) { self.notices($0, now: reader.now.at) })
            \(Section.html("What was known, and done", id: "facts", facts, Self.facts))
            """
        return Page("Incident \(title)", .incidents, reader.now, body)
    }

    private static func summary(_ incident: IncidentRow) -> HTML {
        Description.html([
            ("State", IncidentTable.state(incident.state)), ("Risk", IncidentTable.risk(incident.risk)),
            ("Phase", .number(incident.phase)), ("Discovered", Moment.html(incident.discoveredAt)),
            ("Aware", Moment.html(incident.awareAt)), ("Received", Moment.html(incident.receivedAt)),
            ("Clients", "\(incident.clients)\(incident.isSpread ? "" : ", being worked out")"),
            ("Wait for an approval", .number(incident.unapproved)), ("Told", .number(incident.told)),
            ("Have read it", .number(incident.acknowledged)), ("Wait for a person", .number(incident.waiting)),
            ("Id", "<code>\(incident.id.lowercaseText)</code>"),
        ])
    }

    private static func clocks(_ clocks: [CaseClock], now: Date) -> HTML {
        var table = Table(
            "Clocks of the incident itself",
            .words("Clock"),
            .words("Due, UTC"),
            .words("State"),
            .words("Article or clause"),
            empty: "No clock of our own runs."
        )
        for clock in clocks {
            table.add(
                "\(clock.clock.replacing("_", with: " "))",
                Moment.html(clock.dueAt),
                Badge.clock(clock.state, secondsLeft: clock.dueAt?.timeIntervalSince(now)),
                "\(clock.source)"
            )
        }
        return table.html
    }

    private static func states(_ states: [(String, Int, Int, Int)]) -> HTML {
        var table = Table(
            "How many clients are in each state",
            .words("State of the notice"),
            .number("Clients"),
            .number("Told"),
            .number("Have read it"),
            empty: "No client is known to be affected."
        )
        for (state, count, told, read) in states {
            table.add(Badge.state(state), .number(count), .number(told), .number(read))
        }
        return table.html
    }

    private func notices(_ notices: [NoticeRow], now: Date) -> HTML {
        var table = Table(
            "Clients by name",
            .words("Client"),
            .number("Notices"),
            .words("Due, UTC"),
            .words("Told, UTC"),
            .words("Read, UTC"),
            .words("Its authority by, UTC"),
            .words("Waits for"),
            .words("Case"),
            empty: "No client is known to be affected."
        )
        for notice in notices.prefix(Self.count) {
            let name = notice.notice.lowercaseText
            let isLate = notice.toldAt == nil && (notice.dueAt.map { $0 < now } ?? false)
            table.add(
                "\(notice.client)",
                .number(notice.number),
                Moment.html(notice.dueAt),
                notice.toldAt == nil
                    ? Badge.html(isLate ? "late: not told" : "not yet", isLate ? .bad : .warning)
                    : Moment.html(notice.toldAt),
                Moment.html(notice.acknowledgedAt),
                notice.authorityDueAt == nil && notice.toldAt == nil ? "not begun" : Moment.html(notice.authorityDueAt),
                .words(notice.task?.replacing("_", with: " ")),
                "<a href=\"/cases/\(name)\"><code>\(name)</code></a>"
            )
        }
        guard notices.count > Self.count else { return table.html }
        let query = QueryText.query([("after", notices[Self.count - 1].client)])
        return
            "\(table.html)<p class=\"more\"><a href=\"/incidents/\(id.lowercaseText)\(query)\" rel=\"next\">The next \(Self.count) clients</a></p>"
    }

    private static func facts(_ facts: [RecordedFact]) -> HTML {
        var table = Table(
            "Facts of its evidence",
            .words("Time, UTC"),
            .words("Fact"),
            .words("By"),
            .words("Note"),
            empty: "Nothing is on record."
        )
        for fact in facts { table.add(Moment.html(fact.at), "\(fact.fact)", .words(fact.actor), .words(fact.note)) }
        return table.html
    }
}
