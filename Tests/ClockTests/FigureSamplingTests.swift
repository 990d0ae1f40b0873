import Clock
import Foundation
import Ledger
import Postgres
import TestKit
import Testing

@Suite("The sampling of figures", .database)
struct FigureSamplingTests {
    @Test("writes every figure once a minute, however many copies look, under the clock's own role")
    func once() async throws {
        try await ClockFixture.with { fixture in
            let request = try await fixture.open()
            try await fixture.owner.withConnection { connection in
                try await connection.execute(
                    """
                    INSERT INTO habeas.target (id, circuit, circuit_until) VALUES ('a', 'open', now());
                    INSERT INTO habeas.effect (id, queue, kind, target_id, subject_id, case_id, client_id, line, attempts_allowed, planned_at, state,
                      next_attempt_at, held_at, ended_at)
                    SELECT gen_random_uuid(), 'habeas.erasure', 'target.act', 'a', id, id, client_id, '', 1, now() - interval '1 hour', s.state,
                           CASE WHEN s.state <> 'parked' THEN now() + s.later END, s.held, CASE WHEN s.state = 'parked' THEN now() END
                      FROM habeas.case_file,
                           (VALUES ('planned', interval '-1 minute', NULL::timestamptz), ('leased', interval '1 minute', NULL),
                                   ('retrying', interval '1 hour', NULL), ('planned', interval '-1 minute', now()),
                                   ('parked', NULL, NULL)) AS s (state, later, held)
                     WHERE id = '\(request)';
                    """
                )
            }
            let sampling = FigureSampling(pool: fixture.pool, logger: ClockFixture.quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await sampling.once() } }
                try await group.waitForAll()
            }
            let minutes = try await fixture.count("SELECT count(DISTINCT at) FROM habeas.figure_sample")
            #expect((1...2).contains(minutes))
            for figure in FigureSample.Figure.allCases {
                #expect(
                    try await fixture.count(
                        "SELECT count(*) FROM habeas.figure_sample WHERE figure = \(figure.rawValue)"
                    ) == minutes * ([.waiting, .oldest].contains(figure) ? 4 : 1),
                    "\(figure)"
                )
            }
            func value(_ figure: FigureSample.Figure, _ part: String = "") async throws -> Int {
                try await fixture.count(
                    "SELECT max(value)::int8 FROM habeas.figure_sample WHERE figure = \(figure.rawValue) AND part = \(part)"
                )
            }
            #expect(
                try await value(.waiting, "habeas.erasure") == 2,
                "neither what is held nor what has its time to come"
            )
            let oldest = try await value(.oldest, "habeas.erasure")
            #expect((3_599...3_700).contains(oldest))
            #expect(try await value(.waiting, "habeas.breach") == 0)
            #expect(try await value(.parkedEffects) == 1)
            #expect(try await value(.targetsFailing) == 1)
        }
    }

    @Test("forgets after thirty days, and keeps the highest value of each step for plots")
    func retention() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.owner.withConnection { connection in
                try await connection.execute(
                    """
                    INSERT INTO habeas.figure_sample (at, figure, value) VALUES
                      (now() - interval '31 days', 'reviews', 1), (now() - interval '29 days', 'reviews', 2),
                      (date_trunc('hour', now()) - interval '58 minutes', 'reviews', 3), (date_trunc('hour', now()) - interval '59 minutes', 'reviews', 9);
                    """
                )
            }
            #expect(try await FigureSampling(pool: fixture.pool, logger: ClockFixture.quiet).once())
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.figure_sample WHERE at < now() - interval '30 days'"
                ) == 0
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.figure_sample WHERE value = 2") == 1)
            let points = try await fixture.owner.withConnection {
                try await $0.query(
                    FigureSample.history(of: .reviews, over: .seconds(86_400), step: .seconds(3_600))
                ).decode(Date.self, String.self, Double.self)
            }
            #expect(points.contains { $0.2 == 9 })
            #expect(!points.contains { $0.2 == 3 })
        }
    }
}
