import AMQP
import Foundation
import Intake
import Ledger
import Postgres
import TestKit
import Testing

@Suite("A case before a closed gate", .database)
struct GateTests {
    /// An instruction of the client's administrator, which begins at once.
    static func instruction(_ right: String, client: String, email: String = "ada@example.com") -> Delivery {
        let instructor =
            #""instructed_at":"\#(FoldTests.now)","instructed_by":{"user":"u1","role":"admin","channel":"app"}"#
        return IntakeFixture.event(
            "request.submitted",
            data: IntakeFixture.request(right, by: "client", client: client, email: email, instructor)
        )
    }

    static func wakeUps(_ rows: [OutboxRow]) -> [String] { rows.filter { $0.kind == .wakeUp }.map(\.routingKey) }

    static func set(_ change: SQL, _ fixture: IntakeFixture) async throws {
        _ = try await fixture.owner.withConnection { try await $0.query("UPDATE habeas.client SET \(change)") }
    }

    @Test("A1: a suspended client's export has its case and its clocks, and waits; its erasure goes on")
    func suspended() async throws {
        try await IntakeFixture.with { fixture in
            try await Self.set("suspended = true", fixture)
            let export = try await fixture.deliver([Self.instruction("access", client: "globex")])
            // It waits for a person, who is asked by the referral worker's queue and a review.
            #expect(Self.wakeUps(export) == ["habeas.referral"])
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["received"])
            #expect(try await fixture.text("SELECT kind FROM habeas.review") == ["suspended_hand_over"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.deadline WHERE state = 'open'") >= 1)
            let accepted = String(decoding: try #require(export.first).body, as: UTF8.self)
            #expect(accepted.contains(#""warnings":["client_suspended"]"#))

            for right in ["erasure", "restriction", "objection"] {
                let rows = try await fixture.deliver([Self.instruction(right, client: "globex")])
                #expect(Self.wakeUps(rows) == ["habeas.erasure"], "\(right)")
            }
            let referral = try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: IntakeFixture.request("access", client: "globex"))
            ])
            #expect(Self.wakeUps(referral) == ["habeas.referral"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_gate") == 0)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G11: a European client without an addendum gets no export, and every deletion; with one it gets both")
    func addendum() async throws {
        try await IntakeFixture.with { fixture in
            let waiting = try await fixture.deliver([Self.instruction("portability", client: "acme")])
            #expect(Self.wakeUps(waiting).isEmpty)
            #expect(
                try await fixture.text("SELECT array_to_string(gates, ' ') FROM habeas.case_gate") == [
                    "addendum_missing"
                ]
            )
            let erasure = try await fixture.deliver([Self.instruction("erasure", client: "acme")])
            #expect(Self.wakeUps(erasure) == ["habeas.erasure"])
            try await Self.set("dpa_signed_on = '2026-03-01'", fixture)
            // Somebody else's: one that equals the waiting case would be answered with it.
            let other = Self.instruction("portability", client: "acme", email: "bob@example.com")
            let export = try await fixture.deliver([other])
            #expect(Self.wakeUps(export) == ["habeas.export"])
            // Elsewhere nobody asks for one.
            let american = try await fixture.deliver([Self.instruction("access", client: "globex")])
            #expect(Self.wakeUps(american) == ["habeas.export"])
        }
    }

    @Test("A1: what the vendor owes a suspended client's users as their controller waits for nothing")
    func own() async throws {
        try await IntakeFixture.with { fixture in
            try await Self.set("suspended = true", fixture)
            let data = IntakeFixture.request(
                "access",
                relationship: "client_user",
                client: "globex",
                #""session_verified":true"#
            )
            let rows = try await fixture.deliver([IntakeFixture.event("request.submitted", data: data)])
            #expect(Self.wakeUps(rows) == ["habeas.referral", "habeas.export"])
        }
    }

    @Test("A1: the decision of a suspended client is taken; what it asks to be handed out waits, and the case says so")
    func decided() async throws {
        try await IntakeFixture.with { fixture in
            try await Self.set("suspended = true", fixture)
            try await fixture.deliver([
                IntakeFixture.event(
                    "request.submitted",
                    data: IntakeFixture.request("access", ref: "r", client: "globex")
                )
            ])
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.case_file SET state = 'referred'")
            }
            let decided = #"{"request_ref":"r","decision":"proceed","decided_by":{"user":"u","role":"dpo"}}"#
            let rows = try await fixture.deliver([IntakeFixture.event("client.decided", data: decided)])
            #expect(Self.wakeUps(rows).isEmpty)
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["in_progress"])
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence ORDER BY seq")
                    == ["case.opened", "client.decided_proceed", "gate.closed"]
            )
            // Somebody has to decide about it.
            #expect(try await fixture.text("SELECT kind FROM habeas.review") == ["suspended_hand_over"])
            // The end of such a case is told to its worker as any other.
            let withdrawn = IntakeFixture.event("request.withdrawn", data: #"{"request_ref":"r","by":"subject"}"#)
            #expect(Self.wakeUps(try await fixture.deliver([withdrawn])) == ["habeas.referral", "habeas.export"])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A1, G11: a case that comes while the gate is being opened is not left before it")
    func race() async throws {
        try await IntakeFixture.with { fixture in
            // As `clients apply` does it: lock, look for waiting cases, change.
            let operation = try await PostgresConnection.connect(try Database.current)
            try await operation.begin()
            _ = try await operation.query("SELECT pg_advisory_xact_lock(hashtext('habeas.registry'))")
            _ = try await operation.query("DELETE FROM habeas.case_gate")
            _ = try await operation.query("UPDATE habeas.client SET dpa_signed_on = '2026-03-01'")
            async let delivered = fixture.deliver([Self.instruction("access", client: "acme")])
            let waits = try await eventually {
                try await fixture.count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                    == 1
            }
            #expect(waits)
            try await operation.commit()
            #expect(Self.wakeUps(try await delivered) == ["habeas.export"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_gate") == 0)
            await operation.close()
        }
    }
}
