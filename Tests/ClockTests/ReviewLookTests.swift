import Clock
import Fleet
import Foundation
import Ledger
import Observability
import Postgres
import Rights
import TestKit
import Testing

@Suite("The clock's look at what waits for a person", .database)
struct ReviewLookTests {
    /// From 50 on a person looks, the profile says.
    private static let threshold = 50

    private static let harvests: SQL = """
        SELECT concat_ws(' ', coalesce(publisher_id, 'person'), coalesce(verdict, 'open')) FROM habeas.review
         WHERE kind = 'harvest' ORDER BY publisher_id
        """

    @Test("A6: many access requests from one publisher call a person, once, with any number of copies looking")
    func publisher() async throws {
        try await ClockFixture.with { fixture in
            for number in 1..<Self.threshold {
                try await fixture.open(
                    right: number % 2 == 0 ? "access" : "portability",
                    email: "p\(number)@example.com"
                )
            }
            // Others' rights and others' publishers count for nobody.
            for number in 0..<3 { try await fixture.open(right: "erasure", email: "e\(number)@example.com") }
            try await fixture.open(publisher: "kay", email: "k@example.com")
            try await fixture.reviews.once()
            #expect(try await fixture.text(Self.harvests).isEmpty)
            try await fixture.open(email: "last@example.com")
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await fixture.reviews.once() } }
                try await group.waitForAll()
            }
            #expect(try await fixture.text(Self.harvests) == ["desk open"])
            // Nothing is withheld, every clock runs on.
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE state <> 'received'") == 0
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.deadline WHERE clock = 'respond' AND state = 'open'"
                )
                    == Self.threshold + 4
            )
            let fact = try await fixture.text("SELECT body FROM habeas.evidence WHERE fact = 'review.opened'")
            #expect(fact.count == 1 && fact[0].contains(#""requests":50"#) && fact[0].contains("A6"))
            #expect(
                try await fixture.text(
                    "SELECT d.source FROM habeas.deadline d JOIN habeas.review r ON r.id = d.subject_id WHERE clock = 'review'"
                ) == ["default (A6, K7)"]
            )
            let metrics = fixture.metrics.exposition()
            #expect(metrics.contains(#"habeas_reviews_open{kind="harvest"} 1"#))
            #expect(metrics.contains(#"habeas_reviews_open{kind="suspected_fraud"} 0"#))
            #expect(metrics.contains("habeas_harvests_noticed_total 1"))
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A6: many access requests about one person call a person, whichever publishers they came from")
    func person() async throws {
        try await ClockFixture.with { fixture in
            for number in 0..<Self.threshold {
                try await fixture.open(publisher: number % 2 == 0 ? "desk" : "kay", email: "same@example.com")
                if number % 5 == 0 { try await fixture.open(email: "other\(number)@example.com") }
            }
            try await fixture.reviews.once()
            #expect(try await fixture.text(Self.harvests) == ["person open"])
            let fact = try await fixture.text("SELECT body FROM habeas.evidence WHERE fact = 'review.opened'")
            let digest = try await fixture.text("SELECT encode(identity, 'hex') FROM habeas.review")
            #expect(fact.count == 1 && fact[0].contains(digest[0]) && !fact[0].contains("example.com"))
        }
    }

    @Test("A6: what a person has settled is not asked again within the window, and asked again after it")
    func window() async throws {
        try await ClockFixture.with { fixture in
            for number in 0..<Self.threshold { try await fixture.open(email: "p\(number)@example.com") }
            try await fixture.reviews.once()
            _ = try await fixture.owner.withConnection {
                try await $0.query(
                    "UPDATE habeas.review SET settled_at = habeas.domain_now(), verdict = 'denied', reason = 'a campaign'"
                )
            }
            try await fixture.reviews.once()
            #expect(try await fixture.text(Self.harvests) == ["desk denied"])
            try await fixture.goAhead(hours: 25)
            try await fixture.reviews.once()
            #expect(try await fixture.text(Self.harvests) == ["desk denied"], "the requests are out of the window")
            for number in 0..<Self.threshold { try await fixture.open(email: "q\(number)@example.com", hours: 25) }
            try await fixture.reviews.once()
            #expect(try await fixture.text(Self.harvests) == ["desk denied", "desk open"])
        }
    }

    @Test("A6: a harvest that nobody looks at within a business day is overdue: a fact, and a figure")
    func overdue() async throws {
        try await ClockFixture.with { fixture in
            for number in 0..<Self.threshold { try await fixture.open(email: "p\(number)@example.com") }
            try await fixture.reviews.once()
            try await fixture.goAhead(hours: 5 * 24)
            try await fixture.fire()
            try await fixture.reviews.once()
            #expect(
                try await fixture.text(
                    "SELECT fact FROM habeas.evidence WHERE chain_kind = 'installation' ORDER BY seq"
                )
                    == ["review.opened", "review.overdue"]
            )
            #expect(fixture.metrics.exposition().contains(#"habeas_reviews_overdue{kind="harvest"} 1"#))
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K9: an approval pending for more than three business days is a date at risk, and not before")
    func approval() async throws {
        try await ClockFixture.with { fixture in
            // A Monday, far from holidays, so that three business days are three days.
            let monday = try #require(EventTime.parse("2031-05-12T08:00:00Z"))
            try await fixture.goAhead(minutes: Int(monday.timeIntervalSinceNow / 60))
            let event = """
                {"specversion":"1.0","id":"\(UUID())","source":"/desk","type":"io.habeas.client.terminated.v1","data":{\
                "client":"acme","terminated_at":"\(EventTime.text(monday))","mode":"erase","requested_by":"owner"}}
                """
            let id = try await fixture.open(event: event, at: monday)
            func told() async throws -> [String] {
                try await fixture.outcomes("deadline.at_risk").compactMap { $0["clock"] as? String }.filter {
                    $0 == "approval"
                }
            }
            // Until the end of Thursday, in Berlin.
            try await fixture.goAhead(minutes: Int(monday.timeIntervalSinceNow / 60) + 3 * 24 * 60 + 13 * 60)
            try await fixture.fire()
            #expect(try await told().isEmpty)
            try await fixture.goAhead(minutes: Int(monday.timeIntervalSinceNow / 60) + 3 * 24 * 60 + 15 * 60)
            try await fixture.fire()
            #expect(try await told() == ["approval"])
            #expect(try await fixture.facts(id).filter { $0.hasPrefix("deadline.") }.count >= 2)
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["received"])
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.outbox WHERE routing_key = 'habeas.erasure'") == 0
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("takes back what a case that has ended no longer needs, and counts triage")
    func takesBack() async throws {
        try await ClockFixture.with { fixture in
            let ended = try await fixture.open(client: nil, more: #""client_named":"that shop","#)
            try await fixture.open(more: #""minor_under_13":true,"#)
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.case_file SET state = 'withdrawn' WHERE id = \(ended)")
            }
            try await fixture.store([ClockFixture.letter("a"), ClockFixture.letter("b")])
            try await fixture.reviews.once()
            #expect(
                try await fixture.text(
                    "SELECT concat_ws(' ', kind, coalesce(verdict, 'open')) FROM habeas.review ORDER BY kind"
                ) == ["client_unresolved moot", "minor_to_confirm open"]
            )
            let metrics = fixture.metrics.exposition()
            #expect(metrics.contains(#"habeas_reviews_open{kind="client_unresolved"} 0"#))
            #expect(metrics.contains(#"habeas_reviews_open{kind="minor_to_confirm"} 1"#))
            #expect(metrics.contains("habeas_triage_open 2") && metrics.contains("habeas_triage_overdue 0"))
            try await fixture.goAhead(hours: 5 * 24)
            try await fixture.reviews.once()
            #expect(fixture.metrics.exposition().contains("habeas_triage_overdue 2"))
        }
    }
}

/// The operations paper and the code list the same metrics.
@Suite("The operations paper")
struct OperationsPaperTests {
    @Test("lists every metric of the fleet, of the clock and of effects with its kind and labels, and no other")
    func metrics() throws {
        let paper = try String(contentsOfFile: ClockFixture.deploy + "/operations.md", encoding: .utf8)
        // The gateway's and the console's are held by their own tests.
        let listed = paper.split(separator: "\n").filter {
            $0.hasPrefix("| `habeas_") && !$0.hasPrefix("| `habeas_console_") && !$0.hasPrefix("| `habeas_gateway_")
        }.map { line in
            line.split(separator: "|").prefix(2).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
        }
        let wanted = (FleetMetrics.all + ReviewMetrics.all + TargetMetrics.all + EffectMetrics.all).map { metric in
            let labels = metric.labels.isEmpty ? "" : "{\(metric.labels.joined(separator: ","))}"
            return "`\(metric.name)\(labels)` \(metric.kind.rawValue)"
        }
        #expect(listed == wanted)
    }
}
