import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("Effects that have come to their end", .database)
struct EffectFinalityTests {
    /// One effect in each final state.
    func ended(_ fixture: EffectFixture) async throws -> [EffectState: UUID] {
        let cases = try await fixture.cases(3)
        try await fixture.targets(["t"], inFlight: 10)
        let ids = try await fixture.plan(3, of: cases, to: "t")
        let leases = try await fixture.take(try await fixture.letGo())
        for (id, verdict) in [(ids[0], AttemptVerdict.done()), (ids[1], .refused("http_400", status: 400))] {
            try await fixture.enter(verdict, of: leases.filter { $0.effect.id == id })
        }
        try await fixture.act(.withdrawn, on: [cases[2]])
        try await fixture.enter(
            .retry(AttemptVerdict.notBegun, blamesTarget: false),
            of: leases.filter { $0.effect.id == ids[2] }
        )
        return [.done: ids[0], .parked: ids[1], .cancelled: ids[2]]
    }

    @Test("do not change any more, whoever asks, in no column that says what was done")
    func final() async throws {
        try await EffectFixture.with { fixture in
            let effects = try await ended(fixture)
            #expect(try await fixture.states() == ["done": 1, "parked": 1, "cancelled": 1])
            let before = try await fixture.text("SELECT e::text FROM habeas.effect e ORDER BY id")
            let changes: [SQL] = [
                "state = 'retrying', next_attempt_at = now(), ended_at = NULL",
                "state = 'released', next_attempt_at = now(), ended_at = NULL", "outcome = 'other'", "cause = 'other'",
                "status = 200", "attempts = 7", "ended_at = now()", "leases = leases + 1", "target_id = 'mail'",
                "kind = 'client.reminder'", "parameters = '[]'", "held_at = now()",
            ]
            for (state, id) in effects {
                for (index, change) in changes.enumerated() {
                    for pool in [fixture.owner, fixture.worker, fixture.operators] {
                        // An operator, and the owner of the schema, may let a parked one go: the next test.
                        if state == .parked, index == 0 { continue }
                        await #expect(throws: PostgresError.self, "\(state) \(change.text)") {
                            try await pool.withConnection {
                                try await $0.query("UPDATE habeas.effect SET \(change) WHERE id = \(id)")
                            }
                        }
                    }
                }
            }
            #expect(try await fixture.text("SELECT e::text FROM habeas.effect e ORDER BY id") == before)
        }
    }

    @Test("a parked one is let go again by an operator's login, and by none of the workers'")
    func parked() async throws {
        try await EffectFixture.with { fixture in
            let id = try #require(try await ended(fixture)[.parked])
            let again: SQL = """
                UPDATE habeas.effect SET state = 'retrying', next_attempt_at = now(), ended_at = NULL, attempts = 0 WHERE id = \(id)
                """
            for pool in [fixture.worker, fixture.clock, fixture.intake] {
                await #expect(throws: PostgresError.self) {
                    try await pool.withConnection { try await $0.query(again) }
                }
            }
            #expect(try await fixture.effect(id).state == .parked)
            _ = try await fixture.operators.withConnection { try await $0.query(again) }
            #expect(try await fixture.letGo() == [id])
            let lease = try await fixture.take([id])
            #expect(lease.map(\.token) == [2])
            try await fixture.enter(.done(), of: lease)
            #expect(try await fixture.effect(id).state == .done)
        }
    }

    @Test("leave one fact each in their case's chain, and every chain holds")
    func evidence() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(30)
            try await fixture.targets(["t"], inFlight: 100)
            let ids = try await fixture.plan(300, of: cases, to: "t", attemptsAllowed: 2)
            let performer = ScriptedPerformer(call: { effect in
                switch effect.id.uuid.15 % 5 {
                case 0: .refused("http_422", status: 422)
                case 1: .retry("http_409", status: 409, after: .milliseconds(1), blamesTarget: false)
                case 2: .done(.alreadyAbsent)
                default: .done()
                }
            })
            try await fixture.running(performer) { _ in
                try await expectSoon {
                    try await fixture.hurry()
                    return try await fixture.count("SELECT count(*) FROM habeas.effect WHERE ended_at IS NULL") == 0
                }
            }
            let facts = try await fixture.text(
                """
                SELECT e.id || ' ' || v.fact FROM habeas.effect e JOIN habeas.evidence v
                    ON v.chain_id = e.case_id AND v.body::jsonb ->> 'effect' = e.id::text
                 WHERE v.fact = 'effect.' || e.state
                """
            )
            #expect(facts.count == 300 && Set(facts).count == 300)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.evidence WHERE fact LIKE 'effect.%'") == ids.count
            )
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.effect_attempt") == performer.book.order.count
            )
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.effect e
                     WHERE attempts <> (SELECT count(*) FROM habeas.effect_attempt a WHERE a.effect_id = e.id)
                    """
                ) == 0
            )
            #expect(try await fixture.brokenChains() == [])
        }
    }
}
