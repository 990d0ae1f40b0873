import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas effects", .database)
struct EffectCommandTests {
    @Test("list filters by state, target, client, request and cause, and pages by id")
    func list() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation)
            let acme = try await installation.openCase(ref: "a")
            let globex = try await installation.openCase(ref: "g", client: "globex")
            var ids: [String] = []
            for (index, request) in [acme, globex, acme, acme].enumerated() {
                let id = try await EffectSeed.effect(
                    installation,
                    of: request,
                    to: index == 1 ? "mail" : EffectSeed.hook,
                    state: index == 2 ? .retrying : .parked,
                    cause: index == 3 ? "tls" : "http_503",
                    plannedAt: Date(timeIntervalSinceNow: Double(index) - 10)
                )
                ids.append(id.uuidString.lowercased())
            }
            func list(_ arguments: String...) async throws -> [String] {
                let run = try await CommandLine.run(
                    ["effects", "list", "--json"] + arguments,
                    environment: installation.environment
                )
                #expect(run.status == 0, "\(run.errors)")
                return try run.objects.compactMap { $0["id"] as? String }
            }
            #expect(try await list() == ids.reversed())
            #expect(try await list("--oldest-first", "--limit", "2") == Array(ids[..<2]))
            #expect(try await list("--oldest-first", "--after", ids[1]) == Array(ids[2...]))
            #expect(try await list("--after", ids[1]) == [ids[0]])
            #expect(try await list("--state", "retrying") == [ids[2]])
            #expect(try await list("--target", "mail") == [ids[1]])
            #expect(try await list("--client", "acme") == [ids[3], ids[2], ids[0]])
            #expect(try await list("--request", "helpdesk/g") == [ids[1]])
            #expect(try await list("--cause", "tls") == [ids[3]])
            let text = try await installation.run("effects")
            #expect(text.output.contains("client.referral") && text.output.contains("10 of 10"))
            // A mistyped filter must not look like an empty list.
            let near = try await installation.run("effects", "list", "--target", "client:acme/hok")
            #expect(near.status == 1 && near.errors.contains(EffectSeed.hook))
            #expect(try await installation.run("effects", "list", "--client", "acne").status == 1)
            #expect(try await installation.run("effects", "list", "--state", "stuck").status == 64)
            try await installation.withOperators(1, role: "habeas_auditor") { people in
                let run = try await people[0].run("effects", "list", "--json")
                #expect(try run.objects.count == 4)
            }
        }
    }

    @Test("show tells every attempt, and what happens next, whatever keeps it")
    func show() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation)
            let request = try await installation.openCase(ref: "a")
            let id = try await EffectSeed.effect(installation, of: request, state: .retrying, attempts: 2)
            try await EffectSeed.attempt(installation, at: id, number: 1, cause: "timeout", status: 0)
            try await EffectSeed.attempt(installation, at: id, number: 2, cause: "http_503", status: 503)
            func next(_ effect: UUID) async throws -> String {
                let shown = try await installation.run("effects", "show", effect.uuidString, "--json")
                #expect(shown.status == 0, "\(shown.errors)")
                return try #require(try shown.object["next_step"] as? String)
            }
            let json = try await installation.run("effects", "show", id.uuidString, "--json").object
            let history = try #require(json["history"] as? [[String: Any]])
            #expect(history.map { $0["cause"] as? String } == ["timeout", "http_503"])
            #expect(history[1]["status"] as? Int == 503 && history[1]["duration_ms"] as? Int == 250)
            #expect(history[1]["worker"] as? String == "referral-1")
            #expect(try await next(id).contains("tried at"))
            let text = try await installation.run("effects", "show", id.uuidString).output
            #expect(text.contains("http_503") && text.contains("referral-1") && text.contains("2 of 10"))

            _ = try await installation.query(
                """
                UPDATE habeas.target SET circuit = 'open', circuit_since = now(), circuit_until = now() + interval '2 hours'
                 WHERE id = \(EffectSeed.hook)
                """
            )
            #expect(try await next(id).contains("the target fails"))
            _ = try await installation.query(
                "UPDATE habeas.target SET paused_at = now(), pause_reason = 'x' WHERE id = \(EffectSeed.hook)"
            )
            #expect(try await next(id).contains("habeas resume \(EffectSeed.hook)"))
            _ = try await installation.query(
                "UPDATE habeas.target SET disabled_at = now(), disabled_cause = 'http_410' WHERE id = \(EffectSeed.hook)"
            )
            #expect(try await next(id).contains("--enable"))
            _ = try await installation.query("UPDATE habeas.effect SET held_at = now()")
            #expect(try await next(id).contains("legal hold"))
            let words: [(EffectState, String)] = [
                (.parked, "habeas effects retry"), (.done, "it is done"), (.cancelled, "not wanted"),
                (.released, "let go again"), (.leased, "same key"),
            ]
            for (state, word) in words {
                let other = try await EffectSeed.effect(installation, of: request, state: state)
                #expect(try await next(other).contains(word), "\(state)")
            }
            #expect(try await installation.run("effects", "show", UUID().uuidString).status == 1)
        }
    }

    @Test("retry lets a parked effect go again under its key, with five more attempts, and says so in the case's chain")
    func retry() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation)
            let request = try await installation.openCase(ref: "a")
            let id = try await EffectSeed.effect(installation, of: request)
            try await installation.withOperators(1) { people in
                let run = try await people[0].run(
                    "effects",
                    "retry",
                    id.uuidString,
                    "--reason",
                    "hook mended",
                    "--json"
                )
                #expect(run.status == 0, "\(run.errors)")
                #expect(try run.object["result"] as? String == "retrying")
            }
            let row = try await installation.query(
                """
                SELECT state, attempts, attempts_allowed, next_attempt_at <= now(), ended_at IS NULL, cause FROM habeas.effect
                """
            ).only
            let (state, attempts, allowed, isDue, isOpen, cause) = try row.decode(
                String.self,
                Int.self,
                Int.self,
                Bool.self,
                Bool.self,
                String?.self
            )
            #expect(state == "retrying" && attempts == 10 && allowed == 15 && isDue && isOpen && cause == "http_503")
            #expect(try await WaitingCase.facts(installation, request) == ["case.opened", "effect.retried"])
            let body = try #require(try await EffectSeed.bodies(installation, "effect.retried").first)
            #expect(body.contains("hook mended") && body.contains(id.uuidString.lowercased()))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)

            // Once more: it goes by itself now.
            let again = try await installation.run("effects", "retry", id.uuidString, "--reason", "x")
            #expect(again.status == 1 && again.errors.contains("not parked but retrying"))
            #expect(try await installation.run("effects", "retry", UUID().uuidString, "--reason", "x").status == 1)
            #expect(try await installation.run("effects", "retry", "--reason", "x").status == 64)
            #expect(try await installation.run("effects", "retry", id.uuidString).status == 64)
            try await installation.withOperators(1, role: "habeas_auditor") { people in
                let run = try await people[0].run("effects", "retry", id.uuidString, "--reason", "x")
                #expect(run.status == 1 && run.errors.contains("may not"))
            }
        }
    }

    @Test("retry by ids lets all go or none; by target and cause those that are parked there")
    func several() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation)
            let request = try await installation.openCase(ref: "a")
            let other = try await installation.openCase(ref: "b")
            let parked = try await EffectSeed.effect(installation, of: request, cause: "tls", attempts: 1, allowed: 20)
            let done = try await EffectSeed.effect(installation, of: request, state: .done)
            let busy = try await EffectSeed.effect(installation, of: other)
            let mail = try await EffectSeed.effect(installation, of: other, .subjectNotice, to: "mail")
            let none = try await installation.run(
                "effects",
                "retry",
                parked.uuidString,
                done.uuidString,
                "--reason",
                "x"
            )
            #expect(none.status == 1 && none.errors.contains(done.uuidString.lowercased()))
            #expect(try await EffectSeed.state(installation, parked) == "parked")

            let run = try await installation.run(
                "effects",
                "retry",
                "--target",
                EffectSeed.hook,
                "--cause",
                "tls",
                "--reason",
                "renewed",
                "--json"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try run.objects.compactMap { $0["id"] as? String } == [parked.uuidString.lowercased()])
            // Attempts that it had left are not taken away.
            #expect(try run.objects[0]["attempts_allowed"] as? Int == 20)
            #expect(try await EffectSeed.state(installation, busy) == "parked")
            let rest = try await installation.run("effects", "retry", "--cause", "http_503", "--reason", "x")
            #expect(rest.status == 0 && rest.output.contains("2 go again"), "\(rest.output)\(rest.errors)")
            #expect(try await EffectSeed.state(installation, mail) == "retrying")
            let empty = try await installation.run("effects", "retry", "--target", "mail", "--reason", "x")
            #expect(empty.status == 1 && empty.errors.contains("none is parked"))
            #expect(try await installation.run("effects", "retry", "--target", "post", "--reason", "x").status == 1)
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("K5: an ask for a decision that was made stays parked, and so does what a request's end has overtaken")
    func overtaken() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation)
            let decided = try await installation.openCase(ref: "decided")
            try await EffectSeed.refer(installation, decided)
            try await EffectSeed.happen(.decidedProceed, to: decided, installation)
            let reminder = try await EffectSeed.effect(installation, of: decided, .clientReminder)
            let gone = try await installation.openCase(ref: "gone")
            let notice = try await EffectSeed.effect(
                installation,
                of: gone,
                .subjectNotice,
                plannedAt: Date(timeIntervalSinceNow: -60)
            )
            try await EffectSeed.happen(.withdrawn, to: gone, installation)
            let answer = try await EffectSeed.effect(
                installation,
                of: gone,
                .clientAnswer,
                plannedAt: Date(timeIntervalSinceNow: 60)
            )
            let one = try await installation.run("effects", "retry", reminder.uuidString, "--reason", "x")
            #expect(one.status == 1 && one.errors.contains("not awaited"), "\(one.errors)")
            let all = try await installation.run(
                "effects",
                "retry",
                "--target",
                EffectSeed.hook,
                "--reason",
                "x",
                "--json"
            )
            #expect(all.status == 0, "\(all.errors)")
            let results = Dictionary(
                try all.objects.map { ($0["id"] as? String ?? "", $0["result"] as? String ?? "") },
                uniquingKeysWith: { $1 }
            )
            #expect(results[reminder.uuidString.lowercased()] == "parked")
            #expect(results[notice.uuidString.lowercased()] == "parked")
            // The answer about a request that has ended is owed still.
            #expect(results[answer.uuidString.lowercased()] == "retrying")
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("K18: what a hold suspends and was parked meanwhile waits for the end of the hold")
    func held() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation)
            let request = try await installation.openCase(ref: "a")
            let id = try await EffectSeed.effect(installation, of: request, .subjectNotice, waitsOnHold: true)
            let placed = try await installation.run(
                "holds",
                "place",
                "helpdesk/a",
                "--ref",
                "L",
                "--basis",
                "b",
                "--reviewer",
                "legal"
            )
            #expect(placed.status == 0, "\(placed.errors)")
            #expect(try await installation.run("effects", "retry", id.uuidString, "--reason", "x").status == 0)
            let held = try await installation.run("effects", "list", "--json").object
            #expect(held["state"] as? String == "retrying" && held["held"] as? Bool == true)
            let lifted = try await installation.run("holds", "lift", "helpdesk/a", "--ref", "L", "--reason", "over")
            #expect(lifted.status == 0, "\(lifted.errors)")
            #expect(try await installation.run("effects", "list", "--json").object["held"] as? Bool == false)
        }
    }

    @Test("requests show and timeline tell a case's effects")
    func ofRequest() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let request = try await installation.openCase(ref: "a")
            let id = try await EffectSeed.effect(installation, of: request, .subjectNotice, to: "mail")
            let shown = try await installation.run("requests", "show", "helpdesk/a", "--json").object
            let effects = try #require(shown["effects"] as? [[String: Any]])
            #expect(effects.map { $0["id"] as? String } == [id.uuidString.lowercased()])
            #expect(effects[0]["kind"] as? String == "subject.notice" && effects[0]["state"] as? String == "parked")
            #expect(try await installation.run("requests", "show", "helpdesk/a").output.contains("subject.notice"))
            let timeline = try await installation.run("requests", "timeline", "helpdesk/a", "--json").objects
            #expect(
                timeline.contains {
                    $0["effect"] as? String == id.uuidString.lowercased() && $0["target"] as? String == "mail"
                }
            )
            let text = try await installation.run("requests", "timeline", "helpdesk/a").output
            #expect(text.contains("parked, 10 of 10 attempts, http_503"))
        }
    }
}
