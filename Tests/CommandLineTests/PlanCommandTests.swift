import Foundation
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas requests show --plan, habeas publish --dry-run", .database)
struct PlanCommandTests {
    private func installed(_ body: (Installation) async throws -> Void) async throws {
        try await Installation.with { installation in
            try await installation.register()
            let file = "\(Installation.deploy)/systems/example.yaml"
            let run = try await installation.run("systems", "apply", file, "--without-broker")
            #expect(run.status == 0, "\(run.errors)")
            try await body(installation)
        }
    }

    private func targets(_ plan: [String: Any]) -> [String: [String: Any]] {
        let targets = plan["targets"] as? [[String: Any]] ?? []
        return Dictionary(uniqueKeysWithValues: targets.map { ($0["system"] as? String ?? "", $0) })
    }

    @Test("K13, K14, K22, K11, C5: a case's plan is shown before anything of it is done, and without a key")
    func plan() async throws {
        try await installed { installation in
            let id = try await installation.openCase(ref: "REQ-1")
            var keyless = installation
            keyless.environment["HABEAS_KEYS_FILE"] = nil
            let plan = try await keyless.run("requests", "show", id.uuidString, "--plan", "--json").object
            #expect(plan["state"] as? String == "planned" && plan["operation"] as? String == "erase")
            #expect(plan["waits_for"] as? [String] == ["what `habeas requests show` says it waits for"])
            let targets = targets(plan)
            // Of client users only; not of an end user.
            #expect(targets["payments"] == nil && targets["paper"] == nil)
            #expect(targets.count == 9)
            #expect(targets["acme-crm"]?["way"] as? String == "client")
            #expect(targets["forum"]?["way"] as? String == "person")
            #expect(targets["mailer"]?["way"] as? String == "connector")
            #expect(targets["mailer"]?["identities"] as? [String] == ["email"])
            #expect(
                targets["backup"]?["gone_by"] as? String != nil && targets["access-log"]?["way"] as? String == "time"
            )
            let kept = targets["helpdesk-db"]?["kept"] as? [[String: Any]] ?? []
            #expect(kept.map { $0["category"] as? String } == ["tickets"])
            #expect(plan["clients_own"] as? [String] == ["acme-crm"])
            #expect(plan["backups_until"] as? String != nil)

            let text = try await installation.run("requests", "show", "helpdesk/REQ-1", "--plan")
            for words in [
                "nothing of it begun", "acme-crm: the client's own to clean (K14)", "(K22)", "(K12)", "(K11)",
            ] {
                #expect(text.output.contains(words), "\(words) in \(text.output)")
            }
            #expect(!text.output.contains("anna.canary"))
        }
    }

    @Test("K18, G1: what comes first is said: the copy that the person asked for, and a legal hold")
    func waits() async throws {
        try await installed { installation in
            let copy = try await installation.openCase(event: Installation.event(ref: "A", right: "access"))
            let id = try await installation.openCase(ref: "E")
            func waits() async throws -> [String] {
                let plan = try await installation.run("requests", "show", id.uuidString, "--plan", "--json").object
                return plan["waits_for"] as? [String] ?? []
            }
            let first = "the copy that request \(copy.uuidString.lowercased()) asks for"
            #expect(try await waits().dropFirst() == [first])
            _ = try await installation.query(
                """
                INSERT INTO habeas.hold (id, publisher_id, hold_ref, client_id, placed_at)
                VALUES (gen_random_uuid(), 'helpdesk', 'H1', 'acme', now())
                """
            )
            #expect(try await waits().dropFirst() == [first, "the end of a legal hold (K18)"])
            // A hold on the request itself is one, too.
            _ = try await installation.query("UPDATE habeas.hold SET lifted_at = now()")
            #expect(try await waits().dropFirst() == [first])
            let hold = ["holds", "place", id.uuidString, "--ref", "L", "--basis", "b", "--reviewer", "legal"]
            #expect(try await CommandLine.run(hold, environment: installation.environment).status == 0)
            #expect(try await waits().dropFirst() == [first, "the end of a legal hold (K18)"])
        }
    }

    @Test("K11: a plan that is refused says which field, why, and what to do")
    func refused() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let list = "- {id: g, kind: own, clients: [globex]}\n"
            #expect(try await installation.run("systems", "apply", "-", input: list).status == 0)
            let id = try await installation.openCase(ref: "REQ-1")
            let plan = try await installation.run("requests", "show", id.uuidString, "--plan", "--json").object
            #expect(plan["state"] as? String == "refused")
            #expect((plan["fault"] as? [String: Any])?["field"] as? String == "systems")
            let text = try await installation.run("requests", "show", id.uuidString, "--plan")
            #expect(text.status == 0 && text.output.contains("no plan can be made, and a person is asked"))
        }
    }

    @Test("N4: once the plan was made, it is what was planned that is shown, with the state of each part")
    func made() async throws {
        try await installed { installation in
            let id = try await installation.openCase(ref: "REQ-1")
            _ = try await installation.query(
                """
                INSERT INTO habeas.fan_out (id, case_id, client_id, system_id, system_version, part, operation, way, mandatory, level,
                  ordinal, key, state, outcome, verified_at, verified_by)
                VALUES (gen_random_uuid(), \(id), 'acme', 'old', 3, 'whole', 'erase', 'connector', true, 'probe', 0, gen_random_uuid(),
                  'verified', 'done', now(), 'probe')
                """
            )
            let plan = try await installation.run("requests", "show", id.uuidString, "--plan", "--json").object
            #expect(plan["state"] as? String == "made")
            let old = targets(plan)["old"]
            #expect(old?["state"] as? String == "verified" && old?["verified_by"] as? String == "probe")
            let text = try await installation.run("requests", "show", id.uuidString, "--plan").output
            #expect(text.contains("verified") && !text.contains("helpdesk-db"))
        }
    }

    @Test("a plan names nobody, and is not asked for together with what does")
    func together() async throws {
        try await installed { installation in
            let id = try await installation.openCase(ref: "REQ-1")
            let run = try await installation.run("requests", "show", id.uuidString, "--plan", "--reveal", "--why", "x")
            #expect(run.status == 64)
        }
    }

    @Test("publish --dry-run checks, says what events would come to, and sends nothing")
    func rehearsal() async throws {
        try await installed { installation in
            let events = [Installation.event(ref: "A"), WaitingCase.termination].joined(separator: "\n")
            // No broker is configured.
            let run = try await installation.run("publish", "-", "--dry-run", "--json", input: events)
            #expect(run.status == 0, "\(run.errors)")
            let plans = try run.objects
            #expect(plans.map { $0["operation"] as? String } == ["erase", "erase_tenant"])
            #expect(plans.first?["request"] as? String == "line 1, subject 1")
            #expect(plans.first?["waits_for"] as? [String] == ["the client's decision"])
            let tenant = try #require(plans.last)
            #expect(targets(tenant)["payments"]?["way"] as? String == "person")
            #expect(tenant["waits_for"] as? [String] == ["the approval of two people"])
            #expect(try await installation.query("SELECT 1 FROM habeas.case_file").isEmpty)

            let text = try await installation.run("publish", "-", "--dry-run", input: events)
            #expect(text.output.contains("2 valid, 2 planned, nothing sent"))
            // Of a client that nobody knows nothing can be said.
            let stranger = try await installation.run(
                "publish",
                "-",
                "--dry-run",
                input: Installation.event(ref: "B", client: "stranger")
            )
            #expect(stranger.status == 0 && stranger.output.contains("1 valid, 0 planned"))
            var bare = installation
            bare.environment["HABEAS_DATABASE_URL"] = nil
            let valid = try await bare.run("publish", "-", "--dry-run", input: events)
            #expect(valid.status == 0 && valid.output.contains("2 events are valid"))
            let bad = try await bare.run("publish", "-", "--dry-run", input: "{}")
            #expect(bad.status == 1)
        }
    }
}
