import Clock
import Fleet
import Foundation
import Ledger
import Postgres
import ServiceLifecycle
import TestKit
import Testing

@Suite("What came over its publisher's rate", .database)
struct WaitingTurnsTests {
    /// Keeps `count` events as intake does, the turn of each a millisecond after the one before; returns their ids in that order.
    private static func keep(_ count: Int, from turn: Date, _ fixture: ClockFixture) async throws -> [UUID] {
        let parking = Parking(ring: fixture.ring)
        var records: [ParkedMessageRecord] = []
        var evidence = EvidenceWrites()
        for number in 0..<count {
            let (record, fact) = try parking.record(
                ClockFixture.letter("{\(number)}"),
                queue: Topology.intake,
                origin: .rate,
                publisherID: "desk",
                eventType: "io.habeas.request.submitted.v1",
                field: "user-id",
                fault: "over_rate",
                remedy: "Nothing to do: it is taken in by itself when its turn comes.",
                at: Date(),
                recognisedBy: Array(UUID().uuidString.utf8),
                replayAt: turn.addingTimeInterval(Double(number) / 1_000)
            )
            records.append(record)
            evidence.add(fact)
        }
        let statements = [ParkedMessages.insert(records)] + evidence.statements
        _ = try await fixture.owner.withConnection { connection in
            try await connection.transaction { try await $0.pipeline(statements) }
        }
        return records.map(\.id)
    }

    /// The ids that intake was asked for, message by message.
    private static func asked(_ fixture: ClockFixture) async throws -> [[UUID]] {
        let bodies = try await fixture.owner.withConnection {
            try await $0.query(
                """
                SELECT body FROM habeas.outbox WHERE exchange = 'habeas.work' AND routing_key = 'habeas.intake'
                   AND message_type = 'habeas.replay.v1' AND kind = 'wake_up'
                """
            ).decode(as: [UInt8].self)
        }
        return try bodies.map { body in
            let message = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
            return (message?["replay"] as? [String] ?? []).compactMap { UUID(uuidString: $0) }
        }
    }

    @Test("A2: is asked for when its turn has come, once by several copies, in order, and not before")
    func once() async throws {
        try await ClockFixture.with { fixture in
            let due = try await Self.keep(620, from: Date(timeIntervalSinceNow: -60), fixture)
            let later = try await Self.keep(3, from: Date(timeIntervalSinceNow: 3_600), fixture)
            // Domain time does not move anybody's turn.
            try await fixture.goAhead(hours: 2)
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await fixture.turns.ask() + fixture.turns.ask() } }
                return try await group.reduce(0, +)
            }
            #expect(sum == due.count)
            let asked = try await Self.asked(fixture)
            #expect(asked.joined().count == due.count && Set(asked.joined()) == Set(due))
            #expect(asked.allSatisfy { $0.count <= 50 })
            let places = Dictionary(uniqueKeysWithValues: due.enumerated().map { ($1, $0) })
            for message in asked {
                let found = message.compactMap { places[$0] }
                #expect(found == found.sorted())
            }
            #expect(try await fixture.turns.ask() == 0)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.evidence WHERE fact = 'parked.replay_requested'")
                    == due.count
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.parked_message WHERE id = ANY(\(later)::uuid[]) AND evidence_seq = 1"
                ) == later.count
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A2: is asked for again after an hour if it is still open, and never after it has ended")
    func again() async throws {
        try await ClockFixture.with { fixture in
            let ids = try await Self.keep(2, from: Date(timeIntervalSinceNow: -60), fixture)
            #expect(try await fixture.turns.ask() == 2)
            _ = try await fixture.owner.withConnection { connection in
                try await connection.pipeline([
                    "UPDATE habeas.parked_message SET state = 'replayed' WHERE id = \(ids[0])",
                    "UPDATE habeas.parked_message SET replay_at = replay_at - interval '59 minutes'",
                ])
            }
            #expect(try await fixture.turns.ask() == 0)
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.parked_message SET replay_at = replay_at - interval '2 minutes'")
            }
            #expect(try await fixture.turns.ask() == 1)
            #expect(try await Self.asked(fixture).filter { $0 == [ids[1]] }.count == 1)
        }
    }

    @Test("A2: keeps its payload until its turn has come, however long that takes")
    func retention() async throws {
        try await ClockFixture.with { fixture in
            _ = try await Self.keep(2, from: Date(timeIntervalSinceNow: 3_600), fixture)
            try await fixture.goAhead(hours: 40 * 24)
            try await fixture.housekeeping.once()
            #expect(Set(try await fixture.opened()) == ["{0}", "{1}"])
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.parked_message SET state = 'replayed'")
            }
            try await fixture.housekeeping.once()
            #expect(try await fixture.opened().isEmpty)
        }
    }
}
