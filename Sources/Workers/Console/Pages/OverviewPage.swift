import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What somebody wants to know first: what waits, what is late, what fails.
struct OverviewPage {
    struct Work {
        let queue: WorkQueue
        let waiting: Int
        let oldest: Double
    }

    struct Messages {
        let pending: Int
        let oldestSeconds: Double?
        let undelivered: Int
        let unheard: Int
    }

    struct People {
        let reviews: [OpenReviews]
        let parkedMessages: Int
        let parkedEffects: Int
    }

    struct Owed {
        let overdue: Int
        let atRisk: Int
        let next: [OwedClock]
    }

    struct Seen {
        let program: String
        let sessions: Int
    }

    struct History {
        let from: Date
        let to: Date
        let sampledAt: Date?
        let waiting: [(Date, String, Double)]
        let oldest: [(Date, String, Double)]
    }

    private static let step = Duration.seconds(900)

    static func load(_ reader: ConsoleReader) async throws -> Page {
        let queues = WorkQueue.allCases
        let work = try await reader.panel([FigureSample.work(at: queues.map(\.rawValue))]) { results in
            try results[0].decode(String.self, Int.self, Double.self).compactMap { name, waiting, oldest in
                WorkQueue(rawValue: name).map { Work(queue: $0, waiting: waiting, oldest: oldest) }
            }
        }
        let owed = try await reader.panel([OwedClock.counts, OwedClock.within(OwedClock.risk, limit: 8)]) { results in
            let (overdue, atRisk) = try results[0].only.decode(Int.self, Int.self)
            return Owed(overdue: overdue, atRisk: atRisk, next: try results[1].map(OwedClock.init))
        }
        let people = try await reader.panel([
            OpenReviews.reading, "SELECT count(*)::int8 FROM habeas.parked_message WHERE state = 'open'",
            "SELECT count(*)::int8 FROM habeas.effect WHERE state = 'parked'",
        ]) { results in
            People(
                reviews: try results[0].map(OpenReviews.init),
                parkedMessages: try results[1].only.decode(Int.self),
                parkedEffects: try results[2].only.decode(Int.self)
            )
        }
        let messages = try await reader.panel([
            """
            SELECT count(*)::int8, extract(epoch FROM clock_timestamp() - min(created_at))::float8 FROM habeas.outbox_pending
            """,
            """
            SELECT coalesce(sum(cardinality(ids)), 0)::int8 FROM habeas.outbox_settlement WHERE state = 'undelivered'
            """,
            """
            SELECT coalesce(sum(cardinality(ids)) FILTER (WHERE state = 'unheard'), 0)::int8 FROM habeas.outbox_settlement
             WHERE at > now() - interval '24 hours'
            """,
        ]) { results in
            let (pending, oldest) = try results[0].only.decode(Int.self, Double?.self)
            return Messages(
                pending: pending,
                oldestSeconds: oldest,
                undelivered: try results[1].only.decode(Int.self),
                unheard: try results[2].only.decode(Int.self)
            )
        }
        let targets = try await reader.panel([TargetRow.select("\(TargetRow.inTrouble) LIMIT 20")]) { results in
            try results[0].map(TargetRow.init)
        }
        let incidents = try await reader.panel([
            IncidentRow.reading(where: "i.state = 'open'", limit: 10, newestFirst: true)
        ]) { results in try results[0].map(IncidentRow.init) }
        let history = try await history(reader)
        let cases = try await reader.panel([
            "SELECT state, count(*)::int8 FROM habeas.case_file GROUP BY state ORDER BY 2 DESC, 1"
        ]) { results in try results[0].decode(String.self, Int.self) }
        let evidence = try await reader.panel([
            "SELECT count(*)::int8, extract(epoch FROM now() - min(since))::float8 FROM habeas.evidence_unsealed"
        ]) { results in try results[0].only.decode(Int.self, Double?.self) }
        let seen = try await seen(reader)
        let body: HTML = """
            \(tiles(work, owed, people, targets, incidents, messages))
            \(plots(history))
            \(Section.html("Work of each worker", id: "work", work, workTable))
            \(Section.html("Next deadlines", id: "next", owed) { OwedTable.html($0.next, caption: "The most urgent clocks, missed ones first", empty: "Nothing is overdue, and nothing is due within a day.") })
            \(Section.html("Targets in trouble", id: "trouble", targets) { TargetTable.html($0, caption: "Targets that do not take calls as they should", empty: "Every target takes calls.") })
            \(Section.html("Open incidents", id: "open-incidents", incidents) { IncidentTable.html($0, caption: "Incidents that are not closed, the newest first", empty: "No incident is open.") })
            \(Section.html("What waits for a person", id: "people", people, peopleTable))
            \(Section.html("Cases", id: "states", cases, stateTable))
            \(Section.html("Messages and evidence", id: "messages", messages) { messageList($0, evidence) })
            \(Section.html("Workers seen", id: "workers", seen, seenTable))
            """
        return Page("Overview", .overview, reader.now, body)
    }

