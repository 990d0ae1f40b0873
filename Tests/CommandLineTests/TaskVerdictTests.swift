import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("A verdict by habeas tasks", .database)
struct TaskVerdictTests {
    @Test(
        "A5: whether it is fraud a person decides, and the refusal is theirs",
        arguments: [("confirmed", "refused", "case.refused"), ("denied", "needs_identity", "review.denied")]
    )
    func fraud(_ outcome: String, _ state: String, _ fact: String) async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r", relationship: "visitor")
            try await WaitingCase.call(installation, .fraud, id)
            let task = try await WaitingCase.task(installation, "suspected_fraud")
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
            #expect(try await WaitingCase.state(installation) == [state])
            #expect(try await WaitingCase.facts(installation, id).last == fact)
            // The answer tells why (Y2).
            let refusal = try await installation.query("SELECT refusal FROM habeas.case_file").only
            #expect(try refusal.decode(0, as: String?.self) == (outcome == "confirmed" ? "suspected_fraud" : nil))
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
            try await WaitingCase.call(installation, .fraud, id)
            let task = try await WaitingCase.task(installation, "suspected_fraud")
            let run = try await installation.run("tasks", "complete", task, "--outcome", "confirmed", "--reason", "x")
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await WaitingCase.state(installation) == ["received"])
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "review.confirmed"])
        }
    }

    @Test(
        "K3, K4: a word about whom no machine reaches is a fact, and the referral worker looks at the case again",
        arguments: [ReviewKind.clientUnreachable, .subjectUnreachable, .referralProhibited]
    )
    func unreachable(_ kind: ReviewKind) async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r")
            try await WaitingCase.call(installation, kind, id)
            let before = try await WaitingCase.woken(installation).count
            let task = try await WaitingCase.task(installation, kind.rawValue)
            let run = try await installation.run("tasks", "complete", task, "--outcome", "confirmed", "--reason", "x")
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "review.confirmed"])
            #expect(try await Array(WaitingCase.woken(installation).dropFirst(before)) == ["habeas.referral"])
        }
    }

    @Test("C6, Y13: a child's own case begins with a person's confirmation; a referred one waits for none")
    func child() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let minor = #""minor_under_13":true,"#
            let own = try await installation.openCase(
                event: WaitingCase.request("erasure", relationship: "visitor", by: "subject", minor)
            )
            let task = try await WaitingCase.task(installation, "minor_to_confirm")
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
            #expect(try await WaitingCase.state(installation) == ["in_progress"])
            #expect(try await WaitingCase.facts(installation, own) == ["case.opened", "case.confirmed"])
            #expect(try await WaitingCase.woken(installation) == ["habeas.erasure"])
            let referred = try await installation.openCase(
                event: WaitingCase.request("erasure", by: "subject", minor + #""client":"acme","#)
            )
            let other = try await WaitingCase.task(installation, "minor_to_confirm")
            #expect(
                try await installation.run("tasks", "complete", other, "--outcome", "confirmed", "--reason", "a parent")
                    .status == 0
            )
            #expect(try await WaitingCase.state(installation) == ["in_progress", "received"])
            #expect(try await WaitingCase.facts(installation, referred) == ["case.opened", "review.confirmed"])
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("A1, K7: a suspended client's unconfirmed export waits for both words")
    func suspended() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await installation.query("UPDATE habeas.client SET suspended = true WHERE id = 'acme'")
            let id = try await installation.openCase(event: WaitingCase.instruction("support", "access"))
            let first = try await WaitingCase.task(installation, "suspended_hand_over")
            #expect(
                try await installation.run("tasks", "complete", first, "--outcome", "confirmed", "--reason", "harmless")
                    .status == 0
            )
            #expect(try await WaitingCase.state(installation) == ["received"])
            #expect(
                try await installation.query("SELECT state FROM habeas.deadline WHERE clock = 'review'").only.decode(
                    String.self
                )
                    == "open"
            )
            let second = try await WaitingCase.task(installation, "instruction_to_confirm")
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
            #expect(try await WaitingCase.state(installation) == ["in_progress"])
            #expect(
                try await WaitingCase.facts(installation, id) == [
                    "case.opened", "review.confirmed", "instruction.confirmed",
                ]
            )
            #expect(try await WaitingCase.woken(installation) == ["habeas.export"])
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

    @Test(
        "A6: copies that wait for the look at many requests are shown, and go on, or are refused for what the person says",
        arguments: [String?.none, "excessive"]
    )
    func copies(_ refusal: String?) async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(event: WaitingCase.instruction("admin", "access"))
            let review = UUID()
            _ = try await installation.query(
                """
                INSERT INTO habeas.review (id, kind, publisher_id, rule, source, opened_at, due_at)
                VALUES (\(review), 'harvest', 'helpdesk', 'default.review', 'A6', now(), now() - interval '1 minute')
                """
            )
            _ = try await installation.query(ExportWait.insert(id, client: "acme", review: review, at: Date()))
            let status = try await installation.run("status", "--json").object
            #expect(status["copies_waiting"] as? Int == 1)
            let reviews = try #require(status["reviews"] as? [[String: Any]])
            #expect(reviews.first?["kind"] as? String == "harvest" && reviews.first?["overdue"] as? Int == 1)
            let text = try await installation.run("status").output
            #expect(text.contains("! harvest 1 (1 overdue); 1 copies wait for the look at many requests"))
            let shown = try await installation.run("requests", "show", id.uuidString, "--json").object
            #expect(shown["waits_for_review"] as? String == review.uuidString.lowercased())
            let words = ["tasks", "complete", review.uuidString, "--reason", "a campaign", "--json"]
            let verdict = refusal.map { ["--outcome", "confirmed", "--refusal", $0] } ?? ["--outcome", "denied"]
            let run = try await CommandLine.run(words + verdict, environment: installation.environment)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try run.object["copies"] as? Int == 1)
            let said = try await installation.query("SELECT refusal FROM habeas.export_wait").only.decode(
                0,
                as: String?.self
            )
            #expect(said == refusal)
            #expect(try await WaitingCase.woken(installation).contains("habeas.export"))
            let fact = refusal == nil ? "review.denied" : "review.confirmed"
            let facts = try await EffectSeed.bodies(installation, fact)
            #expect(facts.count == 1 && facts[0].contains("excessive") == (refusal != nil))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("K7, K9: an auditor sees what waits and says nothing")
    func auditor() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.openCase(event: WaitingCase.termination)
            let task = try await WaitingCase.task(installation, "tenant_erasure")
            try await installation.withOperators(1, role: "habeas_auditor") { people in
                #expect(try await people[0].run("tasks", "list", "--json").objects.count == 1)
                let run = try await people[0].run("approve", task, "--reason", "x")
                #expect(run.status == 1 && run.errors.contains("may not"))
            }
        }
    }

    @Test("A1: a person's word lets a suspended client's export through, by an instruction and by the gate")
    func passes() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let suspend = "- id: acme\n  suspended: true\n"
            #expect(try await installation.run("clients", "apply", "-", "--without-broker", input: suspend).status == 0)
            try await installation.openCase(event: WaitingCase.instruction("admin", "access"))
            #expect(try await WaitingCase.state(installation) == ["received"])
            let first = try await WaitingCase.task(installation, "suspended_hand_over")
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
            #expect(try await WaitingCase.state(installation) == ["in_progress"])
            #expect(try await WaitingCase.woken(installation).filter { $0 == "habeas.export" }.count == 1)
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
            let second = try await WaitingCase.task(installation, "suspended_hand_over")
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
            #expect(try await WaitingCase.woken(installation).filter { $0 == "habeas.export" }.count == 2)
            #expect(try await installation.query("SELECT 1 FROM habeas.case_gate").isEmpty)
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    // MARK: Listing
}
