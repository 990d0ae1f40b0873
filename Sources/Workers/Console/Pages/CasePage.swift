import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One case: what it is, what is due, what happened.
struct CasePage {
    private static let most = 500

    let id: UUID

    /// Nil where there is no such case.
    func load(_ reader: ConsoleReader) async throws -> Page? {
        let found = try await reader.panel([CaseSummary.reading(id)]) { try $0[0].first.map(CaseSummary.init) }
        if case .had(nil) = found { return nil }
        let clocks = try await reader.panel([CaseClock.ofSubject(id)]) { try $0[0].map(CaseClock.init) }
        let effects = try await reader.panel([
            EffectRow.select("WHERE e.subject_id = \(id) ORDER BY e.id LIMIT \(Self.most)")
        ]) { try $0[0].map(EffectRow.init) }
        let facts = try await reader.panel([RecordedFact.ofChain(id, limit: Self.most)]) {
            try $0[0].map(RecordedFact.init)
        }
        let tasks = try await reader.panel([
            "SELECT kind, opened_at, due_at FROM habeas.review WHERE case_id = \(id) AND settled_at IS NULL ORDER BY due_at LIMIT 50"
        ]) { try $0[0].decode(String.self, Date.self, Date.self) }
        let name = id.lowercaseText
        let body: HTML = """
            \(Section.html("What it is", id: "what", found) { $0.map(Self.summary) ?? "" })
            \(Section.html("Deadlines", id: "deadlines", clocks) { Self.clocks($0, now: reader.now.at) })
            \(Section.html("What waits for a person", id: "tasks", tasks, Self.tasks))
            \(Section.html("Effects at each target", id: "effects", effects, Self.effects))
            \(Section.html("Timeline", id: "timeline", timeline(facts, clocks, effects)) { Self.timeline($0, isCut: (facts.value?.count ?? 0) == Self.most) })
            <p class="hint">More with <code>habeas requests show \(name)</code>; the person's words only with <code>--reveal</code>, which leaves evidence.</p>
            """
        return Page("Case \(name)", .cases, reader.now, body)
    }

    private static func summary(_ one: CaseSummary) -> HTML {
        func link(_ id: UUID?) -> HTML {
            guard let name = id?.lowercaseText else { return "–" }
            return "<a href=\"/cases/\(name)\"><code>\(name)</code></a>"
        }
        return Description.html([
            ("State", "\(Badge.state(one.state)) since \(Moment.html(one.since))"),
            ("Refused for", .words(one.refusal?.replacing("_", with: " "))),
            ("Right", .words(one.right?.replacing("_", with: " "))), ("Kind", "\(one.kind.replacing("_", with: " "))"),
            ("Client", .words(one.client)), ("Lane", "\(one.lane)"), ("Our role", "\(one.role)"),
            ("Regulation", "\(one.regulation)"), ("Profile", "\(one.profile)"), ("Publisher", "\(one.publisher)"),
            ("Received", Moment.html(one.receivedAt)), ("Answered by", link(one.linkedTo)),
            ("Group", .words(one.group?.lowercaseText)),
        ])
    }

    private static func clocks(_ clocks: [CaseClock], now: Date) -> HTML {
        var table = Table(
            "Clocks, the first to end first",
            .words("Clock"),
            .words("Due, UTC"),
            .number("Left"),
            .words("State"),
            .words("Article or clause"),
            .words("Note"),
            empty: "No clock runs."
        )
        for clock in clocks {
            let left = clock.dueAt?.timeIntervalSince(now)
            table.add(
                "\(clock.clock.replacing("_", with: " "))",
                Moment.html(clock.dueAt),
                clock.state == "open" ? .words(left.map { TimeSpan.words(Int($0)) }) : "–",
                Badge.clock(clock.state, secondsLeft: left),
                "\(clock.source)",
                .words(clock.note)
            )
        }
        return table.html
    }

    private static func tasks(_ tasks: [(String, Date, Date)]) -> HTML {
        var table = Table(
            "Tasks; see habeas tasks list",
            .words("Task"),
            .words("Since, UTC"),
            .words("Due, UTC"),
            empty: "No task waits."
        )
        for (kind, openedAt, dueAt) in tasks {
            table.add("\(kind.replacing("_", with: " "))", Moment.html(openedAt), Moment.html(dueAt))
        }
        return table.html
    }

    private static func effects(_ effects: [EffectRow]) -> HTML {
        var table = Table(
            "What goes, or went, to the outside",
            .words("Effect"),
            .words("Target"),
            .words("State"),
            .number("Attempts"),
            .words("Cause"),
            .words("When, UTC"),
            empty: "Nothing has left for a target."
        )
        for effect in effects {
            let held: HTML = effect.isHeld ? " \(Badge.html("held", .warning))" : ""
            table.add(
                "\(effect.kind)",
                TargetTable.link(effect.target),
                "\(Badge.effect(effect.state))\(held)",
                "\(effect.attempts) of \(effect.attemptsAllowed)",
                .words(effect.cause),
                Moment.html(effect.endedAt ?? effect.nextAttemptAt ?? effect.plannedAt)
            )
        }
        return table.html
    }

    // MARK: Timeline

    private struct Event {
        let at: Date
        let sort: String
        let what: String
        let by: String
        let note: String
    }

    private func timeline(
        _ facts: Panel<[RecordedFact]>,
        _ clocks: Panel<[CaseClock]>,
        _ effects: Panel<[EffectRow]>
    ) -> Panel<[Event]> {
        guard case .had(let facts) = facts else { return .missing("the facts could not be had.") }
        let told = facts.map { Event(at: $0.at, sort: "fact", what: $0.fact, by: $0.actor, note: $0.note) }
        let due = (clocks.value ?? []).map { clock in
            Event(
                at: clock.dueAt ?? clock.anchorAt,
                sort: "due",
                what: clock.clock,
                by: clock.source,
                note: [clock.state, clock.note].compactMap { $0 }.joined(separator: ", ")
            )
        }
        let acted = (effects.value ?? []).map { effect in
            Event(
                at: effect.endedAt ?? effect.plannedAt,
                sort: "effect",
                what: effect.kind,
                by: effect.target,
                note: "\(effect.state), \(effect.attempts) of \(effect.attemptsAllowed) attempts"
            )
        }
        // Facts of one transaction share their time: the order of the chain is kept.
        let all = (told + due + acted).enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        return .had(all.map(\.element))
    }

    private static func timeline(_ events: [Event], isCut: Bool) -> HTML {
        var table = Table(
            "Facts, clocks and effects in order of time",
            .words("Time, UTC"),
            .words("Sort"),
            .words("What"),
            .words("By"),
            .words("Note"),
            empty: "Nothing is on record."
        )
        for event in events {
            table.add(Moment.html(event.at), "\(event.sort)", "\(event.what)", .words(event.by), .words(event.note))
        }
        let cut: HTML = isCut ? "<p class=\"hint\">Only the first \(most) facts are shown.</p>" : ""
        return "\(table.html)\(cut)"
    }
}
