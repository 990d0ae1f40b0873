import Foundation
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas tasks and approve", .database)
struct TaskCommandTests {
    // MARK: Cases that wait for a person

    private static func request(
        _ right: String,
        relationship: String = "end_user",
        by submitter: String,
        at now: Date = Date(),
        _ more: String
    ) -> String {
        """
        {"specversion":"1.0","id":"\(UUID())","source":"/helpdesk/1","type":"io.habeas.request.submitted.v1","data":{\
        "channel":"email","submitted_time":"\(EventTime.text(now))","submitted_by":"\(submitter)",\
        "relationship":"\(relationship)","right":"\(right)","regulation":"gdpr",\(more)\
        "subjects":[{"identities":[{"type":"email","value":"anna.canary@example.org"}]}]}}
        """
    }

    private static func instruction(_ role: String, _ right: String = "erasure") -> String {
        request(
            right,
            by: "client",
            """
            "client":"acme","instructed_at":"\(EventTime.text(Date()))",\
            "instructed_by":{"user":"u1","role":"\(role)","channel":"app"},
            """
        )
    }

    private static var termination: String {
        """
        {"specversion":"1.0","id":"\(UUID())","source":"/helpdesk/1","type":"io.habeas.client.terminated.v1","data":{\
        "client":"acme","terminated_at":"\(EventTime.text(Date()))","mode":"erase","requested_by":"owner"}}
        """
    }

    private static func task(_ installation: Installation, _ kind: String) async throws -> String {
        let listed = try await installation.run("tasks", "list", "--kind", kind, "--json").object
        return try #require(listed["task"] as? String)
    }

    private static func state(_ installation: Installation) async throws -> [String] {
        try await installation.query("SELECT state FROM habeas.case_file ORDER BY id").decode(
            column: 0,
            as: String.self
        )
    }

    private static func facts(_ installation: Installation, _ id: UUID) async throws -> [String] {
        try await installation.query("SELECT fact FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq").decode(
            column: 0,
            as: String.self
        )
    }

    private static func woken(_ installation: Installation) async throws -> [String] {
        try await installation.query("SELECT routing_key FROM habeas.outbox WHERE kind = 'wake_up' ORDER BY created_at")
            .decode(
                column: 0,
                as: String.self
            )
    }

    @Test("A1: a person's word lets a suspended client's export through, by an instruction and by the gate")
    func passes() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let suspend = "- id: acme\n  suspended: true\n"
            #expect(try await installation.run("clients", "apply", "-", "--without-broker", input: suspend).status == 0)
            try await installation.openCase(event: Self.instruction("admin", "access"))
            #expect(try await Self.state(installation) == ["received"])
            let first = try await Self.task(installation, "suspended_hand_over")
            let done = try await installation.run(
                "tasks",
                "complete",
                first,
                "--outcome",
                "confirmed",
                "--reason",
                "asked by counsel"
            )
            #expect(done.status == 0, "\(done.errors)")
            #expect(try await Self.state(installation) == ["in_progress"])
            #expect(try await Self.woken(installation).filter { $0 == "habeas.export" }.count == 1)
            #expect(try await installation.query("SELECT 1 FROM habeas.case_gate").isEmpty)

            // One that came to the gate by its client's decision.
            _ = try await installation.query(
                """
                WITH gated AS (
                  INSERT INTO habeas.case_gate (case_id, client_id, queue, gates, since)
                  SELECT id, client_id, 'habeas.export', '{client_suspended}', now() FROM habeas.case_file RETURNING case_id)
                INSERT INTO habeas.review (id, kind, case_id, client_id, rule, source, opened_at, due_at)
                SELECT gen_random_uuid(), 'suspended_hand_over', case_id, 'acme', 'r', 's', now(), now() FROM gated
                """
            )
            let second = try await Self.task(installation, "suspended_hand_over")
            let again = try await installation.run(
                "tasks",
                "complete",
                second,
                "--outcome",
                "confirmed",
                "--reason",
                "asked by counsel"
            )
            #expect(again.status == 0, "\(again.errors)")
            #expect(try await Self.woken(installation).filter { $0 == "habeas.export" }.count == 2)
            #expect(try await installation.query("SELECT 1 FROM habeas.case_gate").isEmpty)
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    // MARK: Listing

