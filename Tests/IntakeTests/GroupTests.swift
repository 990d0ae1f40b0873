import AMQP
import Foundation
import Intake
import Ledger
import Postgres
import TestKit
import Testing

@Suite("One request about several people", .database)
struct GroupTests {
    static func request(ref: String, people: Int, client: String? = "acme") -> Delivery {
        let subjects = (0..<people).map { #"{"identities":[{"type":"email","value":"p\#($0)@example.com"}]}"# }
        let data = IntakeFixture.request(ref: ref, client: client).replacingOccurrences(
            of: #""subjects":[{"identities":[{"type":"email","value":"ada@example.com"}]}]"#,
            with: #""subjects":[\#(subjects.joined(separator: ","))]"#
        )
        return IntakeFixture.event("request.submitted", data: data)
    }

    static func withdrawal(_ id: String) -> Delivery {
        IntakeFixture.event("request.withdrawn", data: #"{"request":"\#(id)","by":"subject"}"#)
    }

    static func summaries(_ rows: [OutboxRow], of group: String) throws -> [[String: Any]] {
        try rows.filter {
            $0.messageType == "io.habeas.request.completed.v1" && $0.subjectID?.uuidString.lowercased() == group
        }.map { row in
            let event = try JSONSerialization.jsonObject(with: Data(row.body)) as? [String: Any]
            return event?["data"] as? [String: Any] ?? [:]
        }
    }

    static func children(_ fixture: IntakeFixture, _ ref: String) async throws -> [String] {
        try await fixture.text(
            "SELECT id::text FROM habeas.case_file WHERE request_ref = \(ref) ORDER BY subject_index"
        )
    }

    static func group(_ fixture: IntakeFixture, _ ref: String) async throws -> String {
        let found = try await fixture.text("SELECT id::text FROM habeas.case_group WHERE request_ref = \(ref)")
        return try #require(found.first)
    }

    @Test("G3: is summed up once, with the last of its cases, and says how many ended in which state")
    func summary() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([Self.request(ref: "bulk", people: 3)])
            let ids = try await Self.children(fixture, "bulk")
            let group = try await Self.group(fixture, "bulk")
            let first = try await fixture.deliver([Self.withdrawal(ids[0])])
            #expect(try Self.summaries(first, of: group).isEmpty)
            // The client decides about the two that are left.
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.case_file SET state = 'referred' WHERE state = 'received'")
            }
            let decision =
                #"{"request_ref":"bulk","decision":"refuse","reason":"excessive","decided_by":{"user":"u","role":"dpo"}}"#
            let last = try await fixture.deliver([IntakeFixture.event("client.decided", data: decision)])
            let told = try #require(try Self.summaries(last, of: group).first)
            #expect(try Self.summaries(last, of: group).count == 1)
            #expect(told["kind"] as? String == "group" && told["state"] as? String == "completed")
            #expect(told["cases"] as? Int == 3 && told["request_ref"] as? String == "bulk")
            let endings = try #require(told["endings"] as? [[String: Any]])
            #expect(endings.map { $0["state"] as? String } == ["refused", "withdrawn"])
            #expect(endings.map { $0["cases"] as? Int } == [2, 1])
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.case_group WHERE completed_at IS NOT NULL") == 1
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.evidence WHERE fact = 'case.opened' AND body LIKE '%' || \(group) || '%'"
                ) == 3
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G3: that is opened and withdrawn in one batch is summed up there and then")
    func atOnce() async throws {
        try await IntakeFixture.with { fixture in
            let rows = try await fixture.deliver([
                Self.request(ref: "bulk", people: 2),
                IntakeFixture.event("request.withdrawn", data: #"{"request_ref":"bulk","by":"subject"}"#),
            ])
            #expect(try Self.summaries(rows, of: try await Self.group(fixture, "bulk")).count == 1)
            #expect(try await fixture.count("SELECT withdrawn FROM habeas.case_group") == 2)
        }
    }

    @Test("G3: whose last two cases end in two transactions at once is summed up once, without a deadlock")
    func race() async throws {
        try await IntakeFixture.with { fixture in
            let count = 60
            try await fixture.deliver((0..<count).map { Self.request(ref: "g\($0)", people: 2) })
            var batches: [([Delivery], [Delivery])] = []
            for number in stride(from: 0, to: count, by: 2) {
                let one = try await Self.children(fixture, "g\(number)")
                let other = try await Self.children(fixture, "g\(number + 1)")
                // Each batch ends one case of either group, in contrary orders.
                batches.append(
                    (
                        [Self.withdrawal(one[0]), Self.withdrawal(other[0])],
                        [Self.withdrawal(other[1]), Self.withdrawal(one[1])]
                    )
                )
            }
            let told = try await withThrowingTaskGroup(of: [OutboxRow].self) { group in
                for (left, right) in batches {
                    for batch in [left, right] {
                        group.addTask {
                            let items = try await fixture.handler.prepare(batch)
                            // Not tried again: a deadlock fails the test.
                            return try await fixture.pool.withConnection {
                                try await fixture.handler.commit(items, on: $0)
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            for number in 0..<count {
                #expect(try Self.summaries(told, of: try await Self.group(fixture, "g\(number)")).count == 1)
            }
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.case_group WHERE withdrawn = 2 AND outcome_seq = 1"
                )
                    == count
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G3: gets its client with its cases, and keeps what is said about all of them once, under itself")
    func named() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                Self.request(ref: "bulk", people: 2, client: nil),
                IntakeFixture.event("request.client_named", data: #"{"request_ref":"bulk","client":"globex"}"#),
            ])
            try await fixture.deliver([
                IntakeFixture.event("request.clarified", data: #"{"request_ref":"bulk","text":"only 2025"}"#)
            ])
            let group = try await Self.group(fixture, "bulk")
            #expect(try await fixture.text("SELECT client_id FROM habeas.case_group") == ["globex"])
            #expect(try await fixture.text("SELECT subject_id::text FROM habeas.event_secret") == [group, group])
            // About one of them alone it is kept under that one.
            let child = try await Self.children(fixture, "bulk")[1]
            try await fixture.deliver([
                IntakeFixture.event("request.clarified", data: #"{"request":"\#(child)","text":"mine"}"#)
            ])
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.event_secret WHERE subject_id::text = \(child)")
                    == 1
            )
        }
    }
}
