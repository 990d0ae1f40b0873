import AMQP
import Foundation
import Postgres
import Rights
import TestKit
import Testing

@testable import Intake

@Suite("What comes from the gateway", .database)
struct GatewayPublisherTests {
    private static let decision = #""decision":"proceed","decided_by":{"user":"u","role":"dpo"}"#

    private static func from(_ source: String, _ type: String, _ data: String) -> Delivery {
        IntakeFixture.event(type, source: source, user: Publisher.gateway.brokerUser, data: data)
    }

    /// A request of acme's that was referred.
    private func referred(_ fixture: IntakeFixture) async throws -> String {
        try await fixture.deliver([IntakeFixture.event("request.submitted", data: IntakeFixture.request())])
        return try #require(
            try await fixture.text(
                "UPDATE habeas.case_file SET state = 'referred' WHERE client_id = 'acme' RETURNING id::text"
            ).first
        )
    }

    @Test("K5: a client decides on its own request, whichever app has reported it")
    func own() async throws {
        try await IntakeFixture.with { fixture in
            let id = try await referred(fixture)
            try await fixture.deliver([
                Self.from("/gateway/acme", "client.decided", #"{"request":"\#(id)",\#(Self.decision)}"#)
            ])
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["in_progress"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 0)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("it speaks for exactly the client in its source, in three types of events")
    func others() async throws {
        try await IntakeFixture.with { fixture in
            let id = try await referred(fixture)
            let decided = #"{"request":"\#(id)",\#(Self.decision)}"#
            let objection = #"{"notice":"\#(UUID())","client":"acme","by":"x"}"#
            try await fixture.deliver([
                Self.from("/gateway/globex", "client.decided", decided),
                Self.from("/gateway/nobody", "client.decided", decided),
                Self.from("/gateway/", "client.decided", decided),
                Self.from("/gateway/acme/x", "client.decided", decided),
                Self.from("/desk/eu", "client.decided", decided),
                Self.from("/gateway/globex", "objection.received", objection),
                Self.from("/gateway/globex", "breach.acknowledged", Self.acknowledged("acme")),
                Self.from("/gateway/globex", "breach.acknowledged", Self.acknowledged("globex")),
                Self.from("/gateway/acme", "request.submitted", IntakeFixture.request()),
            ])
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["referred"])
            #expect(
                try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message ORDER BY 1") == [
                    "data.client unknown_client", "data.client unknown_client", "data.incident_ref unknown_notice",
                    "data.request unknown_request", "source not_permitted", "source not_permitted",
                    "source not_permitted",
                    "source not_permitted", "type not_permitted",
                ]
            )
        }
    }

    private static func acknowledged(_ client: String) -> String {
        let at = EventTime.text(Date(timeIntervalSinceNow: -5))
        return #"{"incident_ref":"\#(UUID())","client":"\#(client)","by":"x","at":"\#(at)"}"#
    }

    @Test("another publisher under its id or its login takes nothing of it")
    func impostor() async throws {
        try await IntakeFixture.with { fixture in
            _ = try await fixture.text(
                """
                INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes) VALUES
                  ('habeas-gateway', 'impostor', 'default', '{*}', '{*}', '{/}'),
                  ('other', 'habeas-gateway', 'default', '{*}', '{*}', '{/}') RETURNING id
                """
            )
            let id = try await referred(fixture)
            let decided = #"{"request":"\#(id)",\#(Self.decision)}"#
            try await fixture.deliver([
                IntakeFixture.event("client.decided", source: "/gateway/acme", user: "impostor", data: decided),
                Self.from("/gateway/globex", "client.decided", decided),
            ])
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["referred"])
            #expect(
                try await fixture.text("SELECT fault FROM habeas.parked_message ORDER BY 1") == [
                    "unknown_publisher", "unknown_request",
                ]
            )
        }
    }
}
