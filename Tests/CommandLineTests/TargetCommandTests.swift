import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas pause, resume and status of targets", .database)
struct TargetCommandTests {
    private func facts(_ installation: Installation, _ kind: String) async throws -> [String] {
        try await installation.query(
            "SELECT fact FROM habeas.evidence WHERE chain_kind = \(kind) AND fact LIKE 'target.%' ORDER BY at, seq"
        ).decode(column: 0, as: String.self)
    }

    @Test(
        "a target is paused and resumed by a person whose login is the database's word, with a fact in its client's chain"
    )
    func pause() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation)
            try await installation.withOperators(1) { people in
                let run = try await people[0].run("pause", EffectSeed.hook, "--reason", "maintenance", "--json")
                #expect(run.status == 0, "\(run.errors)")
                #expect(try run.object["result"] as? String == "paused")
                let row = try await installation.query(
                    "SELECT paused_by::text, pause_reason FROM habeas.target WHERE id = \(EffectSeed.hook)"
                ).only
                let (login, reason) = try row.decode(String.self, String.self)
                #expect(login.hasPrefix("op_") && reason == "maintenance")
                let again = try await people[0].run("pause", EffectSeed.hook, "--reason", "again", "--json")
                #expect(try again.object["result"] as? String == "unchanged")
                let resumed = try await people[0].run("resume", EffectSeed.hook, "--reason", "over", "--json")
                #expect(resumed.status == 0, "\(resumed.errors)")
                #expect(try resumed.object["result"] as? String == "resumed")
                let idle = try await people[0].run("resume", EffectSeed.hook, "--reason", "over", "--json")
                #expect(try idle.object["result"] as? String == "unchanged")
            }
            #expect(try await facts(installation, "client") == ["target.paused", "target.resumed"])
            #expect(try await installation.query("SELECT 1 FROM habeas.target WHERE paused_at IS NOT NULL").isEmpty)
            // The mail relay is everybody's: its facts are the installation's.
            #expect(try await installation.run("pause", "mail", "--reason", "relay moves").status == 0)
            #expect(try await facts(installation, "installation") == ["target.paused"])
            #expect(try await installation.run("evidence", "verify").status == 0)
            try await installation.withOperators(1, role: "habeas_auditor") { people in
                let known = try await people[0].run("pause", "--json").objects.compactMap { $0["target"] as? String }
                #expect(Set(known) == ["breach:mail", "exports", "mail", "people:mail", EffectSeed.hook])
                let run = try await people[0].run("resume", "mail", "--reason", "x")
                #expect(run.status == 1 && run.errors.contains("may not"))
            }
        }
    }

    @Test("resume closes the circuit; what the peer disabled it takes back only when told to")
    func resume() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(
                installation,
                having: """
                    circuit = 'open', circuit_since = now(), circuit_until = now() + interval '1 hour', failures = 7, openings = 3,
                    last_cause = 'timeout'
                    """
            )
            #expect(try await installation.run("resume", EffectSeed.hook, "--reason", "mended").status == 0)
            let row = try await installation.query(
                """
                SELECT circuit, failures, openings, circuit_until IS NULL, circuit_since IS NULL FROM habeas.target
                 WHERE id = \(EffectSeed.hook)
                """
            ).only
            let (circuit, failures, openings, isOver, hasNone) = try row.decode(
                String.self,
                Int.self,
                Int.self,
                Bool.self,
                Bool.self
            )
            #expect(circuit == "closed" && failures == 0 && openings == 0 && isOver && hasNone)
            #expect(try await EffectSeed.bodies(installation, "target.resumed").first?.contains("timeout") == true)

            _ = try await installation.query(
                "UPDATE habeas.target SET disabled_at = now(), disabled_cause = 'http_410' WHERE id = \(EffectSeed.hook)"
            )
            let refused = try await installation.run("resume", EffectSeed.hook, "--reason", "x")
            #expect(refused.status == 1 && refused.errors.contains("--enable"))
            let enabled = try await installation.run("resume", EffectSeed.hook, "--enable", "--reason", "they want it")
            #expect(enabled.status == 0, "\(enabled.errors)")
            #expect(try await installation.query("SELECT 1 FROM habeas.target WHERE disabled_at IS NOT NULL").isEmpty)
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test(
        "an unknown target is refused with near names, a worker with how to stop one",
        arguments: [
            ("client:acme/hok", "client:acme/hook"), ("acme", "client:acme/hook"), ("fax", "habeas pause"),
            ("referral", "scale it to zero"), ("habeas-clock", "SIGTERM"),
        ]
    )
    func unknown(_ name: String, _ word: String) async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation)
            for command in ["pause", "resume"] {
                let run = try await installation.run(command, name, "--reason", "x")
                #expect(run.status == 1 && run.errors.contains(word), "\(run.errors)")
            }
            #expect(try await installation.run("pause", name).status == 64)
        }
    }

    @Test("status shows what is on its way, how long the oldest waits, and the targets that take no calls")
    func status() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let quiet = try await installation.run("status", "--json").object
            #expect((quiet["targets"] as? [Any])?.isEmpty == true)
            #expect((quiet["effects"] as? [String: Any])?["oldest_waiting_seconds"] is NSNull)
            try await EffectSeed.target(
                installation,
                having: """
                    circuit = 'open', circuit_since = now() - interval '5 minutes', circuit_until = now() + interval '1 hour',
                    last_cause = 'timeout'
                    """
            )
            try await EffectSeed.target(
                installation,
                "client:acme/old",
                having: "disabled_at = now(), disabled_cause = 'http_410'"
            )
            #expect(try await installation.run("pause", "mail", "--reason", "relay moves").status == 0)
            let request = try await installation.openCase(ref: "a")
            let old = Date(timeIntervalSinceNow: -600)
            try await EffectSeed.effect(installation, of: request, state: .retrying, plannedAt: old)
            try await EffectSeed.effect(
                installation,
                of: request,
                state: .parked,
                plannedAt: old.addingTimeInterval(-600)
            )
            // Not due yet: nobody waits for it.
            try await EffectSeed.effect(
                installation,
                of: request,
                state: .planned,
                plannedAt: old.addingTimeInterval(-600)
            )
            let status = try await installation.run("status", "--json").object
            let effects = try #require(status["effects"] as? [String: Any])
            #expect(
                effects["retrying"] as? Int == 1 && effects["parked"] as? Int == 1 && effects["planned"] as? Int == 1
            )
            let age = try #require(effects["oldest_waiting_seconds"] as? Double)
            #expect((600..<700).contains(age))
            let targets = try #require(status["targets"] as? [[String: Any]])
            let states = targets.map { "\($0["target"] as? String ?? "") \($0["state"] as? String ?? "")" }
            #expect(states == ["client:acme/hook open", "client:acme/old disabled", "mail paused"])
            #expect(targets[0]["cause"] as? String == "timeout" && targets[0]["waiting"] as? Int == 2)
            #expect(targets[0]["since"] is String && targets[0]["next_try_at"] is String)
            #expect(targets[2]["next_try_at"] is NSNull && targets[2]["paused_by"] as? String == "admin")
            let text = try await installation.run("status").output
            #expect(text.contains("1 retrying") && text.contains("! 1 parked") && text.contains("client:acme/hook"))
            try await installation.withOperators(1, role: "habeas_auditor") { people in
                let run = try await people[0].run("status")
                #expect(run.status == 0, "\(run.errors)")
            }
        }
    }
}
