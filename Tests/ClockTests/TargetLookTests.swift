import Clock
import Foundation
import Observability
import Postgres
import TestKit
import Testing

@Suite("The clock's look at targets", .database)
struct TargetLookTests {
    @Test("counts the targets that take no calls, each state by itself, and the effects that wait for a person")
    func counts() async throws {
        try await ClockFixture.with { fixture in
            let look = TargetLook(pool: fixture.pool, metrics: fixture.metrics, logger: ClockFixture.quiet)
            try await look.once()
            for state in ["open", "paused", "disabled"] {
                #expect(fixture.metrics.exposition().contains("habeas_targets{state=\"\(state)\"} 0"))
            }
            #expect(fixture.metrics.exposition().contains("habeas_effects_parked 0"))
            let request = try await fixture.open()
            try await fixture.owner.withConnection { connection in
                try await connection.execute(
                    """
                    INSERT INTO habeas.target (id, client_id, circuit, circuit_until, disabled_at)
                      VALUES ('a', 'acme', 'open', now(), NULL), ('b', 'acme', 'probing', now(), now()), ('c', 'acme', 'closed', NULL, NULL);
                    UPDATE habeas.target SET paused_at = now(), pause_reason = 'x' WHERE id = 'mail';
                    INSERT INTO habeas.effect (id, queue, kind, target_id, subject_id, case_id, client_id, line, attempts_allowed, planned_at,
                      state, next_attempt_at, ended_at)
                    SELECT gen_random_uuid(), 'habeas.referral', 'client.answer', 'a', id, id, client_id, 'acme', 1, now(), s.state,
                           CASE WHEN s.state = 'planned' THEN now() END, CASE WHEN s.state <> 'planned' THEN now() END
                      FROM habeas.case_file, unnest('{parked,parked,done,planned}'::text[]) AS s (state)
                     WHERE id = '\(request)';
                    """
                )
            }
            try await look.once()
            let metrics = fixture.metrics.exposition()
            #expect(metrics.contains(#"habeas_targets{state="open"} 2"#))
            #expect(metrics.contains(#"habeas_targets{state="paused"} 1"#))
            #expect(metrics.contains(#"habeas_targets{state="disabled"} 1"#))
            #expect(metrics.contains("habeas_effects_parked 2"))
        }
    }
}
