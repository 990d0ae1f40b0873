import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One target: how it stands, what became of its calls, what waits for a person.
struct TargetPage {
    let id: String

    init?(_ parameters: (String) -> String?) {
        guard let id = parameters("id"), (1...200).contains(id.utf8.count) else { return nil }
        self.id = id
    }

    private struct History {
        let from: Date
        let to: Date
        let points: [(Date, String, Double)]
    }

    /// What sort of place a name stands for.
    static func kind(of id: String) -> String {
        if id.hasPrefix("client:") { return "client's channel" }
        if id.hasPrefix("system:") { return "system of the data map" }
        return id == "mail" ? "mail relay" : "other"
    }

    /// Nil where there is no such target.
    func load(_ reader: ConsoleReader) async throws -> Page? {
        let found = try await reader.panel([
            TargetRow.select("WHERE t.id = \(id)"), "SELECT failures FROM habeas.target WHERE id = \(id)",
        ]) { results in
            try results[0].first.map { (try TargetRow(row: $0), try results[1].only.decode(Int.self)) }
        }
        if case .had(nil) = found { return nil }
        let calls = try await reader.panel([TargetRecentCalls.reading(of: [id])]) {
            try $0[0].first.map(TargetRecentCalls.init)
        }
        let history = try await reader.panel([
            "SELECT now() - interval '6 hours', now()", TargetRecentCalls.history(of: id),
        ]) { results in
            let (from, to) = try results[0].only.decode(Date.self, Date.self)
            return History(from: from, to: to, points: try results[1].decode(Date.self, String.self, Double.self))
        }
        let causes = try await reader.panel([TargetRecentCalls.causes(at: id)]) {
            try $0[0].decode(String.self, Int?.self, Int.self, Date.self)
        }
        let parked = try await reader.panel([
            EffectRow.select("WHERE e.state = 'parked' AND e.target_id = \(id) ORDER BY e.ended_at DESC LIMIT 50")
        ]) { try $0[0].map(EffectRow.init) }
        let body: HTML = """
            \(Section.html("How it stands", id: "stands", found) { found in found.map { Self.summary($0.0, failures: $0.1, calls) } ?? "" })
            \(Section.html("Calls of the last six hours", id: "calls", history, Self.plot))
            \(Section.html("Why calls failed, 24 hours", id: "causes", causes, Self.causes))
            \(Section.html("Effects that wait for a person", id: "parked", parked, Self.parked))
            """
        return Page("Target \(id)", .targets, reader.now, body)
    }

    private static func summary(_ target: TargetRow, failures: Int, _ calls: Panel<TargetRecentCalls?>) -> HTML {
        let recent: HTML =
            switch calls {
            case .had(let calls):
                "\(calls?.succeeded ?? 0) succeeded, \(calls?.failed ?? 0) failed; last success \(Moment.html(calls?.lastSuccess))"
            case .missing(let reason): "could not be had: \(reason)"
            }
        return Description.html([
            ("State", Badge.target(target.state)), ("Since", Moment.html(target.since)),
            ("Cause", .words(target.shownCause)), ("Next try", Moment.html(target.nextTry)),
            ("Kind", "\(kind(of: target.id))"), ("Client", .words(target.client)),
            ("Circuit", "\(target.circuit), \(failures) failures in a row"),
            ("Paused by", .words(target.pausedBy)), ("Calls at once", "\(target.inFlight) at most"),
            ("Calls a second", .words(target.perSecond.map { "\(TimePlot.label($0)) at most" } ?? "no limit")),
            ("Effects waiting", .number(target.waiting)), ("Last 24 hours", recent),
        ])
    }

    private static func plot(_ history: History) -> HTML {
        TimePlot(
            title: "Outcomes of calls",
            unit: .count(of: "calls in 10 minutes"),
            lines: TimePlot.lines(
                history.points,
                named: [(part: "succeeded", name: "succeeded"), (part: "failed", name: "failed")]
            ),
            from: history.from,
            to: history.to,
            step: 600
        ).html(id: "plot-calls")
    }

    private static func causes(_ causes: [(String, Int?, Int, Date)]) -> HTML {
        var table = Table(
            "Failed calls by cause, the most frequent first",
            .words("Cause"),
            .number("Status"),
            .number("Calls"),
            .words("Last, UTC"),
            empty: "No call has failed."
        )
        for (cause, status, count, last) in causes {
            table.add("\(cause)", .words(status.map { "\($0)" }), .number(count), Moment.html(last))
        }
        return table.html
    }

    private static func parked(_ effects: [EffectRow]) -> HTML {
        var table = Table(
            "Parked effects, the latest first; let them go again with habeas effects retry",
            .words("Effect"),
            .words("Case"),
            .words("Client"),
            .words("Cause"),
            .number("Attempts"),
            .words("Parked, UTC"),
            empty: "Nothing is parked here."
        )
        for effect in effects {
            let name = effect.request?.lowercaseText
            table.add(
                "\(effect.kind)",
                name.map { "<a href=\"/cases/\($0)\"><code>\($0)</code></a>" } ?? "–",
                .words(effect.client),
                .words(effect.cause),
                .number(effect.attempts),
                Moment.html(effect.endedAt)
            )
        }
        return table.html
    }
}
