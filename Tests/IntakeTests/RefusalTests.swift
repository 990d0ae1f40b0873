import AMQP
import Fleet
import Foundation
import Intake
import Ledger
import Postgres
import TestKit
import Testing

@Suite("Bad input gets a clear answer", .database)
struct RefusalTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let delivery: Delivery
        let field: String
        let fault: String
        /// Whether a triage deadline opens: the event would have carried legal time.
        var triage = true
        /// Whether there is somebody to answer.
        var answered = true
    }

    static let bad: [Bad] = [
        Bad(
            testDescription: "not JSON",
            delivery: IntakeFixture.message(Array("{".utf8)),
            field: "body",
            fault: "not_json"
        ),
        Bad(
            testDescription: "JSON but no CloudEvent",
            delivery: IntakeFixture.message(Array(#"{"a":1}"#.utf8)),
            field: "specversion",
            fault: "not_cloudevent"
        ),
        Bad(
            testDescription: "a client that does not exist",
            delivery: IntakeFixture.event("request.submitted", data: IntakeFixture.request(client: "nobody")),
            field: "data.client",
            fault: "unknown_client"
        ),
        Bad(
            testDescription: "K17 a client of somebody else's",
            delivery: IntakeFixture.event("request.submitted", data: IntakeFixture.request(client: "hidden")),
            field: "data.client",
            fault: "unknown_client"
        ),
        Bad(
            testDescription: "a login that nobody registered",
            delivery: IntakeFixture.event("request.submitted", user: "stranger", data: IntakeFixture.request()),
            field: "user-id",
            fault: "unknown_publisher",
            answered: false
        ),
        Bad(
            testDescription: "no login at all",
            delivery: IntakeFixture.event("request.submitted", user: nil, data: IntakeFixture.request()),
            field: "user-id",
            fault: "unauthenticated",
            answered: false
        ),
        Bad(
            testDescription: "G6 a revoked login",
            delivery: IntakeFixture.event(
                "request.submitted",
                source: "/x",
                user: "gone-user",
                data: IntakeFixture.request()
            ),
            field: "user-id",
            fault: "revoked_publisher"
        ),
        Bad(
            testDescription: "a type the login may not send",
            delivery: IntakeFixture.event(
                "client.terminated",
                source: "/forum",
                user: "forum-user",
                data: #"{"client":"acme","terminated_at":"2026-01-01T00:00:00Z","mode":"erase","requested_by":"x"}"#
            ),
            field: "type",
            fault: "not_permitted"
        ),
        Bad(
            testDescription: "a source that is not the login's",
            delivery: IntakeFixture.event("request.submitted", source: "/elsewhere", data: IntakeFixture.request()),
            field: "source",
            fault: "not_permitted"
        ),
        Bad(
            testDescription: "an unknown version",
            delivery: IntakeFixture.message(
                Array(
                    #"{"specversion":"1.0","id":"1","source":"/desk","type":"io.habeas.request.submitted.v9","data":{}}"#
                        .utf8
                ),
                type: "io.habeas.request.submitted.v9"
            ),
            field: "type",
            fault: "unknown_version"
        ),
        Bad(
            testDescription: "a case nobody knows by its id",
            delivery: IntakeFixture.event(
                "request.withdrawn",
                data: #"{"request":"01890000-0000-7000-8000-000000000000","by":"subject"}"#
            ),
            field: "data.request",
            fault: "unknown_request"
        ),
        Bad(
            testDescription: "a task nobody has",
            delivery: IntakeFixture.event(
                "task.failed",
                data: #"{"task":"01890000-0000-7000-8000-000000000000","retryable":true,"reason":"x"}"#
            ),
            field: "data.task",
            fault: "unknown_task",
            triage: false
        ),
        Bad(
            testDescription: "a body past the limit",
            delivery: IntakeFixture.message(
                Array(#"{"specversion":"#.utf8),
                type: "io.habeas.request.submitted.v1",
                announced: 5 << 20
            ),
            field: "body",
            fault: "too_large"
        ),
        Bad(
            testDescription: "an instruction without its client",
            delivery: IntakeFixture.event(
                "request.submitted",
                data: IntakeFixture.request(
                    by: "client",
                    client: nil,
                    #""instructed_at":"2026-01-01T00:00:00Z","instructed_by":{"user":"u","role":"admin","channel":"app"}"#
                )
            ),
            field: "data.client",
            fault: "missing"
        ),
    ]

    @Test(
        "one parked row, one rejection, a triage deadline where time runs, and its neighbours are untouched",
        arguments: bad
    )
    func refusal(_ bad: Bad) async throws {
        try await IntakeFixture.with { fixture in
            let good = (0..<4).map { _ in IntakeFixture.event("request.submitted", data: IntakeFixture.request()) }
            try await fixture.deliver(Array(good[..<2]) + [bad.delivery] + Array(good[2...]))
            #expect(
                try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message") == [
                    "\(bad.field) \(bad.fault)"
                ]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 4)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.deadline WHERE clock = 'triage'")
                    == (bad.triage ? 1 : 0)
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.outbox WHERE message_type = 'io.habeas.event.rejected.v1'"
                )
                    == (bad.answered ? 1 : 0)
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.parked_message WHERE length(remedy) > 20 AND payload IS NOT NULL"
                ) == 1
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("an unknown field is dropped unread, and named in a warning")
    func unknownField() async throws {
        try await IntakeFixture.with { fixture in
            let rows = try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: IntakeFixture.request("erasure", #""shoe_size":44"#))
            ])
            let accepted = try #require(rows.first { $0.kind == .outcome })
            #expect(String(decoding: accepted.body, as: UTF8.self).contains("unknown_field:data.shoe_size"))
        }
    }

    @Test("a replayed message is taken in with its first receipt once its fault is mended")
    func replay() async throws {
        try await IntakeFixture.with { fixture in
            let delivery = IntakeFixture.event(
                "request.submitted",
                user: "late-user",
                data: IntakeFixture.request(ref: "late")
            )
            try await fixture.deliver([delivery])
            let parked = try await fixture.text("SELECT id::text FROM habeas.parked_message")[0]
            let ask = IntakeFixture.message(
                Array(#"{"v":1,"replay":["\#(parked)"]}"#.utf8),
                type: "habeas.replay",
                user: nil,
                exchange: Topology.work
            )
            // Nothing has changed: it stays open.
            try await fixture.deliver([ask])
            #expect(try await fixture.text("SELECT state FROM habeas.parked_message") == ["open"])
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.publisher SET broker_user = 'late-user' WHERE id = 'desk'")
            }
            try await fixture.deliver([ask])
            try await fixture.deliver([ask])
            #expect(try await fixture.text("SELECT state FROM habeas.parked_message") == ["replayed"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 1)
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.case_file c, habeas.parked_message p WHERE c.received_at = p.received_at"
                ) == 1
            )
            #expect(try await fixture.text("SELECT state FROM habeas.deadline WHERE clock = 'triage'") == ["met"])
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence WHERE chain_kind = 'parked' ORDER BY seq")
                    == ["message.parked", "parked.replay_refused", "parked.replayed"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G6 a publisher that is revoked is refused from the next batch on, whatever copy a worker held")
    func revoked() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: IntakeFixture.request())])
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.publisher SET revoked_at = now() WHERE id = 'desk'")
            }
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: IntakeFixture.request())])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 1)
            #expect(try await fixture.text("SELECT fault FROM habeas.parked_message") == ["revoked_publisher"])
        }
    }

    @Test(
        "G6: a batch that was prepared before a revocation is not taken in after another lane has read the registry anew"
    )
    func revokedMeanwhile() async throws {
        try await IntakeFixture.with { fixture in
            let items = try await fixture.handler.prepare([
                IntakeFixture.event("request.submitted", data: IntakeFixture.request())
            ])
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.publisher SET revoked_at = now() WHERE id = 'desk'")
            }
            try await fixture.pool.withConnection { try await fixture.registry.reload(on: $0) }
            await #expect(throws: RegistryChanged.self) {
                try await fixture.pool.withConnection { try await fixture.handler.commit(items, on: $0) }
            }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 0)
        }
    }
}
