import AMQP
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("What own apps say of their tasks", .database)
struct TaskAnswerTests {
    private static let key = SealedReceiver().publicJWK

    /// An app that the publisher `desk` answers for, one that answers for itself, and a person.
    private static func systems() -> [(id: String, body: String)] {
        func body(_ id: String, _ connector: String) -> (String, String) {
            (id, "id: \(id)\nkind: own\nverification: attestation\nconnector:\n\(connector)")
        }
        return [
            body("crm", "  kind: amqp\n  public_key: '\(key)'\n  publishers: [desk]"),
            body("shop", "  kind: amqp\n  public_key: '\(key)'"),
            body("desk", "  kind: amqp\n  public_key: '\(key)'"),
            body("archive", "  kind: manual\n  publishers: [desk]"), body("paper", "  kind: manual"),
        ]
    }

    /// A fixture with an erasure that has come to its worker.
    private func with(
        _ body: (IntakeFixture, UUID) async throws -> Void
    ) async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.owner.withConnection { connection in
                for (id, body) in Self.systems() {
                    _ = try await connection.query("INSERT INTO habeas.system (id, body) VALUES (\(id), \(body))")
                }
            }
            let instruction = IntakeFixture.request(
                by: "client",
                #""instructed_at":"\#(Date(timeIntervalSinceNow: -60).ISO8601Format())","#
                    + #""instructed_by":{"user":"u","role":"admin","channel":"app"}"#
            )
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: instruction)])
            let id = try await fixture.owner.withConnection {
                try await $0.query("SELECT id FROM habeas.case_file").only.decode(0, as: UUID.self)
            }
            try await body(fixture, id)
        }
    }

    private func seed(_ fixture: IntakeFixture, _ id: UUID, _ seed: TaskSeed) async throws -> UUID {
        let (task, statements) = seed.statement(case: id, client: "acme", at: Date())
        try await fixture.owner.withConnection { connection in
            try await connection.transaction { _ = try await $0.pipeline(statements) }
        }
        return task
    }

    private static func completed(
        _ task: UUID,
        _ outcome: String = "done",
        id: String = UUID().uuidString,
        at time: Date = Date(timeIntervalSinceNow: -5),
        source: String = "/desk/eu",
        user: String = "desk-user",
        _ more: String = ""
    ) -> Delivery {
        IntakeFixture.event(
            "task.completed",
            id: id,
            source: source,
            user: user,
            data: #"{"task":"\#(task)","outcome":"\#(outcome)","at":"\#(EventTime.text(time))"\#(more)}"#
        )
    }

    private func faults(_ fixture: IntakeFixture) async throws -> [String] {
        try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message")
    }

    @Test("G10: an answer is kept for the worker, in evidence without its words, and the worker is woken")
    func taken() async throws {
        try await with { fixture, id in
            let task = try await seed(fixture, id, TaskSeed("crm", .connector))
            let words =
                #","rows":3,"reason":"Ann Canary had two invoices","results":"https://files.example.net/canary/1""#
            let outgoing = try await fixture.deliver([Self.completed(task, "refused", words)])
            #expect(try await faults(fixture).isEmpty)
            let rows = try await fixture.text(
                "SELECT concat_ws(' ', source, outcome, rows, by, reason, case_id = \(id)) FROM habeas.task_answer"
            )
            #expect(rows == ["app refused 3 t"])
            #expect(outgoing.map(\.routingKey) == ["habeas.erasure"])
            let fact = try await fixture.text("SELECT body FROM habeas.evidence WHERE fact = 'task.answered'")
            #expect(fact.count == 1 && fact[0].contains(#""outcome":"refused""#) && fact[0].contains(#""rows":3"#))
            #expect(!fact[0].contains("Canary") && !fact[0].contains("canary"))
            // Its words are sealed beside the case.
            #expect(
                try await fixture.text("SELECT event_type FROM habeas.event_secret WHERE subject_id = \(id)")
                    == ["task.completed"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("an answer that comes twice is taken once, one without a later, both of one batch in their order")
    func repeated() async throws {
        try await with { fixture, id in
            let task = try await seed(fixture, id, TaskSeed("crm", .connector))
            let first = Self.completed(task, id: "a")
            let failed = IntakeFixture.event(
                "task.failed",
                id: "b",
                data: #"{"task":"\#(task)","retryable":true,"reason":"x"}"#
            )
            let stopped = IntakeFixture.event(
                "task.failed",
                id: "c",
                data: #"{"task":"\#(task)","retryable":false,"reason":"x"}"#
            )
            try await fixture.deliver([failed, stopped, first, first])
            try await fixture.deliver([first])
            let outcomes = try await fixture.text("SELECT outcome FROM habeas.task_answer ORDER BY seq")
            #expect(outcomes == ["retry", "failed", "done"])
            #expect(try await faults(fixture).isEmpty)
            // The same event again is acknowledged, also when the task is over meanwhile.
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.fan_out SET state = 'left' WHERE id = \(task)")
            }
            try await fixture.deliver([first])
            #expect(try await faults(fixture).isEmpty)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("accepted, with the date from which a look makes sense")
    func accepted() async throws {
        try await with { fixture, id in
            let task = try await seed(fixture, id, TaskSeed("crm", .connector))
            let until = Date(timeIntervalSince1970: 1_900_000_000)
            let more = #","verify_after":"\#(EventTime.text(until))""#
            try await fixture.deliver([Self.completed(task, "accepted_pending", more)])
            let kept = try await fixture.owner.withConnection {
                try await $0.query("SELECT verify_after FROM habeas.task_answer").only.decode(0, as: Date.self)
            }
            #expect(kept == until)
        }
    }

    @Test(
        "only who answers for a system is heard: who the data map names, else the app itself; of people only who is named",
        arguments: [
            ("crm", FanOutTarget.Way.connector, String?.none), ("desk", .connector, nil), ("archive", .person, nil),
            ("shop", .connector, "data.task not_permitted"), ("paper", .person, "data.task not_permitted"),
            ("retired", .connector, "data.task not_permitted"),
        ]
    )
    func permission(_ system: String, _ way: FanOutTarget.Way, _ fault: String?) async throws {
        try await with { fixture, id in
            let task = try await seed(fixture, id, TaskSeed(system, way))
            try await fixture.deliver([Self.completed(task)])
            #expect(try await faults(fixture) == [fault].compactMap(\.self))
            #expect(try await fixture.count("SELECT count(*) FROM habeas.task_answer") == (fault == nil ? 1 : 0))
        }
    }

    @Test("a publisher that may not speak for the client is not heard on its tasks")
    func otherClient() async throws {
        try await with { fixture, id in
            let task = try await seed(fixture, id, TaskSeed("crm", .connector))
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.publisher SET clients = '{globex}' WHERE id = 'desk'")
            }
            try await fixture.deliver([Self.completed(task)])
            #expect(try await faults(fixture) == ["data.task not_permitted"])
        }
    }

    @Test("what is over takes no answer, and says so", arguments: FanOutTarget.State.allCases)
    func over(_ state: FanOutTarget.State) async throws {
        try await with { fixture, id in
            var seed = TaskSeed("crm", .connector)
            seed.state = state
            let task = try await self.seed(fixture, id, seed)
            try await fixture.deliver([Self.completed(task)])
            let fault: String? = state.isFinal ? "task_over" : state == .waiting ? "unknown_task" : nil
            #expect(try await faults(fixture) == [fault.map { "data.task \($0)" }].compactMap(\.self))
            #expect(try await fixture.count("SELECT count(*) FROM habeas.task_answer") == (fault == nil ? 1 : 0))
            // Neither carries legal time.
            #expect(try await fixture.count("SELECT count(*) FROM habeas.deadline WHERE clock = 'triage'") == 0)
        }
    }

    @Test("a case that has ended takes none, but for what lifts its restriction", arguments: FanOutTarget.Part.allCases)
    func closed(_ part: FanOutTarget.Part) async throws {
        try await with { fixture, id in
            var seed = TaskSeed("crm", .connector)
            seed.part = part
            let task = try await self.seed(fixture, id, seed)
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.case_file SET state = 'fulfilled' WHERE id = \(id)")
            }
            try await fixture.deliver([Self.completed(task)])
            #expect(try await faults(fixture) == (part == .lift ? [] : ["data.task case_closed"]))
        }
    }

    @Test("an answer from the future is refused, as every other time of something that happened")
    func future() async throws {
        try await with { fixture, id in
            let task = try await seed(fixture, id, TaskSeed("crm", .connector))
            try await fixture.deliver([Self.completed(task, at: Date(timeIntervalSinceNow: 3_600))])
            #expect(try await faults(fixture) == ["data.at future"])
        }
    }

    @Test("answers of several cases lock in one order: batches that cross each other all go through")
    func crossing() async throws {
        try await with { fixture, id in
            let instruction = IntakeFixture.request(
                by: "client",
                email: "bob@example.com",
                #""instructed_at":"\#(Date(timeIntervalSinceNow: -60).ISO8601Format())","#
                    + #""instructed_by":{"user":"u","role":"admin","channel":"app"}"#
            )
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: instruction)])
            let other = try await fixture.owner.withConnection {
                try await $0.query("SELECT id FROM habeas.case_file WHERE id <> \(id)").only.decode(0, as: UUID.self)
            }
            let first = try await seed(fixture, id, TaskSeed("crm", .connector))
            let second = try await seed(fixture, other, TaskSeed("crm", .connector))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<8 {
                    let order = round.isMultiple(of: 2) ? [first, second] : [second, first]
                    group.addTask { try await fixture.deliver(order.map { Self.completed($0) }) }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.task_answer") == 16)
            #expect(try await faults(fixture).isEmpty)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("What is sealed for us is opened when it comes, and whoever has sealed it wrongly is told how")
    func sealedResults() async throws {
        try await with { fixture, id in
            let task = try await seed(fixture, id, TaskSeed("crm", .connector))
            let ours = try #require(fixture.ring.intake).receiver
            let good = try ours.seal(Array(#"[{"name":"Ann Canary"}]"#.utf8))
            func given(_ sealed: String, rows: Int = 1) -> Delivery {
                Self.completed(task, "done", #","rows":\#(rows),"results":"\#(sealed)""#)
            }
            let others = try ReceiverKey(jwk: SealedReceiver().publicJWK).seal(Array("[1]".utf8))
            let bad: [(Delivery, String)] = [
                (given(others), "cannot_be_opened"), (given("e30..AAAA.AAAA.AAAA"), "cannot_be_opened"),
                (given(try ours.seal(Array("no".utf8))), "not_json"), (given(try ours.seal([])), "not_json"),
                (given(try ours.seal(Array("[]".utf8))), "empty"), (given("s3://files/1"), "bad_format"),
                (given("http://files.example.net/1"), "not_permitted"),
            ]
            for (delivery, fault) in bad {
                try await fixture.deliver([delivery])
                let told = try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message ORDER BY id")
                #expect(told.last == "data.results \(fault)")
            }
            #expect(try await fixture.text("SELECT outcome FROM habeas.task_answer").isEmpty)
            try await fixture.deliver([given(good), given(try ours.seal(Array("[]".utf8)), rows: 0)])
            try await fixture.deliver([given("https://files.example.net/canary?signature=canary")])
            #expect(try await fixture.text("SELECT results::text FROM habeas.task_answer") == ["true", "true", "true"])
            // What is refused needs none.
            try await fixture.deliver([Self.completed(task, "refused", #","reason":"x","results":"\#(others)""#)])
            #expect(
                try await fixture.text("SELECT results::text FROM habeas.task_answer WHERE outcome = 'refused'") == [
                    "false"
                ]
            )
            let facts = try await fixture.text("SELECT body FROM habeas.evidence WHERE fact = 'task.answered'")
            #expect(facts.count == 4 && !facts.joined().contains("canary") && !facts.joined().contains(good))
        }
    }
}
