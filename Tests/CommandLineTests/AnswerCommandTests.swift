import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas requests answer and prohibit-referral, and what a verdict refuses for", .database)
struct AnswerCommandTests {
    private func row(_ installation: Installation, _ id: UUID) async throws -> (state: String, refusal: String?) {
        try await installation.query("SELECT state, refusal FROM habeas.case_file WHERE id = \(id)").only.decode(
            String.self,
            String?.self
        )
    }

    @Test("a person answers a decided request, in full or in part, and every refusal has its reason and article")
    func answer() async throws {
        try await Installation.with { installation in
            try await installation.register()
            for (ref, arguments, state, refusal) in [
                ("full", ["--outcome", "fulfilled"], "fulfilled", nil),
                (
                    "part", ["--outcome", "partly_fulfilled", "--refusal", "legal_obligation"], "partly_fulfilled",
                    "legal_obligation"
                ),
                ("none", ["--outcome", "refused", "--refusal", "excessive"], "refused", "excessive"),
            ] as [(String, [String], String, String?)] {
                let id = try await installation.openCase(ref: ref)
                try await EffectSeed.refer(installation, id)
                try await EffectSeed.happen(.decidedProceed, to: id, installation)
                try await installation.withOperators(1) { people in
                    let run = try await CommandLine.run(
                        ["requests", "answer", "helpdesk/\(ref)", "--reason", "ticket 4711", "--json"] + arguments,
                        environment: people[0].environment
                    )
                    #expect(run.status == 0, "\(run.errors)")
                    #expect(try run.object["state"] as? String == state)
                }
                let found = try await row(installation, id)
                #expect(found.state == state && found.refusal == refusal)
            }
            let body = try #require(try await EffectSeed.bodies(installation, "case.partly_fulfilled").first)
            #expect(body.contains("GDPR Art. 17(3)(b)") && body.contains("K11") && body.contains("ticket 4711"))
            let again = try await installation.run("requests", "answer", "helpdesk/full", "--outcome", "fulfilled")
            #expect(again.status == 1 && again.errors.contains("closed"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("a complaint is answered by a person, from where it began")
    func complaint() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "c", relationship: "visitor")
            _ = try await installation.query(
                "UPDATE habeas.case_file SET kind = 'complaint', right_asked = NULL, state = 'received' WHERE id = \(id)"
            )
            let run = try await installation.run("requests", "answer", "helpdesk/c", "--outcome", "fulfilled")
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await EffectSeed.requestState(installation, id) == "fulfilled")
        }
    }

    @Test("K5, K7, Y2: no person answers in the client's place, before a verdict, or without the reason of a refusal")
    func refused() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let referred = try await installation.openCase(ref: "referred")
            for _ in 0..<2 {
                let run = try await installation.run(
                    "requests",
                    "answer",
                    "helpdesk/referred",
                    "--outcome",
                    "fulfilled"
                )
                #expect(run.status == 1 && run.errors.contains("habeas decide"), "\(run.errors)")
                if try await EffectSeed.requestState(installation, referred) == "received" {
                    try await EffectSeed.refer(installation, referred)
                }
            }
            let instruction = try await installation.openCase(event: WaitingCase.instruction("support"))
            let early = try await installation.run(
                "requests",
                "answer",
                instruction.uuidString,
                "--outcome",
                "refused",
                "--refusal",
                "excessive"
            )
            #expect(early.status == 1 && early.errors.contains("tasks complete"))
            for arguments in [
                ["--outcome", "refused"], ["--outcome", "partly_fulfilled"],
                ["--outcome", "fulfilled", "--refusal", "excessive"],
                ["--outcome", "refused", "--refusal", "client_refused"],
                ["--outcome", "refused", "--refusal", "no_reason"],
            ] {
                let run = try await CommandLine.run(
                    ["requests", "answer", "helpdesk/referred"] + arguments,
                    environment: installation.environment
                )
                #expect(run.status == 64, "\(arguments): \(run.errors)")
            }
            let help = try await CommandLine.run(["requests", "answer", "--help"]).output
            for reason in RefusalReason.allCases {
                #expect(help.contains("\(reason.rawValue): \(reason.source); \(reason.obligation)"))
            }
        }
    }

    @Test("What is being carried out at systems is not answered by hand before it is through, but can be refused")
    func carriedOut() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "a")
            try await EffectSeed.refer(installation, id)
            try await EffectSeed.happen(.decidedProceed, to: id, installation)
            let system = "id: crm\nkind: own\nconnector: {kind: manual, instructions: Use its console.}"
            _ = try await installation.query("INSERT INTO habeas.system (id, body) VALUES ('crm', \(system))")
            let seed = TaskSeed("crm", .person).statement(case: id, client: "acme", at: Date())
            _ = try await installation.withConnection { try await $0.pipeline(seed.statements) }
            let early = try await installation.run("requests", "answer", "helpdesk/a", "--outcome", "fulfilled")
            #expect(early.status == 1 && early.errors.contains("1 of its systems"), "\(early.errors)")
            let refused = try await installation.run(
                "requests",
                "answer",
                "helpdesk/a",
                "--outcome",
                "refused",
                "--refusal",
                "legal_claims"
            )
            #expect(refused.status == 0, "\(refused.errors)")
            #expect(try await EffectSeed.requestState(installation, id) == "refused")
        }
    }

    @Test("K18: an erasure under a hold is answered and stays open until the hold is lifted")
    func held() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "a")
            try await EffectSeed.refer(installation, id)
            try await EffectSeed.happen(.decidedProceed, to: id, installation)
            let place = try await installation.run(
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
            #expect(place.status == 0, "\(place.errors)")
            let arguments = [
                "requests", "answer", "helpdesk/a", "--outcome", "partly_fulfilled", "--refusal", "legal_claims",
            ]
            let first = try await CommandLine.run(arguments, environment: installation.environment)
            #expect(first.status == 0, "\(first.errors)")
            #expect(try await EffectSeed.requestState(installation, id) == "on_hold")
            let early = try await CommandLine.run(arguments, environment: installation.environment)
            #expect(early.status == 1 && early.errors.contains("holds lift"))
            #expect(
                try await installation.run("holds", "lift", "helpdesk/a", "--ref", "L", "--reason", "over").status == 0
            )
            let last = try await installation.run("requests", "answer", "helpdesk/a", "--outcome", "fulfilled")
            #expect(last.status == 0, "\(last.errors)")
            let found = try await row(installation, id)
            #expect(found.state == "fulfilled" && found.refusal == nil)
        }
    }

    @Test("K4: a request that may not be referred is kept from its client with a reason, and let go again")
    func prohibit() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "a")
            let ask = try await EffectSeed.effect(installation, of: id, .clientReferral, state: .planned)
            let begun = try await EffectSeed.effect(installation, of: id, .clientReferral, state: .leased)
            let notice = try await EffectSeed.effect(installation, of: id, .subjectNotice, to: "mail", state: .planned)
            try await installation.withOperators(1) { people in
                let run = try await people[0].run(
                    "requests",
                    "prohibit-referral",
                    "helpdesk/a",
                    "--reason",
                    "order 12/26",
                    "--json"
                )
                #expect(run.status == 0, "\(run.errors)")
                #expect(try run.object["asks_cancelled"] as? Int == 1)
                #expect(try run.object["asks_under_way"] as? Int == 1)
            }
            #expect(try await EffectSeed.state(installation, ask) == "cancelled")
            #expect(try await EffectSeed.state(installation, begun) == "leased")
            #expect(try await EffectSeed.state(installation, notice) == "planned")
            let stored = try await installation.query("SELECT state, referral_prohibited FROM habeas.case_file").only
            let (state, reason) = try stored.decode(String.self, String?.self)
            #expect(state == "received" && reason == "order 12/26")
            #expect(try await installation.run("requests", "show", "helpdesk/a").output.contains("order 12/26"))
            let twice = try await installation.run("requests", "prohibit-referral", "helpdesk/a", "--reason", "x")
            #expect(twice.status == 1 && twice.errors.contains("already"))
            let lift = try await installation.run(
                "requests",
                "prohibit-referral",
                "helpdesk/a",
                "--lift",
                "--reason",
                "revoked"
            )
            #expect(lift.status == 0, "\(lift.errors)")
            #expect(
                try await installation.query("SELECT 1 FROM habeas.case_file WHERE referral_prohibited IS NOT NULL")
                    .isEmpty
            )
            #expect(
                try await WaitingCase.facts(installation, id) == [
                    "case.opened", "referral.prohibited", "referral.permitted",
                ]
            )
            #expect(try await WaitingCase.woken(installation) == ["habeas.referral", "habeas.referral"])
            try await EffectSeed.refer(installation, id)
            let late = try await installation.run("requests", "prohibit-referral", "helpdesk/a", "--reason", "x")
            #expect(late.status == 1 && late.errors.contains("was referred"))
            let own = try await installation.openCase(ref: "own", relationship: "visitor")
            let other = try await installation.run("requests", "prohibit-referral", own.uuidString, "--reason", "x")
            #expect(other.status == 1 && other.errors.contains("lane own"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test(
        "Y2: a verdict that refuses a request says what for",
        arguments: [(ReviewKind.fraud, "suspected_fraud"), (.identity, "identity_not_shown")]
    )
    func verdict(_ kind: ReviewKind, _ reason: String) async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r", relationship: "visitor")
            try await WaitingCase.call(installation, kind, id)
            let task = try await WaitingCase.task(installation, kind.rawValue)
            let named = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "confirmed",
                "--reason",
                "x",
                "--refusal",
                "excessive"
            )
            #expect(named.status == 1 && named.errors.contains(reason))
            let run = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "confirmed",
                "--reason",
                "looked"
            )
            #expect(run.status == 0, "\(run.errors)")
            let found = try await row(installation, id)
            #expect(found.state == "refused" && found.refusal == reason)
            let body = try #require(try await EffectSeed.bodies(installation, "case.refused").first)
            #expect(body.contains(reason) && body.contains("article"))
        }
    }

    @Test("K7: an instruction that the client denies is refused as denied")
    func denied() async throws {
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
                "a mistake",
                "--given-by",
                "D",
                "--channel",
                "mail"
            )
            #expect(run.status == 0, "\(run.errors)")
            let found = try await row(installation, id)
            #expect(found.state == "refused" && found.refusal == "instruction_denied")
        }
    }

    @Test("A1, Y2: whoever denies a suspended client its export says what for")
    func suspended() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await installation.query("UPDATE habeas.client SET suspended = true WHERE id = 'acme'")
            let id = try await installation.openCase(event: WaitingCase.instruction("admin", "access"))
            let task = try await WaitingCase.task(installation, "suspended_hand_over")
            let bare = try await installation.run("tasks", "complete", task, "--outcome", "denied", "--reason", "x")
            #expect(bare.status == 1 && bare.errors.contains("--refusal"))
            #expect(try await row(installation, id).state == "received")
            let run = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "denied",
                "--reason",
                "x",
                "--refusal",
                "rights_of_others"
            )
            #expect(run.status == 0, "\(run.errors)")
            let found = try await row(installation, id)
            #expect(found.state == "refused" && found.refusal == "rights_of_others")
        }
    }
}
