import Foundation
import Postgres
import Rights
import TestKit
import Testing

@Suite("A regime that nobody could name", .database)
struct RegimeTests {
    private static let clocks: SQL = """
        SELECT clock || ' ' || rule || ' ' || state FROM habeas.deadline WHERE clock <> 'review' ORDER BY clock
        """

    private static func open(
        _ installation: Installation,
        daysAgo days: Int,
        relationship: String = "visitor"
    ) async throws -> UUID {
        let then = Date(timeIntervalSinceNow: -Double(days) * 86_400)
        let event = Installation.event(ref: "r", asked: then, relationship: relationship)
            .replacingOccurrences(of: #""regulation":"gdpr""#, with: #""regulation":"other""#)
        return try await installation.openCase(event: event, at: then)
    }

    private static func deny(_ installation: Installation, _ more: String...) async throws -> CommandLineRun {
        let task = try await WaitingCase.task(installation, "regime_unconfirmed")
        return try await CommandLine.run(
            ["tasks", "complete", task, "--outcome", "denied", "--reason", "lives there"] + more,
            environment: installation.environment,
            input: ""
        )
    }

    @Test("N5: is named by a person: the case's clocks are counted by its rules, and evidence says before and after")
    func settled() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await Self.open(installation, daysAgo: 5)
            let before = try await installation.query(Self.clocks).decode(column: 0, as: String.self)
            #expect(before == ["lapse default.lapse open", "respond other.respond open"])
            let early = try await installation.run("deadlines", "extend", "helpdesk/r", "--reason", "complexity")
            #expect(early.status == 1 && early.errors.contains("cannot be extended"))
            // With what an operator may do, and no more.
            try await installation.withOperators(1) { people in
                let run = try await Self.deny(people[0], "--regulation", "gdpr", "--json")
                #expect(run.status == 0, "\(run.errors)")
                #expect(try run.object["regulation"] as? String == "gdpr")
            }
            let after = try await installation.query(Self.clocks).decode(column: 0, as: String.self)
            #expect(
                after == [
                    "extension_notice gdpr.respond_notice open", "lapse default.lapse open",
                    "respond gdpr.respond open",
                ]
            )
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "case.regime_settled"])
            let body = try await installation.query(
                "SELECT body FROM habeas.evidence WHERE fact = 'case.regime_settled'"
            )
            .only.decode(String.self)
            for words in [
                #""regulation_before":"other""#, #""regulation_after":"gdpr""#, #""due_before":"2"#, #""due_after":"2"#,
                #""rule":"gdpr.respond""#, #""verdict":"denied""#, "lives there",
            ] { #expect(body.contains(words), "\(words)") }
            let timeline = try await installation.run("requests", "timeline", id.uuidString)
            #expect(
                timeline.output.contains("case.regime_settled") && timeline.output.contains("regulation_after gdpr")
            )
            #expect(try await WaitingCase.woken(installation) == ["habeas.referral"])
            #expect(try await installation.run("tasks", "list", "--json").lines.isEmpty)
            let review = try await installation.query("SELECT state FROM habeas.deadline WHERE clock = 'review'").only
            #expect(try review.decode(String.self) == "met")
            // From now on it is a case of that regime like any other.
            let extended = try await installation.run("deadlines", "extend", "helpdesk/r", "--reason", "complexity")
            #expect(extended.status == 0, "\(extended.errors)")
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test(
        "N5: has the clocks of the one it is",
        arguments: [
            ("uk_gdpr", ["extension_notice uk_gdpr.respond_notice open", "respond uk_gdpr.respond open"]),
            ("fadp", ["respond fadp.respond open"]),
            (
                "ccpa",
                [
                    "confirm_receipt ccpa.confirm_receipt open", "extension_notice ccpa.respond_notice open",
                    "respond ccpa.respond open",
                ]
            ),
            ("lgpd", ["respond lgpd.respond open"]),
        ]
    )
    func each(_ regulation: String, _ clocks: [String]) async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await Self.open(installation, daysAgo: 5)
            let run = try await Self.deny(installation, "--regulation", regulation)
            #expect(run.status == 0 && run.output.contains("under \(regulation)"), "\(run.errors)")
            let found = try await installation.query(Self.clocks).decode(column: 0, as: String.self)
            #expect(found.filter { !$0.hasPrefix("lapse") } == clocks)
        }
    }

    @Test("N5: a clock missed by the strictest dates and not by its own runs again; one that has passed stays missed")
    func missed() async throws {
        try await Installation.with { installation in
            try await installation.register()
            // Thirty days have passed, forty-five have not; the hour to refer has.
            _ = try await Self.open(installation, daysAgo: 35, relationship: "end_user")
            _ = try await installation.query(
                """
                UPDATE habeas.deadline SET state = 'missed', next_at = NULL, warn_at = NULL WHERE clock IN ('respond', 'refer')
                """
            )
            #expect(try await Self.deny(installation, "--regulation", "ccpa").status == 0)
            let found = try await installation.query(
                "SELECT concat_ws(' ', clock, state, next_at IS NOT NULL) FROM habeas.deadline WHERE clock IN ('respond', 'refer') ORDER BY clock"
            ).decode(column: 0, as: String.self)
            #expect(found == ["refer missed f", "respond open t"])
        }
    }

    @Test("N5: without a name its denial is a fact, and the strictest dates stay")
    func fact() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await Self.open(installation, daysAgo: 5)
            let before = try await installation.query(Self.clocks).decode(column: 0, as: String.self)
            #expect(try await Self.deny(installation).status == 0)
            #expect(try await installation.query(Self.clocks).decode(column: 0, as: String.self) == before)
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "review.denied"])
        }
    }

    @Test("N5: is named with its denial only, by a word of the list, in a case that is open")
    func refused() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await Self.open(installation, daysAgo: 5)
            for word in ["other", "eu", ""] {
                let run = try await Self.deny(installation, "--regulation", word)
                #expect(run.status == 64 && run.errors.contains("--regulation"))
            }
            let task = try await WaitingCase.task(installation, "regime_unconfirmed")
            let confirmed = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "confirmed",
                "--reason",
                "x",
                "--regulation",
                "gdpr"
            )
            #expect(confirmed.status == 1 && confirmed.errors.contains("--regulation"))
            try await WaitingCase.call(installation, .fraud, id)
            let fraud = try await WaitingCase.task(installation, "suspected_fraud")
            let other = try await installation.run(
                "tasks",
                "complete",
                fraud,
                "--outcome",
                "denied",
                "--reason",
                "x",
                "--regulation",
                "gdpr"
            )
            #expect(other.status == 1 && other.errors.contains("--regulation"))
            _ = try await installation.query("UPDATE habeas.case_file SET state = 'withdrawn'")
            let closed = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "denied",
                "--reason",
                "x",
                "--regulation",
                "gdpr"
            )
            #expect(closed.status == 1 && closed.errors.contains("closed"))
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened"])
            let regulation = try await installation.query("SELECT regulation FROM habeas.case_file").only
            #expect(try regulation.decode(String.self) == "other")
        }
    }
}