    private static func history(_ reader: ConsoleReader) async throws -> Panel<History> {
        let day = Duration.seconds(86_400)
        return try await reader.panel([
            "SELECT now() - \(day)::interval, now()", FigureSample.latest,
            FigureSample.history(of: .waiting, over: day, step: step),
            FigureSample.history(of: .oldest, over: day, step: step),
        ]) { results in
            let (from, to) = try results[0].only.decode(Date.self, Date.self)
            return History(
                from: from,
                to: to,
                sampledAt: try results[1].only.decode(0, as: Date?.self),
                waiting: try results[2].decode(Date.self, String.self, Double.self),
                oldest: try results[3].decode(Date.self, String.self, Double.self)
            )
        }
    }

    /// Sessions of the database by the program that opened them: a worker that runs has some.
    private static func seen(_ reader: ConsoleReader) async throws -> Panel<[Seen]> {
        try await reader.panel([
            """
            SELECT application_name, count(*)::int8 FROM pg_stat_activity
             WHERE datname = current_database() AND application_name ~ '^habeas-[a-z]{1,20}$' GROUP BY 1 ORDER BY 1 LIMIT 20
            """
        ]) { results in
            try results[0].decode(String.self, Int.self).map { Seen(program: $0.0, sessions: $0.1) }
        }
    }

    // MARK: Parts

    private static func tiles(
        _ work: Panel<[Work]>,
        _ owed: Panel<Owed>,
        _ people: Panel<People>,
        _ targets: Panel<[TargetRow]>,
        _ incidents: Panel<[IncidentRow]>,
        _ messages: Panel<Messages>
    ) -> HTML {
        func tile<Value>(
            _ name: String,
            _ panel: Panel<Value>,
            link: String,
            _ figure: (Value) -> (value: Int, note: String, tone: Badge.Tone)
        ) -> Tile {
            guard let figure = panel.value.map(figure) else {
                return Tile(name, "?", "could not be had", .warning, link: link)
            }
            return Tile(name, "\(figure.value)", figure.note, figure.tone, link: link)
        }
        let tiles = [
            tile("Overdue", owed, link: "/deadlines") {
                ($0.overdue, "deadlines missed and still owed", $0.overdue > 0 ? .bad : .good)
            },
            tile("At risk", owed, link: "/deadlines") {
                ($0.atRisk, "due within a day", $0.atRisk > 0 ? .warning : .good)
            },
            tile("Open incidents", incidents, link: "/incidents") {
                let untold = $0.reduce(0) { $0 + $1.clients - $1.told }
                return (
                    $0.count,
                    untold > 0 ? "\(untold) client\(untold == 1 ? "" : "s") not told yet" : "every client is told",
                    untold > 0 ? .bad : $0.isEmpty ? .good : .warning
                )
            },
            tile("Targets failing", targets, link: "/targets") {
                let waiting = $0.reduce(0) { $0 + $1.waiting }
                return (
                    $0.count, $0.isEmpty ? "every target takes calls" : "\(waiting) effects wait for them",
                    $0.isEmpty ? .good : .bad
                )
            },
            tile("Work waiting", work, link: "#work") {
                let waiting = $0.reduce(0) { $0 + $1.waiting }
                let oldest = $0.map(\.oldest).max() ?? 0
                return (
                    waiting, waiting == 0 ? "nothing is due" : "the oldest for \(TimeSpan.words(Int(oldest)))",
                    oldest > 3_600 ? .warning : .good
                )
            },
            tile("Parked", people, link: "/parked") {
                let count = $0.parkedMessages + $0.parkedEffects
                return (
                    count, "\($0.parkedMessages) messages, \($0.parkedEffects) effects", count > 0 ? .warning : .good
                )
            },
            tile("Waits for a person", people, link: "#people") {
                let open = $0.reviews.reduce(0) { $0 + $1.open }
                let overdue = $0.reviews.reduce(0) { $0 + $1.overdue }
                return (
                    open, overdue > 0 ? "\(overdue) overdue" : "none overdue",
                    overdue > 0 ? .bad : open > 0 ? .warning : .good
                )
            },
            tile("Undelivered", messages, link: "#messages") {
                ($0.undelivered, "outcomes the broker did not take", $0.undelivered > 0 ? .bad : .good)
            },
        ]
        return Tile.list(tiles)
    }

