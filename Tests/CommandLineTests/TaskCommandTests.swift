import Foundation
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas tasks and approve", .database)
struct TaskCommandTests {
    // MARK: Listing

    @Test("N5: lists by urgency what waits for a person, reviews and parked messages alike")
    func list() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.openCase(event: WaitingCase.instruction("support"))
            let then = Date(timeIntervalSinceNow: -9 * 86_400)
            let old = try await installation.openCase(
                event: WaitingCase.request(
                    "access",
                    relationship: "visitor",
                    by: "subject",
                    at: then,
                    #""minor_under_13":true,"#
                ),
                at: then
            )
            let parked = try await installation.park("{", fault: "not_json", field: "body")
            let listed = try await installation.run("tasks", "list", "--json").objects
            #expect(listed.count == 3)
            let dues = listed.compactMap { $0["due_at"] as? String }
            #expect(dues == dues.sorted() && dues.count == 3)
            #expect(listed[0]["request"] as? String == old.uuidString.lowercased())
            #expect((listed[0]["seconds_left"] as? Int ?? 0) < 0)
            #expect(
                Set(listed.compactMap { $0["kind"] as? String }) == [
                    "instruction_to_confirm", "minor_to_confirm", "triage",
                ]
            )
            #expect(listed.contains { $0["parked"] as? String == parked.uuidString.lowercased() })
            #expect(
                listed.allSatisfy {
                    ($0["article"] as? String)?.isEmpty == false && ($0["question"] as? String)?.isEmpty == false
                }
            )
            #expect(try await installation.run("tasks", "list", "--client", "acme", "--json").objects.count == 1)
            let text = try await installation.run("tasks")
            #expect(text.status == 0 && text.output.contains("LEFT") && text.output.contains("K7"))
            // A mistyped filter must not look like an empty list.
            #expect(try await installation.run("tasks", "list", "--kind", "fraud").status == 64)
            #expect(try await installation.run("tasks", "list", "--client", "acmee").status == 1)
            // A parked message is not settled with a word.
            let wrong = try await installation.run(
                "tasks",
                "complete",
                parked.uuidString,
                "--outcome",
                "denied",
                "--reason",
                "x"
            )
            #expect(wrong.status == 1 && wrong.errors.contains("parked discard"))
        }
    }

    // MARK: Verdicts

    @Test("K7: an instruction begins with the client's confirmation; who gave it is sealed, evidence has a digest")
    func confirm() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(event: WaitingCase.instruction("support"))
            let task = try await WaitingCase.task(installation, "instruction_to_confirm")
            let purge: SQL = "SELECT due_at::text FROM habeas.deadline WHERE clock = 'purge'"
            let before = try await installation.query(purge).only.decode(String.self)
            let bare = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "confirmed",
                "--reason",
                "asked"
            )
            #expect(bare.status == 1 && bare.errors.contains("K7"))
            #expect(
                try await installation.run("tasks", "complete", task, "--outcome", "confirmed", "--reason", " ").status
                    == 64
            )
            #expect(try await WaitingCase.state(installation) == ["received"])
            let run = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "confirmed",
                "--reason",
                "asked back",
                "--given-by",
                "Dana Canary",
                "--channel",
                "phone",
                "--reference",
                "T-12"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await WaitingCase.state(installation) == ["in_progress"])
            #expect(try await WaitingCase.woken(installation) == ["habeas.erasure"])
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "instruction.confirmed"])
            #expect(try await installation.query(purge).only.decode(String.self) == before, "the ninety days run on")
            let body = try await installation.query(
                "SELECT body FROM habeas.evidence WHERE fact = 'instruction.confirmed'"
            ).only.decode(String.self)
            #expect(body.contains("asked back") && body.contains(#""words":""#))
            #expect(!body.contains("Dana") && !body.contains("phone") && !body.contains("T-12"))
            let shown = try await installation.run(
                "requests",
                "show",
                id.uuidString,
                "--reveal",
                "--why",
                "who was it",
                "--json"
            )
            #expect(shown.output.contains("Dana Canary") && shown.output.contains("T-12"))
            #expect(try await installation.run("tasks", "list", "--json").lines.isEmpty)
            #expect(
                try await installation.query("SELECT state FROM habeas.deadline WHERE clock = 'review'").only.decode(
                    String.self
                )
                    == "met"
            )
            let again = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "denied",
                "--reason",
                "x",
                "--given-by",
                "D",
                "--channel",
                "phone"
            )
            #expect(again.status == 1 && again.errors.contains("settled before"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("K7: an instruction is refused on the client's denial")
    func deny() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(event: WaitingCase.instruction("support"))
            let task = try await WaitingCase.task(installation, "instruction_to_confirm")
            let run = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "denied",
                "--reason",
                "not theirs",
                "--given-by",
                "Dana",
                "--channel",
                "phone"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await WaitingCase.state(installation) == ["refused"])
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "instruction.denied"])
            #expect(!(try await WaitingCase.woken(installation)).contains("habeas.erasure"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("K9: everything of a client is erased after two different people have approved it, and not before")
    func approve() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(event: WaitingCase.termination)
            let task = try await WaitingCase.task(installation, "tenant_erasure")
            try await installation.withOperators(2) { people in
                let listed = try await people[0].run("approve", "--json").object
                #expect(
                    listed["task"] as? String == task && listed["needs"] as? Int == 2
                        && listed["approvals"] as? Int == 0
                )
                #expect(try await people[0].run("approve", task).status == 64)
                let alone = try await people[0].run(
                    "tasks",
                    "complete",
                    task,
                    "--outcome",
                    "confirmed",
                    "--reason",
                    "x"
                )
                #expect(alone.status == 1 && alone.errors.contains("2 different people"))
                let first = try await people[0].run("approve", task, "--reason", "contract ended", "--json")
                #expect(first.status == 0, "\(first.errors)")
                #expect(try first.object["settled"] as? Bool == false)
                let twice = try await people[0].run("approve", task, "--reason", "once more")
                #expect(twice.status == 1 && twice.errors.contains("another person"))
                #expect(try await WaitingCase.state(installation) == ["received"])
                #expect(try await WaitingCase.woken(installation).isEmpty)
                // Nor by hand in the database.
                let forced = try await #require(throws: PostgresError.self) {
                    _ = try await installation.query(
                        "UPDATE habeas.review SET settled_at = now(), verdict = 'confirmed', reason = 'x'"
                    )
                }
                #expect(forced.sqlState != nil)
                let second = try await people[1].run("approve", task, "--reason", "export handed over", "--json")
                #expect(second.status == 0, "\(second.errors)")
                #expect(try second.object["settled"] as? Bool == true)
            }
            #expect(try await WaitingCase.state(installation) == ["in_progress"])
            #expect(try await WaitingCase.woken(installation) == ["habeas.erasure"])
            #expect(
                try await WaitingCase.facts(installation, id)
                    == ["case.opened", "approval.given", "approval.given", "instruction.confirmed"]
            )
            let actors = try await installation.query("SELECT count(DISTINCT actor)::int8 FROM habeas.review_approval")
                .only
            #expect(try actors.decode(0, as: Int.self) == 2)
            let clocks = try await installation.query(
                "SELECT clock || ' ' || state FROM habeas.deadline ORDER BY clock"
            ).decode(column: 0, as: String.self)
            #expect(clocks == ["approval met", "purge open", "review met"])
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("K9, A1: of a suspended client too, one approval, or two by the same person, wake nobody and plan nothing")
    func oneApproval() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let suspended = try await installation.run(
                "clients",
                "apply",
                "-",
                "--without-broker",
                input: "- id: acme\n  suspended: true\n"
            )
            #expect(suspended.status == 0, "\(suspended.errors)")
            let id = try await installation.openCase(event: WaitingCase.termination)
            let task = try await WaitingCase.task(installation, "tenant_erasure")
            let begun: SQL = """
                SELECT (SELECT count(*) FROM habeas.fan_out) + (SELECT count(*) FROM habeas.effect)
                     + (SELECT count(*) FROM habeas.outbox WHERE routing_key = 'habeas.erasure')
                """
            try await installation.withOperators(2) { people in
                let first = try await people[0].run("approve", task, "--reason", "contract ended")
                let twice = try await people[0].run("approve", task, "--reason", "still so")
                #expect(first.status == 0 && twice.status == 1)
                #expect(try await installation.query(begun).only.decode(0, as: Int.self) == 0)
                #expect(try await WaitingCase.state(installation) == ["received"])
                #expect(
                    try await WaitingCase.facts(installation, id) == ["case.opened", "approval.given"]
                )
                #expect(try await people[1].run("approve", task, "--reason", "agreed").status == 0)
                // The suspension holds up exports, never what is erased.
                #expect(try await WaitingCase.woken(installation) == ["habeas.erasure"])
            }
        }
    }

    @Test("K9: one person is enough to deny it")
    func denyTenant() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.openCase(event: WaitingCase.termination)
            let task = try await WaitingCase.task(installation, "tenant_erasure")
            let run = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "denied",
                "--reason",
                "taken back"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await WaitingCase.state(installation) == ["refused"])
            let late = try await installation.run("approve", task, "--reason", "x")
            #expect(late.status == 1 && late.errors.contains("settled before"))
        }
    }
}
