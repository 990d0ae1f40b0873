import FoundationEssentials
import Ledger
import Postgres

/// Every place that effects go to, page by page.
struct TargetsPage {
    private static let count = 100

    let after: String?

    init(_ parameters: (String) -> String?) {
        after = parameters("after").flatMap { $0.utf8.count <= 200 && !$0.isEmpty ? $0 : nil }
    }

    private struct Known {
        let targets: [TargetRow]
        let isCut: Bool
        let calls: [String: TargetRecentCalls]
        let parked: [String: Int]
    }

    func load(_ reader: ConsoleReader) async throws -> Page {
        let trouble = try await reader.panel([TargetRow.select("\(TargetRow.inTrouble) LIMIT 100")]) {
            try $0[0].map(TargetRow.init)
        }
        let condition: SQL = after.map { "WHERE t.id > \($0)" } ?? ""
        let all = try await reader.panel([TargetRow.select("\(condition) ORDER BY t.id LIMIT \(Self.count + 1)")]) {
            try $0[0].map(TargetRow.init)
        }
        let ids = (all.value ?? []).map(\.id)
        let calls = try await reader.panel([TargetRecentCalls.reading(of: ids)]) {
            try $0[0].map(TargetRecentCalls.init)
        }
        let parked = try await reader.panel([TargetRecentCalls.parked(at: ids)]) {
            try $0[0].decode(String.self, Int.self)
        }
        let body: HTML = """
            \(Section.html("In trouble", id: "trouble", trouble) { TargetTable.html($0, caption: "Targets that do not take calls as they should", empty: "Every target takes calls.") })
            \(Section.html("All targets", id: "all", all) { list($0, calls, parked) })
            """
        return Page("Targets", .targets, reader.now, body)
    }

    private func list(
        _ targets: [TargetRow],
        _ calls: Panel<[TargetRecentCalls]>,
        _ parked: Panel<[(String, Int)]>
    ) -> HTML {
        let recent = calls.value.map { Dictionary($0.map { ($0.target, $0) }, uniquingKeysWith: { first, _ in first }) }
        let waiting = parked.value.map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
        var table = Table(
            "Targets by name, with their calls of the last 24 hours",
            .words("Target"),
            .words("Kind"),
            .words("State"),
            .number("At once"),
            .number("A second"),
            .number("Waiting"),
            .number("Parked"),
            .number("Succeeded"),
            .number("Failed"),
            .words("Last success, UTC"),
            empty: "No target is known."
        )
        for target in targets.prefix(Self.count) {
            let one = recent?[target.id]
            table.add(
                TargetTable.link(target.id),
                "\(TargetPage.kind(of: target.id))",
                Badge.target(target.state),
                .number(target.inFlight),
                .words(target.perSecond.map(TimePlot.label)),
                .number(target.waiting),
                waiting.map { .number($0[target.id] ?? 0) } ?? "?",
                recent == nil ? "?" : .number(one?.succeeded ?? 0),
                recent == nil ? "?" : .number(one?.failed ?? 0),
                Moment.html(one?.lastSuccess)
            )
        }
        let next: HTML =
            targets.count > Self.count
            ? "<p class=\"more\"><a href=\"/targets?after=\(QueryText.encoded(targets[Self.count - 1].id))\" rel=\"next\">The next \(Self.count)</a></p>"
            : ""
        let first: HTML = after == nil ? "" : "<p class=\"more\"><a href=\"/targets\">Back to the first</a></p>"
        return "\(table.html)\(next)\(first)"
    }
}