    private static func plots(_ history: Panel<History>) -> HTML {
        Section.html("The last 24 hours", id: "history", history) { history in
            let names = WorkQueue.allCases.map { (part: $0.rawValue, name: name(of: $0)) }
            let stale = history.sampledAt.map { history.to.timeIntervalSince($0) > 300 } ?? true
            let warning: HTML = """
                <p class="missing"><strong>No figures for more than five minutes</strong>; the latest are of \(Moment.html(history.sampledAt)). \
                <code>habeas-clock</code> samples them: look whether a copy runs.</p>
                """
            let waiting = TimePlot(
                title: "Work waiting",
                unit: .count(of: "effects"),
                lines: TimePlot.lines(history.waiting, named: names),
                from: history.from,
                to: history.to,
                step: step / .seconds(1)
            )
            let oldest = TimePlot(
                title: "Age of the oldest work",
                unit: .seconds,
                lines: TimePlot.lines(history.oldest, named: names),
                from: history.from,
                to: history.to,
                step: step / .seconds(1)
            )
            let shown: HTML = stale ? warning : ""
            return
                "\(shown)<div class=\"plots\">\(waiting.html(id: "plot-waiting"))\(oldest.html(id: "plot-oldest"))</div>"
        }
    }

    private static func name(of queue: WorkQueue) -> String { String(queue.rawValue.dropFirst("habeas.".count)) }

    private static func workTable(_ work: [Work]) -> HTML {
        var table = Table(
            "Outside effects that are due and not done",
            .words("Worker"),
            .number("Waiting"),
            .number("Oldest for"),
            empty: "No workers."
        )
        for one in work {
            table.add(
                "\(name(of: one.queue))",
                .number(one.waiting),
                one.waiting == 0 ? "–" : "\(TimeSpan.words(Int(one.oldest)))"
            )
        }
        return table.html
    }

    private static func peopleTable(_ people: People) -> HTML {
        var table = Table(
            "Tasks by kind; see habeas tasks list",
            .words("Task"),
            .number("Open"),
            .number("Overdue"),
            empty: "No task waits."
        )
        for review in people.reviews {
            table.add(
                "\(review.kind.replacing("_", with: " "))",
                .number(review.open),
                review.overdue > 0 ? Badge.html("\(review.overdue)", .bad) : "0"
            )
        }
        return table.html
    }

    private static func stateTable(_ states: [(String, Int)]) -> HTML {
        var table = Table(
            "How many cases are in each state",
            .words("State"),
            .number("Cases"),
            empty: "There are no cases."
        )
        for (state, count) in states {
            table.add("<a href=\"/cases?state=\(state)\">\(Badge.state(state))</a>", .number(count))
        }
        return table.html
    }

    private static func messageList(_ messages: Messages, _ evidence: Panel<(Int, Double?)>) -> HTML {
        let sealing: HTML =
            switch evidence {
            case .had((let count, let age)):
                count == 0 ? "none" : "\(count), the oldest for \(TimeSpan.words(Int(age ?? 0)))"
            case .missing(let reason): "could not be had: \(reason)"
            }
        return Description.html([
            (
                "Messages not confirmed",
                "\(messages.pending)\(messages.oldestSeconds.map { ", the oldest for \(TimeSpan.words(Int($0)))" } ?? "")"
            ),
            ("Outcomes undelivered", "\(messages.undelivered)"),
            ("Outcomes unheard, 24 hours", "\(messages.unheard)"),
            ("Facts to be sealed", sealing),
        ])
    }

    private static func seenTable(_ seen: [Seen]) -> HTML {
        var table = Table(
            "Programs that are connected to the database now",
            .words("Program"),
            .number("Sessions"),
            empty: "No worker is connected to the database."
        )
        for one in seen { table.add("\(one.program)", .number(one.sessions)) }
        return table.html
    }
}
