import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("One transaction about cases and their effects", .database)
struct EffectDeskTests {
    func planned(_ caseID: UUID, waitsOnHold: Bool = false, kind: EffectKind = .clientReferral) -> PlannedEffect {
        PlannedEffect(
            kind,
            of: .referral,
            to: "t",
            case: caseID,
            clientID: "c0",
            waitsOnHold: waitsOnHold,
            attemptsAllowed: 3,
            at: Date()
        )
    }

    /// Looks at the case with this decision.
    func look(_ fixture: EffectFixture, at id: UUID, _ decide: @escaping @Sendable (inout CaseDesk) throws -> Void)
        async throws
    {
        let work = fixture.work(ScriptedPlanner(decide: decide))
        _ = try await fixture.worker.withConnection { try await work.run([id], on: $0) }
    }

    @Test("what is planned goes out at once, its hint in the same transaction")
    func plans() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"])
            let effect = planned(cases[0])
            try await look(fixture, at: cases[0]) { $0.plan(effect) }
            #expect(try await fixture.effect(effect.id).state == .released)
            let hints = try await fixture.hints(limit: 10)
            #expect(hints.map { WakeUpMessage.ids(of: $0) } == [[effect.id]])
            #expect(try await fixture.facts(cases[0]) == ["case.opened", "effect.planned"])
            #expect(try await fixture.take([effect.id]).count == 1)
            #expect(try await fixture.brokenChains() == [])
        }
    }

    @Test("what is planned and taken back at once never goes out")
    func plansAndCancels() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(2)
            try await fixture.targets(["t"])
            let first = planned(cases[0])
            try await look(fixture, at: cases[0]) { desk in
                desk.plan(first)
                for effect in desk.effects(of: cases[0]) { desk.cancel(effect, because: "test") }
            }
            let (second, answer) = (planned(cases[1]), planned(cases[1], kind: .clientAnswer))
            try await look(fixture, at: cases[1]) { desk in
                desk.plan(second)
                desk.apply(.withdrawn, to: cases[1])
                desk.plan(answer)
            }
            #expect(try await fixture.ids("SELECT id FROM habeas.effect") == [answer.id])
            #expect(try await fixture.facts(cases[0]).suffix(2) == ["effect.planned", "effect.cancelled"])
        }
    }

    @Test("what is planned for a held case waits with it")
    func plansHeld() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(2)
            try await fixture.targets(["t"])
            try await fixture.act(.holdPlaced, on: [cases[0]])
            let (waiting, free) = (planned(cases[0], waitsOnHold: true), planned(cases[0]))
            try await look(fixture, at: cases[0]) { desk in
                desk.plan(waiting)
                desk.plan(free)
                #expect(desk.effects(of: cases[0]).map(\.isHeld) == [true, false])
            }
            let same = planned(cases[1], waitsOnHold: true)
            try await look(fixture, at: cases[1]) { desk in
                desk.apply(.holdPlaced, to: cases[1])
                desk.plan(same)
            }
            #expect(try await fixture.letGo() == [free.id])
            try await fixture.act(.holdLifted, on: cases)
            #expect(try await fixture.letGo().count == 3)
        }
    }

    @Test("a decision over an outcome may take the effect back that has just failed: it is not tried again")
    func cancelsFailed() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"])
            let ids = try await fixture.plan(1, of: cases, to: "t")
            let leases = try await fixture.take(try await fixture.letGo())
            let planner = ScriptedPlanner(decide: { desk in
                for effect in desk.effects(of: cases[0]) {
                    #expect(effect.state == .retrying && effect.attempts == 1)
                    desk.cancel(effect, because: "test")
                }
            })
            try await fixture.enter(.retry("timeout", blamesTarget: false), of: leases, planner)
            #expect(try await fixture.effect(ids[0]).state == .cancelled)
            try await fixture.hurry()
            #expect(try await fixture.letGo().isEmpty)
            #expect(try await fixture.text("SELECT outcome FROM habeas.effect_attempt") == ["retry"])
        }
    }

    @Test("one that is in hand when it is taken back may finish, and is not tried again")
    func cancelsLeased() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"])
            let ids = try await fixture.plan(2, of: cases, to: "t")
            let leases = try await fixture.take(try await fixture.letGo())
            try await look(fixture, at: cases[0]) { desk in
                for effect in desk.effects(of: cases[0]) { desk.cancel(effect, because: "test") }
                #expect(desk.effects(of: cases[0]).allSatisfy { $0.state == .leased && $0.isUnwanted })
            }
            #expect(try await fixture.facts(cases[0]) == ["case.opened"])
            try await fixture.enter(.done(), of: leases.filter { $0.effect.id == ids[0] })
            // The other one's worker dies.
            try await fixture.outlive()
            _ = try await fixture.release.once()
            #expect(try await fixture.effect(ids[0]).state == .done)
            #expect(try await fixture.effect(ids[1]).state == .cancelled)
            #expect(try await fixture.facts(cases[0]) == ["case.opened", "effect.done", "effect.cancelled"])
            #expect(try await fixture.brokenChains() == [])
        }
    }

    @Test("a scope ends what it covers and nothing else; kinds of a newer version end with everything only")
    func scopes() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(3)
            try await fixture.targets(["t"])
            let kinds: [EffectKind] = [
                .subjectNotice, .clientReferral, .clientReminder, .subjectReceipt, .clientAnswer,
            ]
            for id in cases {
                for kind in kinds { try await fixture.plan(1, of: [id], to: "t", kind: kind) }
            }
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.effect SET kind = 'of.the.future' WHERE kind = 'client.answer'")
            }
            for (scope, id) in zip([EffectScope.everything, .asks, .allButNotice], cases) {
                var writes = EffectWrites()
                writes.cancel(scope, of: id, at: Date())
                let statements = writes.statements
                _ = try await fixture.intake.withConnection { connection in
                    try await connection.transaction { try await $0.pipeline(statements) }
                }
            }
            func left(_ id: UUID) async throws -> [String] {
                try await fixture.text(
                    "SELECT kind FROM habeas.effect WHERE case_id = \(id) AND state = 'planned' ORDER BY kind"
                )
            }
            #expect(try await left(cases[0]) == [])
            #expect(try await left(cases[1]) == ["of.the.future", "subject.notice", "subject.receipt"])
            #expect(try await left(cases[2]) == ["subject.notice"])
        }
    }
}
