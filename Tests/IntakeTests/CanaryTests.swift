import AMQP
import Crypto
import Fleet
import Foundation
import Intake
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("Nothing of a person is kept in the clear", .database)
struct CanaryTests {
    @Test("in any table, in any outgoing message, in any error, in any way of writing it")
    func nowhere() async throws {
        let canary = Canary()
        try await IntakeFixture.with { fixture in
            let events = try CanaryEvent.all(canary, sealedFor: try #require(fixture.ring.intake).receiver)
            #expect(events.count == EventType.allCases.count)
            var outgoing: [OutboxRow] = []
            for event in events { outgoing += try await fixture.deliver([event.delivery(about: "r")]) }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") >= 2)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.event_secret") >= 5)
            // Every example is read: what is refused has no case or is not lawful for it.
            let faults = Set(try await fixture.text("SELECT fault FROM habeas.parked_message"))
            #expect(faults.isSubset(of: ["unlawful_now", "unknown_task", "unknown_notice"]))
            // Early: named cases that never come.
            outgoing += try await fixture.deliver(
                events.filter { $0.type != .requestSubmitted }.map { $0.delivery(about: "never") }
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.early_event") >= 5)
            // Refused: by a stranger, broken inside, broken outside, under a type that is none.
            outgoing += try await fixture.deliver(events.map { $0.delivery(about: "x", user: "stranger") })
            outgoing += try await fixture.deliver(events.map { $0.broken(canary) })
            outgoing += try await fixture.deliver(
                events.map {
                    IntakeFixture.message(
                        Array($0.body(about: "x").dropLast()),
                        type: canary.word,
                        source: canary.email
                    )
                }
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") >= events.count * 3)

            let needles = canary.traces
            for (table, row) in try await everything(fixture) {
                for needle in needles where row.contains(needle.text) {
                    Issue.record("\(table) holds the canary, \(needle.kind)")
                }
            }
            for row in outgoing {
                let text = (String(decoding: row.body, as: UTF8.self) + row.routingKey + row.messageType).lowercased()
                for needle in needles where text.contains(needle.text) {
                    Issue.record("an outgoing \(row.messageType) holds the canary, \(needle.kind)")
                }
            }
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "in the error of a database that refuses it",
        arguments: [
            "case_secret", "case_file", "case_identity", "evidence", "parked_message", "early_event", "outbox", "inbox",
        ]
    )
    func errors(_ table: String) async throws {
        let canary = Canary()
        try await IntakeFixture.with { fixture in
            let events = try CanaryEvent.all(canary, sealedFor: try #require(fixture.ring.intake).receiver)
            _ = try await fixture.owner.withConnection {
                try await $0.query("ALTER TABLE habeas.\(identifier: table) ADD CONSTRAINT never CHECK (false)")
            }
            var thrown: [any Error] = []
            for event in events {
                for delivery in [event.delivery(about: "r"), event.delivery(about: "never"), event.broken(canary)] {
                    do {
                        try await fixture.deliver([delivery])
                    } catch {
                        thrown.append(error)
                    }
                }
            }
            #expect(!thrown.isEmpty)
            for error in thrown {
                var dumped = ""
                dump(error, to: &dumped)
                let text = "\(error) \(String(reflecting: error)) \(error.localizedDescription) \(dumped)".lowercased()
                for needle in canary.traces where text.contains(needle.text) {
                    Issue.record("an error holds the canary, \(needle.kind)")
                }
            }
        }
    }

    @Test("and the search would find it: in the clear, in bytes, encoded and hashed")
    func searchWorks() async throws {
        let canary = Canary()
        try await IntakeFixture.with { fixture in
            let word = canary.word
            let forms: [[UInt8]] = [
                Array(word.utf8), Array("xx\(word)".utf8), Array(Data("y\(word)z".utf8).base64EncodedString().utf8),
                Array(Data("ab\(word)".utf8).base64EncodedString().utf8), Array(SHA256.hash(data: Data(word.utf8))),
                Array(Insecure.MD5.hash(data: Data(canary.email.utf8))),
            ]
            for (index, form) in forms.enumerated() {
                _ = try await fixture.owner.withConnection {
                    try await $0.query(
                        """
                        INSERT INTO habeas.outbox (id, created_at, exchange, routing_key, kind, message_type, body)
                        VALUES (gen_random_uuid(), now(), 'x', 'y', 'outcome', \("t\(index)"), \(form))
                        """
                    )
                }
            }
            let rows = try await everything(fixture).filter { $0.table == "outbox" }
            let found = rows.filter { row in canary.traces.contains { row.text.contains($0.text) } }
            #expect(found.count == forms.count)
        }
    }

    // MARK: Looking

    /// Every row of every table as text, bytes as hex, in lower case.
    private func everything(_ fixture: IntakeFixture) async throws -> [(table: String, text: String)] {
        let tables = try await fixture.text(
            """
            SELECT c.relname::text FROM pg_class c
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'habeas'::regnamespace
            """
        )
        #expect(tables.count >= 16)
        var rows: [(table: String, text: String)] = []
        for table in tables {
            let texts = try await fixture.owner.withConnection {
                try await $0.query("SELECT row_to_json(t)::text FROM habeas.\(identifier: table) AS t").decode(
                    as: String.self
                )
            }
            rows += texts.map { (table, $0.lowercased()) }
        }
        return rows
    }
}

extension CanaryEvent {
    fileprivate func delivery(about reference: String, user: String? = "desk-user") -> Delivery {
        IntakeFixture.message(body(about: reference), type: type.name, user: user)
    }

    fileprivate func broken(_ canary: Canary) -> Delivery {
        IntakeFixture.message(brokenBody(canary), type: type.name)
    }
}
