import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("What a client does at the gateway", .database, .broker)
struct ActTests {
    @Test("K5: a decision is accepted once the broker has it, and intake carries it on; the same again changes nothing")
    func decision() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let id = try await fixture.request()
            let path = "/v1/requests/\(id)/decision"
            let key = ["Idempotency-Key": "decision-1"]
            let reply = try await fixture.post(path, token, GatewayFixture.decision, key)
            #expect(reply.status == 202 && reply.json["event"] as? String == "decision-1", "\(reply.text)")
            // Before intake has seen the first: both are published, and are one.
            #expect(try await fixture.post(path, token, GatewayFixture.decision, key).status == 202)
            #expect(try await fixture.takeIn() == 2)
            #expect(try await fixture.state(id) == ["in_progress"])
            #expect(try await fixture.facts(id).filter { $0.hasPrefix("client.") || $0.contains("decid") }.count == 1)
            let again = try await fixture.post(path, token, GatewayFixture.decision, key)
            #expect(again.status == 202 && again.json["repeated"] as? Bool == true)
            let other = GatewayFixture.decision.replacing("proceed", with: "handle_itself")
            let reused = try await fixture.post(path, token, other, key)
            #expect(reused.status == 422 && reused.problem == "key-reused")
            let late = try await fixture.post(path, token, other)
            #expect(late.status == 409 && late.json["reason"] as? String == "case_already_decided", "\(late.text)")
            #expect(try await fixture.takeIn() == 0)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 0)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("without a key the words are one: said twice they are done once")
    func words() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let id = try await fixture.request()
            let path = "/v1/requests/\(id)/decision"
            let first = try await fixture.post(path, token, GatewayFixture.decision)
            let second = try await fixture.post(path, token, GatewayFixture.decision)
            #expect(first.json["event"] as? String == second.json["event"] as? String)
            #expect(try await fixture.takeIn() == 2)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 0)
        }
    }

    @Test("what a field lacks is said with field, fault and remedy, and nothing is published")
    func faults() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let id = try await fixture.request()
            let path = "/v1/requests/\(id)/decision"
            for (body, field) in [
                (#"{"decision":"refuse","decided_by":{"user":"u","role":"dpo"}}"#, "reason"),
                (#"{"decision":"maybe","decided_by":{"user":"u","role":"dpo"}}"#, "decision"),
                (#"{"decision":"proceed"}"#, "decided_by"),
                (#"{"decision":"proceed","request":"\#(UUID())","decided_by":{"user":"u","role":"dpo"}}"#, "request"),
            ] {
                let reply = try await fixture.post(path, token, body)
                #expect(reply.status == 422 && reply.problem == "invalid-field")
                #expect(reply.json["field"] as? String == field, "\(reply.text)")
                #expect(reply.json["remedy"] as? String != nil)
                #expect(reply.headers["content-type"] == "application/problem+json")
            }
            for body in ["", "[]", "{", #"{"a":1} x"#] {
                #expect(try await fixture.post(path, token, body).status == 400)
            }
            #expect(try await fixture.takeIn() == 0)
        }
    }

    @Test("K5: only the roles that the client has registered decide")
    func roles() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            _ = try await fixture.text(
                "UPDATE habeas.client SET decision_roles = '{legal}' WHERE id = 'acme' RETURNING 'x'"
            )
            let path = "/v1/requests/\(try await fixture.request())/decision"
            let reply = try await fixture.post(path, token, GatewayFixture.decision)
            #expect(reply.status == 422 && reply.json["field"] as? String == "decided_by.role")
            let right = GatewayFixture.decision.replacing("dpo", with: "Legal")
            #expect(try await fixture.post(path, token, right).status == 202)
        }
    }

    @Test("G9: an acknowledgement reaches the incident that the client was told of; K20: an objection its notice")
    func notices() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let incident = try await ToldClient.incident(fixture, "acme")
            let change = try await ToldClient.change(fixture, "acme")
            let over = try await ToldClient.change(fixture, "acme", until: Date(timeIntervalSinceNow: -60))
            #expect(
                try await fixture.post("/v1/incidents/\(incident)/ack", token, ToldClient.acknowledgement).status == 202
            )
            #expect(
                try await fixture.post("/v1/notices/\(change)/objection", token, ToldClient.objection).status == 202
            )
            let late = try await fixture.post("/v1/notices/\(over)/objection", token, ToldClient.objection)
            #expect(late.status == 409 && late.json["reason"] as? String == "window_over")
            #expect(try await fixture.takeIn() == 2)
            #expect(
                try await fixture.text(
                    """
                    SELECT a.client_id FROM habeas.breach_ack a JOIN habeas.breach_notice n USING (incident_id, client_id)
                     WHERE n.case_id = \(incident)
                    """
                ) == ["acme"]
            )
            #expect(
                try await fixture.text("SELECT client_id FROM habeas.announcement_objection WHERE case_id = \(change)")
                    == ["acme"]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 0)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("while the broker is away it is 503 within bounded time, and later the same request is accepted")
    func outage() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let id = try await fixture.request()
            let path = "/v1/requests/\(id)/decision"
            fixture.relay.freeze()
            fixture.relay.cut()
            let begun = ContinuousClock.now
            let reply = try await fixture.post(path, token, GatewayFixture.decision, ["Idempotency-Key": "k"])
            #expect(reply.status == 503 && reply.headers["retry-after"] != nil && reply.problem == "unavailable")
            #expect(begun.duration(to: .now) < .seconds(15))
            #expect(try await fixture.get("/v1/requests/\(id)", token).status == 200, "reading goes on")
            fixture.relay.thaw()
            let isAccepted = try await eventually(within: .seconds(60)) {
                try await fixture.post(path, token, GatewayFixture.decision, ["Idempotency-Key": "k"]).status == 202
            }
            #expect(isAccepted)
            #expect(try await fixture.takeIn() >= 1)
            #expect(try await fixture.state(id) == ["in_progress"])
        }
    }
}
