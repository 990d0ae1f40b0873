import Foundation
import Ledger
import Postgres
import TestKit
import Testing

@Suite("What intake asks a person", .database)
struct ReviewTests {
    private static let now = RouteTests.now

    private static func instruction(_ role: String) -> String {
        #""instructed_at":"\#(now)","instructed_by":{"user":"u1","role":"\#(role)","channel":"app"}"#
    }

    /// Kind, how many have to agree, whether it is open.
    private static let reviews: SQL = """
        SELECT concat_ws(' ', kind, needs, coalesce(verdict, 'open')) FROM habeas.review ORDER BY opened_at, kind
        """

    /// The reviews there are after one more batch; whether each case has the one clock that goes with them.
    private static func called(_ fixture: IntakeFixture, _ type: String, _ data: String) async throws -> [String] {
        try await fixture.deliver([IntakeFixture.event(type, data: data)])
        let clocks = try await fixture.count(
            "SELECT count(*) FROM habeas.deadline WHERE clock = 'review' AND state = 'open'"
        )
        let waiting = try await fixture.count(
            "SELECT count(DISTINCT case_id) FROM habeas.review WHERE settled_at IS NULL"
        )
        #expect(clocks == waiting, "one clock a case")
        #expect(try await fixture.brokenChains().isEmpty)
        return try await fixture.text(reviews)
    }

    @Test("K7: an instruction by anybody but an administrator is to be confirmed; an administrator's is not")
    func instruction() async throws {
        try await IntakeFixture.with { fixture in
            let admin = IntakeFixture.request(by: "client", Self.instruction("admin"))
            let administrators = try await Self.called(fixture, "request.submitted", admin)
            #expect(administrators.isEmpty)
            let support = IntakeFixture.request(by: "client", email: "bea@example.com", Self.instruction("support"))
            let others = try await Self.called(fixture, "request.submitted", support)
            #expect(others == ["instruction_to_confirm 1 open"])
        }
    }

