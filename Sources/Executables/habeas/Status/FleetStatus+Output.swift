import FoundationEssentials
import Ledger
import Rights

extension FleetStatus {
    var json: [(String, JSONValue)] {
        [
            ("now", JSONValue(now)), ("play", .bool(isPlay)),
            ("schema", ["version": .integer(schemaVersion), "fault": JSONValue(schemaFault)]),
            ("cases", .object(cases.map { ($0.state, .integer($0.count)) })),
            (
                "parked",
                .array(
                    parked.map {
                        ["fault": .string($0.fault), "field": .string($0.field), "count": .integer($0.count)]
                    }
                )
            ),
            (
                "outbox",
                [
                    "pending": .integer(count(of: "pending")), "undelivered": .integer(count(of: "undelivered")),
                    "oldest_pending_seconds": oldestPending.map { .number(($0 / .milliseconds(1)).rounded() / 1_000) }
                        ?? .null,
                ]
            ),
            effects.json[0], effects.json[1], ("in_work", work.json),
            (
                "reviews",
                .array(
                    reviews.map {
                        ["kind": .string($0.kind), "open": .integer($0.open), "overdue": .integer($0.overdue)]
                    }
                )
            ),
            ("copies_waiting", .integer(waitingCopies)), ("holidays_until", JSONValue(holidaysUntil)),
            ("waiting_events", .integer(waiting)), ("unsealed_evidence", .integer(unsealed)),
            (
                "deadlines",
                [
                    "overdue": .integer(overdue), "at_risk": .integer(atRisk),
                    "next": .array(
                        next.map {
                            [
                                "subject": JSONValue($0.subject), "client": JSONValue($0.client),
                                "clock": .string($0.clock),
                                "due_at": JSONValue($0.dueAt),
                            ]
                        }
                    ),
                ]
            ),
        ]
    }

    /// A year that runs out is said twelve months ahead.
    private var holidays: String? {
        guard let holidaysUntil else { return nil }
        let endsSoon = Place.unknown.day(of: now).year >= holidaysUntil
        return (endsSoon ? "! " : "") + "known until the end of \(holidaysUntil)"
            + (endsSoon ? "; add the next years with habeas policy apply" : "")
    }

    /// `! harvest 1 (1 overdue), target_stuck 2; 12 copies wait for the look at many requests`
    private var reviewWords: String {
        guard !reviews.isEmpty else { return "none wait for a person" }
        let kinds = reviews.map { review in
            "\(review.kind) \(review.open)" + (review.overdue > 0 ? " (\(review.overdue) overdue)" : "")
        }
        return (reviews.contains { $0.overdue > 0 } ? "! " : "") + kinds.joined(separator: ", ")
            + (waitingCopies > 0 ? "; \(waitingCopies) copies wait for the look at many requests" : "")
    }

    func print() {
        let schema = "version \(schemaVersion)" + (schemaFault.map { ", \($0)" } ?? ", current")
        let age = oldestPending.map { ", the oldest for \(Int($0 / .seconds(1))) s" } ?? ""
        StandardOutput.write(
            Sheet([
                ("now", now.short + (isPlay ? " (play)" : "")), ("schema", schema),
                ("cases", cases.isEmpty ? "none" : cases.map { "\($0.state) \($0.count)" }.joined(separator: ", ")),
                (
                    "parked",
                    parked.isEmpty
                        ? "none"
                        : parked.prefix(8).map { "\($0.fault) at \($0.field) \($0.count)" }.joined(separator: ", ")
                ),
                ("outbox", "\(count(of: "pending")) pending\(age), \(count(of: "undelivered")) undelivered"),
                ("effects", effects.words),
                ("waiting", "\(waiting) early events, \(unsealed) facts to be sealed"),
                ("reviews", reviewWords),
                ("deadlines", "\(overdue) overdue, \(atRisk) due within a day"),
                ("holidays", holidays),
            ])
        )
        effects.printTargets()
        work.print()
        guard !next.isEmpty else { return }
        var table = TextTable("NEXT DUE", "CLOCK", "CLIENT", "SUBJECT", empty: "")
        for clock in next {
            table.add(
                (clock.dueAt < now ? "! " : "") + clock.dueAt.short,
                clock.clock,
                clock.client,
                clock.subject.text
            )
        }
        StandardOutput.write("")
        StandardOutput.write(table)
    }

    private func count(of state: String) -> Int { outbox.first { $0.state == state }?.count ?? 0 }
}
