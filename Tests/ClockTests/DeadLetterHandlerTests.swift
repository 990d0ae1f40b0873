import AMQP
import Clock
import Fleet
import Foundation
import Postgres
import Rights
import TestKit
import Testing

@Suite("A message the broker gave up on", .database)
struct DeadLetterHandlerTests {
    @Test("is stored as it came, unopened, with the broker's word on its sender")
    func stored() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.store([ClockFixture.letter("{not even json")])
            #expect(try await fixture.opened() == ["{not even json"])
            #expect(
                try await fixture.text(
                    "SELECT origin || ' ' || publisher_id || ' ' || event_type || ' ' || field || ' ' || fault FROM habeas.parked_message"
                )
                    == ["dead_letter desk io.habeas.request.submitted.v1 body delivery_limit"]
            )
            #expect(try await fixture.text("SELECT rule FROM habeas.deadline") == ["default.triage"])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("is stored once, however often and wherever it comes again")
    func once() async throws {
        try await ClockFixture.with { fixture in
            let letter = ClockFixture.letter("{}")
            try await fixture.store([letter, letter])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 { group.addTask { try await fixture.store([letter]) } }
                try await group.waitForAll()
            }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.evidence") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.deadline") == 1)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("of a stranger, or under a key that is no type of ours, keeps neither name nor type")
    func strangers() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.store([
                ClockFixture.letter("1", type: "ann@example.com", user: "nobody"),
                ClockFixture.letter("2", type: "x", user: nil),
                ClockFixture.letter("3", type: "io.habeas.breach.detected.v1"),
                ClockFixture.letter("4", type: "io.habeas.fee.paid.v1"),
            ])
            #expect(
                try await fixture.text(
                    """
                    SELECT coalesce(publisher_id, '-') || ' ' || coalesce(event_type, '-') FROM habeas.parked_message ORDER BY 1
                    """
                )
                    == ["- -", "- -", "desk io.habeas.breach.detected.v1", "desk io.habeas.fee.paid.v1"]
            )
            #expect(try await fixture.text("SELECT rule FROM habeas.deadline") == ["default.triage_breach"])
            #expect(try await fixture.opened().sorted() == ["1", "2", "3", "4"])
        }
    }

    @Test("that leaves its batch is stored all the same")
    func parked() async throws {
        try await ClockFixture.with { fixture in
            let letter = ClockFixture.letter("x")
            let rows = try await fixture.pool.withConnection {
                try await fixture.letters.park(letter, because: .attempts(5), on: $0)
            }
            #expect(rows.isEmpty)
            #expect(try await fixture.opened() == ["x"])
        }
    }
}
