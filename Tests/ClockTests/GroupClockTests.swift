import Clock
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("The clocks of a request about several people", .database)
struct GroupClockTests {
    /// Two cases of one group, with an event's words about both.
    static func open(_ fixture: ClockFixture) async throws -> [UUID] {
        let ids = [try await fixture.open(), try await fixture.open()]
        let group = UUID()
        let words = UUID()
        let secret = try SealedPayload(sealing: Array("words".utf8), for: words, with: fixture.ring)
        _ = try await fixture.owner.withConnection { connection in
            try await connection.pipeline([
                """
                INSERT INTO habeas.case_group (id, client_id, publisher_id, received_at, cases)
                VALUES (\(group), 'acme', 'desk', now(), 2)
                """,
                "UPDATE habeas.case_file SET group_id = \(group), subject_index = CASE WHEN id = \(ids[1]) THEN 1 ELSE 0 END",
                """
                INSERT INTO habeas.event_secret (id, subject_id, event_type, received_at, kek_id, wrapped_key, payload)
                VALUES (\(words), \(group), 'request.clarified', now(), \(secret.wrapped.kekID), \(secret.wrapped.bytes), \(secret.bytes))
                """,
            ])
        }
        return ids
    }

    @Test("G3: end its cases with one summary, whichever transaction ends the last")
    func summary() async throws {
        try await ClockFixture.with { fixture in
            let ids = try await Self.open(fixture)
            // One is over at the client's own date, the other is given a month more.
            _ = try await fixture.owner.withConnection {
                try await $0.query(
                    """
                    UPDATE habeas.deadline SET due_at = due_at + interval '30 days', warn_at = warn_at + interval '30 days',
                      next_at = next_at + interval '30 days' WHERE clock = 'respond' AND subject_id = \(ids[1])
                    """
                )
            }
            try await fixture.goAhead(hours: 45 * 24)
            try await fixture.fire()
            #expect(try await fixture.outcomes("request.completed").allSatisfy { $0["kind"] == nil })
            try await fixture.goAhead(hours: 80 * 24)
            try await fixture.fire()
            let told = try await fixture.outcomes("request.completed").filter { $0["kind"] as? String == "group" }
            #expect(told.count == 1)
            #expect((told.first?["endings"] as? [[String: Any]])?.first?["state"] as? String == "handed_over")
            #expect(try await fixture.count("SELECT handed_over FROM habeas.case_group") == 2)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G3, G5: keep what was said about all of them until the last of them keeps no words")
    func words() async throws {
        try await ClockFixture.with { fixture in
            let ids = try await Self.open(fixture)
            try await fixture.goAhead(hours: 45 * 24)
            try await fixture.fire()
            func retain(_ id: UUID, days: Int) async throws {
                _ = try await fixture.owner.withConnection {
                    try await $0.query(
                        """
                        UPDATE habeas.deadline SET due_at = now() + make_interval(days => \(Int32(days))), warn_at = NULL,
                          next_at = now() + make_interval(days => \(Int32(days)))
                         WHERE clock = 'retention' AND subject_id = \(id)
                        """
                    )
                }
            }
            try await retain(ids[0], days: 100)
            try await retain(ids[1], days: 200)
            try await fixture.goAhead(hours: 101 * 24)
            try await fixture.fire()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_secret") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.event_secret") == 1)
            try await fixture.goAhead(hours: 201 * 24)
            try await fixture.fire()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_secret") == 0)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.event_secret") == 0)
        }
    }
}
