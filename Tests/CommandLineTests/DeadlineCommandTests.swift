import Foundation
import Postgres
import TestKit
import Testing

@Suite("habeas deadlines and holds", .database)
struct DeadlineCommandTests {
    @Test("N5: lists by urgency what is owed, with article and remaining time")
    func list() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let late = try await installation.openCase(ref: "late", at: Date(timeIntervalSinceNow: -20 * 86_400))
            try await installation.openCase(ref: "new")
            let listed = try await installation.run("deadlines", "--within", "60", "--json").objects
            let dues = listed.compactMap { $0["due_at"] as? String }
            #expect(dues.count == listed.count && dues == dues.sorted())
            #expect(listed.first?["subject"] as? String == late.uuidString.lowercased())
            #expect(listed.allSatisfy { ($0["article"] as? String)?.isEmpty == false && $0["seconds_left"] is Int })
            let text = try await installation.run("deadlines", "--within", "60")
            #expect(text.output.contains("GDPR Art. 12(3)") && text.output.contains("LEFT"))
        }
    }

    @Test("Y1: refuses to put off what the law does not let, and says why")
    func extend() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r", relationship: "visitor")
            let extended = try await installation.run(
                "deadlines",
                "extend",
                "helpdesk/r",
                "--reason",
                "complexity",
                "--json"
            )
            #expect(extended.status == 0)
            let again = try await installation.run("deadlines", "extend", id.uuidString, "--reason", "complexity")
            #expect(again.status == 1 && again.errors.contains("one extension"))
            try await installation.openCase(
                ref: "old",
                relationship: "visitor",
                at: Date(timeIntervalSinceNow: -40 * 86_400)
            )
            let late = try await installation.run("deadlines", "extend", "helpdesk/old", "--reason", "complexity")
            #expect(late.status == 1 && late.errors.contains("told"))
            // The client is the controller: its answer is not ours to put off.
            try await installation.openCase(ref: "theirs")
            let theirs = try await installation.run("deadlines", "extend", "helpdesk/theirs", "--reason", "complexity")
            #expect(theirs.status == 1 && theirs.errors.contains("client's"))
            // A mistyped filter must not look like an empty list.
            #expect(try await installation.run("deadlines", "--client", "acmee").status == 1)
            #expect(try await installation.run("deadlines", "--clock", "respnd").status == 64)
            #expect(
                try await installation.run("deadlines", "extend", "helpdesk/r", "--reason", "holidays").status == 64
            )
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
            let timeline = try await installation.run("requests", "timeline", id.uuidString, "--json").objects
            #expect(timeline.contains { $0["fact"] as? String == "clock.extended" })
        }
    }

    @Test("K18: a hold is placed, listed and lifted, each a fact of the case; the answer's date does not move")
    func holds() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r")
            let respond: SQL = "SELECT state || ' ' || due_at::text FROM habeas.deadline WHERE clock = 'respond'"
            let before = try await installation.query(respond).decode(column: 0, as: String?.self)
            let placed = try await installation.run(
                "holds",
                "place",
                "helpdesk/r",
                "--ref",
                "LIT-4",
                "--basis",
                "proceedings",
                "--reviewer",
                "legal"
            )
            #expect(placed.status == 0, "\(placed.errors)")
            let held = try await installation.query(respond).decode(column: 0, as: String?.self)
            #expect(held == before)
            let twice = try await installation.run(
                "holds",
                "place",
                "helpdesk/r",
                "--ref",
                "LIT-4",
                "--basis",
                "proceedings",
                "--reviewer",
                "legal"
            )
            #expect(twice.status == 1 && twice.errors.contains("--ref"))
            let listed = try await installation.run("holds", "list", "--json").objects
            #expect(listed.first?["request"] as? String == id.uuidString.lowercased())
            let lifted = try await installation.run(
                "holds",
                "lift",
                "helpdesk/r",
                "--ref",
                "LIT-4",
                "--reason",
                "settled"
            )
            #expect(lifted.status == 0, "\(lifted.errors)")
            let gone = try await installation.run(
                "holds",
                "lift",
                "helpdesk/r",
                "--ref",
                "LIT-4",
                "--reason",
                "settled"
            )
            #expect(gone.status == 1)
            let after = try await installation.query(respond).decode(column: 0, as: String?.self)
            #expect(before == after)
            let facts = try await installation.query(
                "SELECT fact FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq"
            )
            .decode(column: 0, as: String.self)
            #expect(facts == ["case.opened", "hold.placed", "hold.lifted"])
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }
}