    @Test("N5: lists by urgency what waits for a person, reviews and parked messages alike")
    func list() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.openCase(event: Self.instruction("support"))
            let then = Date(timeIntervalSinceNow: -9 * 86_400)
            let old = try await installation.openCase(
                event: Self.request(
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
            let id = try await installation.openCase(event: Self.instruction("support"))
            let task = try await Self.task(installation, "instruction_to_confirm")
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
            #expect(try await Self.state(installation) == ["received"])
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
            #expect(try await Self.state(installation) == ["in_progress"])
            #expect(try await Self.woken(installation) == ["habeas.erasure"])
            #expect(try await Self.facts(installation, id) == ["case.opened", "instruction.confirmed"])
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
            let id = try await installation.openCase(event: Self.instruction("support"))
            let task = try await Self.task(installation, "instruction_to_confirm")
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
            #expect(try await Self.state(installation) == ["refused"])
            #expect(try await Self.facts(installation, id) == ["case.opened", "instruction.denied"])
            #expect(!(try await Self.woken(installation)).contains("habeas.erasure"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("K9: everything of a client is erased after two different people have approved it, and not before")
    func approve() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(event: Self.termination)
            let task = try await Self.task(installation, "tenant_erasure")
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
                #expect(try await Self.state(installation) == ["received"])
                #expect(try await Self.woken(installation).isEmpty)
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
            #expect(try await Self.state(installation) == ["in_progress"])
            #expect(try await Self.woken(installation) == ["habeas.erasure"])
            #expect(
                try await Self.facts(installation, id)
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

    @Test("K9: one person is enough to deny it")
    func denyTenant() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.openCase(event: Self.termination)
            let task = try await Self.task(installation, "tenant_erasure")
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
            #expect(try await Self.state(installation) == ["refused"])
            let late = try await installation.run("approve", task, "--reason", "x")
            #expect(late.status == 1 && late.errors.contains("settled before"))
        }
    }

    /// Opens a review on an open case as an event does.
    private static func call(_ installation: Installation, _ kind: ReviewKind, _ id: UUID) async throws {
        _ = try await installation.query(
            """
            INSERT INTO habeas.review (id, kind, case_id, client_id, rule, source, opened_at, due_at)
            SELECT gen_random_uuid(), \(kind.rawValue), id, client_id, 'default.review', \(kind.source), now(), now() + interval '1 day'
              FROM habeas.case_file WHERE id = \(id)
            """
        )
    }