    @Test("K9: the end of a contract needs two people, and nobody who erases is woken before")
    func tenant() async throws {
        try await IntakeFixture.with { fixture in
            let rows = try await fixture.deliver([
                IntakeFixture.event(
                    "client.terminated",
                    data: #"{"client":"acme","terminated_at":"\#(Self.now)","mode":"erase","requested_by":"owner"}"#
                )
            ])
            #expect(!rows.contains { $0.routingKey == "habeas.erasure" })
            #expect(try await fixture.text(Self.reviews) == ["tenant_erasure 2 open"])
            #expect(try await fixture.text("SELECT client_id FROM habeas.review") == ["acme"])
            #expect(
                try await fixture.text("SELECT clock FROM habeas.deadline WHERE state = 'open' ORDER BY clock")
                    == ["approval", "purge", "review"]
            )
        }
    }

    @Test("A5: suspected fraud calls a person once, and refuses nothing")
    func fraud() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                IntakeFixture.event(
                    "request.submitted",
                    data: IntakeFixture.request("access", relationship: "client_user", ref: "r")
                )
            ])
            for _ in 0..<2 {
                try await fixture.deliver([
                    IntakeFixture.event("identity.failed", data: #"{"request_ref":"r","reason":"suspected_fraud"}"#)
                ])
            }
            // Another failure is another question, whose clock is that of the first.
            let due = try await fixture.text("SELECT due_at::text FROM habeas.deadline WHERE clock = 'review'")
            try await fixture.deliver([
                IntakeFixture.event("identity.failed", data: #"{"request_ref":"r","reason":"mismatch"}"#)
            ])
            #expect(try await fixture.text("SELECT due_at::text FROM habeas.deadline WHERE clock = 'review'") == due)
            #expect(
                try await fixture.text(
                    "SELECT concat_ws(' ', kind, coalesce(verdict, 'open')) FROM habeas.review ORDER BY kind"
                )
                    == ["identity_failed open", "suspected_fraud open"]
            )
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["needs_identity"])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("C6, Y13: a child's case is looked at by a person, whoever's it is; only its own waits for it")
    func child() async throws {
        try await IntakeFixture.with { fixture in
            let minor = #""minor_under_13":true"#
            let own = IntakeFixture.request(relationship: "visitor", minor)
            let first = try await Self.called(fixture, "request.submitted", own)
            #expect(first == ["minor_to_confirm 1 open"])
            let rows = try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: IntakeFixture.request("erasure", minor))
            ])
            #expect(try await fixture.text(Self.reviews) == ["minor_to_confirm 1 open", "minor_to_confirm 1 open"])
            #expect(rows.contains { $0.routingKey == "habeas.referral" })
            #expect(
                try await fixture.text("SELECT rule FROM habeas.deadline WHERE clock = 'refer'") == [
                    "default.refer_minor"
                ]
            )
        }
    }

    @Test("K4: words that name no client call a person, once; the right name takes the call back")
    func named() async throws {
        try await IntakeFixture.with { fixture in
            let submitted = IntakeFixture.request(ref: "r", client: nil, #""client_named":"that shop""#)
            let first = try await Self.called(fixture, "request.submitted", submitted)
            #expect(first == ["client_unresolved 1 open"])
            let unknown = #"{"request_ref":"r","client_named":"that shop again"}"#
            let again = try await Self.called(fixture, "request.client_named", unknown)
            #expect(again == ["client_unresolved 1 open"])
            let known = #"{"request_ref":"r","client":"acme"}"#
            let after = try await Self.called(fixture, "request.client_named", known)
            #expect(after == ["client_unresolved 1 moot"])
        }
    }

    @Test("a case that gets its client takes its open reviews with it, and their clock goes on")
    func follows() async throws {
        try await IntakeFixture.with { fixture in
            let data = IntakeFixture.request(ref: "r", client: nil, regulation: "other", #""client_named":"that shop""#)
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: data)])
            try await fixture.deliver([
                IntakeFixture.event("request.client_named", data: #"{"request_ref":"r","client":"acme"}"#)
            ])
            #expect(
                try await fixture.text(
                    "SELECT concat_ws(' ', kind, coalesce(verdict, 'open'), coalesce(client_id, '-')) FROM habeas.review ORDER BY kind"
                ) == ["client_unresolved moot acme", "regime_unconfirmed open acme"]
            )
            #expect(try await fixture.text("SELECT state FROM habeas.deadline WHERE clock = 'review'") == ["open"])
        }
    }

    @Test("a case that gets its client in the batch that opens it has its reviews under that client")
    func followsAtOnce() async throws {
        try await IntakeFixture.with { fixture in
            let data = IntakeFixture.request(ref: "r", client: nil, regulation: "other", #""client_named":"that shop""#)
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: data),
                IntakeFixture.event("request.client_named", data: #"{"request_ref":"r","client":"acme"}"#),
            ])
            let found = try await fixture.text("SELECT concat_ws(' ', kind, client_id, verdict) FROM habeas.review")
            #expect(found == ["regime_unconfirmed acme"])
            #expect(try await fixture.text("SELECT state FROM habeas.deadline WHERE clock = 'review'") == ["open"])
        }
    }

    @Test("A1: a suspended client's export waits for a person; its erasure does not")
    func suspended() async throws {
        try await IntakeFixture.with { fixture in
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.client SET suspended = true WHERE id = 'acme'")
            }
            for right in ["access", "erasure"] {
                try await fixture.deliver([
                    IntakeFixture.event(
                        "request.submitted",
                        data: IntakeFixture.request(right, by: "client", Self.instruction("admin"))
                    )
                ])
            }
            #expect(
                try await fixture.text(
                    """
                    SELECT concat_ws(' ', right_asked, state, queue, r.kind)
                      FROM habeas.case_file c LEFT JOIN habeas.review r ON r.case_id = c.id ORDER BY right_asked
                    """
                ) == ["access received habeas.referral suspended_hand_over", "erasure in_progress habeas.erasure"]
            )
        }
    }

    @Test("a regime that nobody could name is confirmed by a person; an ordinary request asks nobody")
    func regime() async throws {
        try await IntakeFixture.with { fixture in
            let ordinary = try await Self.called(fixture, "request.submitted", IntakeFixture.request())
            #expect(ordinary.isEmpty)
            let other = IntakeFixture.request(regulation: "other")
            let unnamed = try await Self.called(fixture, "request.submitted", other)
            #expect(unnamed == ["regime_unconfirmed 1 open"])
        }
    }

    @Test("intake calls people and never answers for them")
    func noVerdict() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: IntakeFixture.request(regulation: "other"))
            ])
            for statement: SQL in [
                "UPDATE habeas.review SET settled_at = now(), verdict = 'denied'",
                "UPDATE habeas.review SET settled_at = now(), verdict = 'confirmed', reason = 'x'",
                "DELETE FROM habeas.review", "UPDATE habeas.case_file SET regulation = 'gdpr'",
                "INSERT INTO habeas.review_approval (review_id, reason) SELECT id, '' FROM habeas.review",
            ] {
                await #expect(throws: PostgresError.self) {
                    try await fixture.pool.withConnection { _ = try await $0.query(statement) }
                }
            }
            #expect(try await fixture.text(Self.reviews) == ["regime_unconfirmed 1 open"])
        }
    }
}
