import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas decide", .database)
struct DecideCommandTests {
    private func decide(_ installation: Installation, _ request: String, _ arguments: String...) async throws
        -> CommandLineRun
    {
        try await CommandLine.run(
            ["decide", request] + arguments + [
                "--given-by", "Dora Decider", "--channel", "phone", "--reference", "T-4711",
            ],
            environment: installation.environment
        )
    }

    @Test("K6: proceed lets the right's worker begin; who gave it is sealed, and in no evidence and no message")
    func proceed() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r")
            let ask = try await EffectSeed.effect(installation, of: id, .clientReminder, state: .retrying)
            try await EffectSeed.refer(installation, id)
            // As a person with no more than the operators' role.
            try await installation.withOperators(1) { people in
                let run = try await decide(people[0], "helpdesk/r", "proceed", "--answer-by", "vendor", "--json")
                #expect(run.status == 0, "\(run.errors)")
                #expect(try run.object["state"] as? String == "in_progress")
                let login = people[0].environment["HABEAS_DATABASE_URL"] ?? ""
                let actor = try await installation.query(
                    "SELECT actor FROM habeas.evidence WHERE fact = 'client.decided_proceed'"
                ).only.decode(String.self)
                #expect(actor.hasPrefix("operator:op_") && login.contains(actor.dropFirst("operator:".count)))
            }
            let row = try await installation.query("SELECT state, answer_by, refusal FROM habeas.case_file").only
            let (state, answerBy, refusal) = try row.decode(String.self, String?.self, String?.self)
            #expect(state == "in_progress" && answerBy == "vendor" && refusal == nil)
            #expect(try await WaitingCase.woken(installation) == ["habeas.erasure"])
            #expect(try await EffectSeed.state(installation, ask) == "cancelled")
            let outcome = try await installation.query(
                "SELECT convert_from(body, 'UTF8') FROM habeas.outbox WHERE message_type = 'io.habeas.request.decided.v1'"
            ).decode(column: 0, as: String.self)
            #expect(outcome.count == 1 && outcome[0].contains(#""decision":"proceed""#))
            let told =
                try await installation.query(
                    "SELECT string_agg(body, '') FROM habeas.evidence"
                ).only.decode(String.self) + outcome[0]
            for word in ["Dora", "phone", "T-4711"] { #expect(!told.contains(word)) }
            #expect(told.contains(#""answer_by":"vendor""#) && told.contains(#""words":""#))
            // The words themselves can be read by who may, with a reason.
            let shown = try await installation.run(
                "requests",
                "show",
                "helpdesk/r",
                "--reveal",
                "--why",
                "test",
                "--json"
            )
            #expect(shown.output.contains("Dora Decider") && shown.output.contains("decision.taken_down"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("K6, Y2: a refusal needs the client's reason, ends the case and names its code and article")
    func refuse() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r", more: #","health_data":true"#)
            try await EffectSeed.refer(installation, id)
            let bare = try await decide(installation, "helpdesk/r", "refuse")
            #expect(bare.status == 64 && bare.errors.contains("--reason"))
            let run = try await decide(installation, "helpdesk/r", "refuse", "--reason", "not our customer")
            #expect(run.status == 0, "\(run.errors)")
            let row = try await installation.query("SELECT state, answer_by, refusal FROM habeas.case_file").only
            let (state, answerBy, refusal) = try row.decode(String.self, String?.self, String?.self)
            #expect(state == "refused" && answerBy == "client" && refusal == "client_refused")
            let body = try #require(try await EffectSeed.bodies(installation, "client.decided_refuse").first)
            #expect(body.contains("client_refused") && body.contains("GDPR Art. 28(3)(a)") && body.contains("K6"))
            #expect(!body.contains("not our customer"))
            // What a person took down is readable also where free text of the request is withheld (A3).
            let shown = try await installation.run("requests", "show", "helpdesk/r", "--reveal", "--why", "test")
            #expect(shown.status == 0 && shown.output.contains("not our customer"), "\(shown.errors)")
        }
    }

    @Test("K5: no decision is taken down that is not awaited; each refusal says what to do")
    func refused() async throws {
        try await Installation.with { installation in
            try await installation.register()
            func fails(_ request: UUID, _ words: String..., line: Int = #line) async throws {
                let before = try await installation.query("SELECT count(*)::int8 FROM habeas.evidence").only.decode(
                    Int.self
                )
                let run = try await decide(installation, request.uuidString, "proceed")
                #expect(run.status == 1, "line \(line)")
                for word in words { #expect(run.errors.contains(word), "line \(line): \(run.errors)") }
                let after = try await installation.query("SELECT count(*)::int8 FROM habeas.evidence").only.decode(
                    Int.self
                )
                #expect(before == after)
            }
            let early = try await installation.openCase(ref: "early")
            try await fails(early, "not been referred", "effects list --request")
            _ = try await installation.query(
                "UPDATE habeas.case_file SET referral_prohibited = 'order' WHERE id = \(early)"
            )
            try await fails(early, "may not be referred", "--lift")
            let nameless = try await installation.openCase(
                event: WaitingCase.request("erasure", by: "subject", #""client_named":"that shop","#)
            )
            try await fails(nameless, "no client yet", "request.client_named")
            let own = try await installation.openCase(ref: "own", relationship: "visitor")
            try await fails(own, "on the lane own", "requests answer")
            let decided = try await installation.openCase(ref: "decided")
            try await EffectSeed.refer(installation, decided)
            #expect(try await decide(installation, "helpdesk/decided", "proceed").status == 0)
            try await fails(decided, "decided before", "timeline")
            let over = try await installation.openCase(ref: "over")
            try await EffectSeed.refer(installation, over)
            #expect(try await decide(installation, "helpdesk/over", "handle_itself").status == 0)
            try await fails(over, "closed: handed_over", "new request")
            #expect(try await decide(installation, "helpdesk/none", "proceed").status == 1)
        }
    }

    @Test("K6: where the client lets only some roles decide, another one does not, and the role is asked for")
    func roles() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await installation.query(
                "UPDATE habeas.client SET decision_roles = '{dpo,owner}' WHERE id = 'acme'"
            )
            let id = try await installation.openCase(ref: "r")
            try await EffectSeed.refer(installation, id)
            let bare = try await decide(installation, "helpdesk/r", "proceed")
            #expect(bare.status == 1 && bare.errors.contains("--role") && bare.errors.contains("dpo, owner"))
            let other = try await decide(installation, "helpdesk/r", "proceed", "--role", "support")
            #expect(other.status == 1 && other.errors.contains("may not decide"))
            #expect(try await EffectSeed.requestState(installation, id) == "referred")
            let run = try await decide(installation, "helpdesk/r", "proceed", "--role", "dpo")
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await EffectSeed.bodies(installation, "client.decided_proceed").first?.contains("dpo") == true)
        }
    }

    @Test("G3: of a request about several people all are decided, or none")
    func group() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let (group, cases) = try await EffectSeed.group(installation)
            try await EffectSeed.refer(installation, cases[0])
            let none = try await decide(installation, group.uuidString, "proceed")
            #expect(none.status == 1 && none.errors.contains(cases[1].uuidString.lowercased()), "\(none.errors)")
            #expect(try await EffectSeed.requestState(installation, cases[0]) == "referred")
            try await EffectSeed.refer(installation, cases[1])
            let run = try await decide(installation, group.uuidString, "proceed", "--json")
            #expect(run.status == 0, "\(run.errors)")
            #expect(try run.objects.count == 2)
            // Kept once, for all of them.
            let kept = try await installation.query(
                "SELECT subject_id FROM habeas.event_secret WHERE event_type = 'decision.taken_down'"
            ).decode(column: 0, as: UUID.self)
            #expect(kept == [group])
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("a decision about a case that an equal one answers is that one's")
    func linked() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let first = try await installation.openCase(ref: "first")
            let second = try await installation.openCase(ref: "second")
            _ = try await installation.query("UPDATE habeas.case_file SET linked_to = \(first) WHERE id = \(second)")
            try await EffectSeed.refer(installation, first)
            let run = try await decide(installation, "helpdesk/second", "proceed", "--json")
            #expect(run.status == 0, "\(run.errors)")
            #expect(try run.object["request"] as? String == first.uuidString.lowercased())
            #expect(try await EffectSeed.requestState(installation, second) == "received")
        }
    }

    @Test("who, how and where are all asked for, and a key file is needed to keep them")
    func usage() async throws {
        let run = try await CommandLine.run([
            "decide", "helpdesk/r", "proceed", "--given-by", "D", "--channel", "phone",
        ])
        #expect(run.status == 64 && run.errors.contains("--reference"))
        #expect(try await CommandLine.run(["decide", "helpdesk/r", "maybe"]).status == 64)
        try await Installation.with { installation in
            var keyless = installation
            keyless.environment["HABEAS_KEYS_FILE"] = nil
            let run = try await decide(keyless, "helpdesk/r", "proceed")
            #expect(run.status == 78)
        }
    }
}