    @Test(
        "A5: whether it is fraud a person decides, and the refusal is theirs",
        arguments: [("confirmed", "refused", "case.refused"), ("denied", "needs_identity", "review.denied")]
    )
    func fraud(_ outcome: String, _ state: String, _ fact: String) async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r", relationship: "visitor")
            try await Self.call(installation, .fraud, id)
            let task = try await Self.task(installation, "suspected_fraud")
            let run = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                outcome,
                "--reason",
                "looked at it"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await Self.state(installation) == [state])
            #expect(try await Self.facts(installation, id).last == fact)
            let actor = try await installation.query("SELECT actor FROM habeas.evidence WHERE fact = \(fact)").only
            #expect(try actor.decode(String.self) == "operator:admin")
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("A5, K5: fraud in a case that is the client's to decide is a fact for it, and refuses nothing")
    func fraudOfTheClients() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r")
            try await Self.call(installation, .fraud, id)
            let task = try await Self.task(installation, "suspected_fraud")
            let run = try await installation.run("tasks", "complete", task, "--outcome", "confirmed", "--reason", "x")
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await Self.state(installation) == ["received"])
            #expect(try await Self.facts(installation, id) == ["case.opened", "review.confirmed"])
        }
    }

    @Test("C6, Y13: a child's own case begins with a person's confirmation; a referred one waits for none")
    func child() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let minor = #""minor_under_13":true,"#
            let own = try await installation.openCase(
                event: Self.request("erasure", relationship: "visitor", by: "subject", minor)
            )
            let task = try await Self.task(installation, "minor_to_confirm")
            let run = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "confirmed",
                "--reason",
                "a parent"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await Self.state(installation) == ["in_progress"])
            #expect(try await Self.facts(installation, own) == ["case.opened", "case.confirmed"])
            #expect(try await Self.woken(installation) == ["habeas.erasure"])
            let referred = try await installation.openCase(
                event: Self.request("erasure", by: "subject", minor + #""client":"acme","#)
            )
            let other = try await Self.task(installation, "minor_to_confirm")
            #expect(
                try await installation.run("tasks", "complete", other, "--outcome", "confirmed", "--reason", "a parent")
                    .status == 0
            )
            #expect(try await Self.state(installation) == ["in_progress", "received"])
            #expect(try await Self.facts(installation, referred) == ["case.opened", "review.confirmed"])
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("A1, K7: a suspended client's unconfirmed export waits for both words")
    func suspended() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await installation.query("UPDATE habeas.client SET suspended = true WHERE id = 'acme'")
            let id = try await installation.openCase(event: Self.instruction("support", "access"))
            let first = try await Self.task(installation, "suspended_hand_over")
            #expect(
                try await installation.run("tasks", "complete", first, "--outcome", "confirmed", "--reason", "harmless")
                    .status == 0
            )
            #expect(try await Self.state(installation) == ["received"])
            #expect(
                try await installation.query("SELECT state FROM habeas.deadline WHERE clock = 'review'").only.decode(
                    String.self
                )
                    == "open"
            )
            let second = try await Self.task(installation, "instruction_to_confirm")
            let run = try await installation.run(
                "tasks",
                "complete",
                second,
                "--outcome",
                "confirmed",
                "--reason",
                "x",
                "--given-by",
                "D",
                "--channel",
                "mail"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await Self.state(installation) == ["in_progress"])
            #expect(
                try await Self.facts(installation, id) == ["case.opened", "review.confirmed", "instruction.confirmed"]
            )
            #expect(try await Self.woken(installation) == ["habeas.export"])
        }
    }

    @Test("A6: a harvest is settled with a fact of the installation, and touches no case")
    func harvest() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await installation.query(
                """
                INSERT INTO habeas.review (id, kind, publisher_id, rule, source, opened_at, due_at)
                VALUES (gen_random_uuid(), 'harvest', 'helpdesk', 'default.review', 'A6', now(), now() + interval '1 day')
                """
            )
            let listed = try await installation.run("tasks", "list", "--json").object
            #expect(listed["publisher"] as? String == "helpdesk" && listed["kind"] as? String == "harvest")
            let task = try #require(listed["task"] as? String)
            let sealed = try await installation.run(
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
                "mail"
            )
            #expect(sealed.status == 1)
            #expect(
                try await installation.run("tasks", "complete", task, "--outcome", "denied", "--reason", "a campaign")
                    .status == 0
            )
            let facts = try await installation.query(
                "SELECT fact FROM habeas.evidence WHERE chain_kind = 'installation' AND fact LIKE 'review.%'"
            ).decode(column: 0, as: String.self)
            #expect(facts == ["review.denied"])
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test("K7, K9: an auditor sees what waits and says nothing")
    func auditor() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.openCase(event: Self.termination)
            let task = try await Self.task(installation, "tenant_erasure")
            try await installation.withOperators(1, role: "habeas_auditor") { people in
                #expect(try await people[0].run("tasks", "list", "--json").objects.count == 1)
                let run = try await people[0].run("approve", task, "--reason", "x")
                #expect(run.status == 1 && run.errors.contains("may not"))
            }
        }
    }
}
