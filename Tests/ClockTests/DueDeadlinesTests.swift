import Clock
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("A clock that has come due", .database)
struct DueDeadlinesTests {
    @Test("warns once, is missed once, and tells the publisher each time")
    func warnsAndMisses() async throws {
        try await ClockFixture.with { fixture in
            let id = try await fixture.open()
            #expect(try await fixture.fire() == 0)
            // The referral's hour: half of it, then all of it.
            try await fixture.goAhead(minutes: 31)
            #expect(try await fixture.fire() == 1)
            #expect(try await fixture.fire() == 0)
            #expect(try await fixture.facts(id) == ["case.opened", "deadline.at_risk"])
            try await fixture.goAhead(minutes: 61)
            #expect(try await fixture.fire() == 1)
            #expect(try await fixture.facts(id) == ["case.opened", "deadline.at_risk", "deadline.missed"])
            #expect(try await fixture.text("SELECT state FROM habeas.deadline WHERE clock = 'refer'") == ["missed"])
            let told = try await fixture.outcomes("deadline.at_risk")
            #expect(told.map { $0["missed"] as? Bool } == [false, true])
            #expect(told.map { $0["sequence"] as? Int } == [1, 2])
            #expect(
                told.allSatisfy { $0["clock"] as? String == "refer" && ($0["article"] as? String)?.isEmpty == false }
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K5: a silent client's case is handed over after the client's own date, and nothing of it stays open")
    func silentClient() async throws {
        try await ClockFixture.with { fixture in
            let id = try await fixture.open()
            try await fixture.goAhead(minutes: 45 * 24 * 60)
            try await fixture.fire()
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["handed_over"])
            #expect(try await fixture.facts(id).last == "client.undecided")
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.deadline WHERE state = 'open' AND clock <> 'retention'"
                ) == 0
            )
            #expect(try await fixture.outcomes("request.completed").count == 1)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K4: a case whose client nobody names lapses")
    func lapses() async throws {
        try await ClockFixture.with { fixture in
            let id = try await fixture.open(client: nil)
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["needs_client"])
            try await fixture.goAhead(minutes: 31 * 24 * 60)
            try await fixture.fire()
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["lapsed"])
            #expect(try await fixture.facts(id).filter { $0 == "case.lapsed" }.count == 1)
        }
    }

    @Test("K11: has the job finished when the exception ends that kept a part of it")
    func exceptionEnds() async throws {
        try await ClockFixture.with { fixture in
            let id = try await fixture.open(right: "erasure", relationship: "client_user")
            let plan = RetentionPlan([
                try RetentionException(
                    category: "invoices",
                    reason: .legalDuty,
                    basis: .law("HGB § 257"),
                    until: Date(timeIntervalSinceNow: 300 * 86_400),
                    of: .clientUser,
                    at: Date()
                )
            ])
            let clock = try #require(plan.clock(from: Date()))
            _ = try await fixture.owner.withConnection { connection in
                var deadlines = DeadlineWrites()
                deadlines.end(subject: id, isMet: true)
                deadlines.start(clock, case: id, clientID: "acme")
                _ = try await connection.pipeline(
                    ["UPDATE habeas.case_file SET state = 'on_hold'"] + deadlines.statements
                )
            }
            try await fixture.goAhead(hours: 299 * 24)
            #expect(try await fixture.fire() == 0)
            try await fixture.goAhead(hours: 301 * 24)
            #expect(try await fixture.fire() == 1)
            #expect(try await fixture.facts(id).last == "exception.ended")
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.outbox WHERE routing_key = 'habeas.erasure'") == 1
            )
            // What is left is the worker's: the case is not over before it has done it.
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["on_hold"])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("Y1: extends an own case that is at risk, within the first period, with date, reason and article")
    func extends() async throws {
        try await ClockFixture.with { fixture in
            let id = try await fixture.open(relationship: "visitor", publisher: "kay")
            let before = try await fixture.text("SELECT due_at::text FROM habeas.deadline WHERE clock = 'respond'")
            // Until the answer is at risk, whatever holidays the month ends with.
            let ahead: SQL = """
                SELECT ceil(extract(epoch FROM warn_at - habeas.domain_now()) / 60)::int8 + 1 FROM habeas.deadline WHERE clock = 'respond'
                """
            try await fixture.goAhead(minutes: try await fixture.count(ahead))
            try await fixture.fire()
            #expect(try await fixture.facts(id).contains("clock.extended"))
            let after = try await fixture.text("SELECT due_at::text FROM habeas.deadline WHERE clock = 'respond'")
            #expect(before != after)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE extended_at IS NOT NULL") == 1)
            let told = try #require(try await fixture.outcomes("request.extended").first)
            #expect((told["article"] as? String)?.contains("12(3)") == true)
            #expect(told["reason"] as? String != nil && told["due_at"] as? String != nil)
            #expect(
                try await fixture.text("SELECT state FROM habeas.deadline WHERE clock = 'extension_notice'") == ["met"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("a linked case ends with the answer of the case it is linked to, and goes alone where that has none")
    func linked() async throws {
        try await ClockFixture.with { fixture in
            let first = try await fixture.open(right: "erasure", relationship: "visitor")
            let linked = try await fixture.open(right: "erasure", relationship: "visitor", linkedTo: first)
            let other = try await fixture.open(relationship: "visitor")
            let alone = try await fixture.open(relationship: "visitor", linkedTo: other)
            #expect(try await fixture.fire() == 0)
            try await fixture.act(.answered(complete: false, openEnds: false), on: first)
            try await fixture.act(.withdrawn, on: other)
            #expect(try await fixture.fire() == 2)
            #expect(try await fixture.state(linked) == "partly_fulfilled")
            #expect(try await fixture.facts(linked) == ["case.opened", "case.ended_with_equal"])
            #expect(try await fixture.state(alone) == "in_progress")
            #expect(try await fixture.facts(alone) == ["case.opened", "case.equal_left"])
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.case_file WHERE id = \(alone) AND linked_to IS NULL"
                ) == 1
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.deadline WHERE subject_id = \(alone) AND state = 'open' AND clock <> 'equal'"
                ) > 1
            )
            // Its worker is told that there is work now; both publishers were told of their ends.
            #expect(try await fixture.outcomes("request.completed").count == 3)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G5: destroys the words of a closed case after their retention, and keeps the evidence")
    func retention() async throws {
        try await ClockFixture.with { fixture in
            let id = try await fixture.open(client: nil)
            try await fixture.goAhead(minutes: 31 * 24 * 60)
            try await fixture.fire()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_secret") == 1)
            try await fixture.goAhead(minutes: (31 + 370) * 24 * 60)
            try await fixture.fire()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_secret") == 0)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_identity") == 0)
            #expect(try await fixture.facts(id).last == "case.words_destroyed")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K18: words are not destroyed while any hold is in place; a hold ends by itself, the others stay")
    func holds() async throws {
        try await ClockFixture.with { fixture in
            let id = try await fixture.open(client: nil)
            try await fixture.goAhead(minutes: 31 * 24 * 60)
            try await fixture.fire()
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["lapsed"])
            let ends = Date(timeIntervalSinceNow: 500 * 86_400)
            _ = try await fixture.owner.withConnection { connection in
                try await connection.pipeline([
                    Holds.place(
                        UUID(),
                        publisher: "desk",
                        reference: "a",
                        client: nil,
                        case: id,
                        at: Date(),
                        until: ends
                    ),
                    Holds.place(
                        UUID(),
                        publisher: "desk",
                        reference: "b",
                        client: nil,
                        case: id,
                        at: Date(),
                        until: nil
                    ),
                    """
                    INSERT INTO habeas.deadline (subject_id, clock, case_id, rule, source, anchor_at, due_at, next_at)
                    VALUES (\(id), 'hold_end', \(id), 'hold.until', 'x', now(), \(ends), \(ends))
                    """,
                    """
                    INSERT INTO habeas.case_pause (case_id, reason, from_at) VALUES (\(id), 'hold', now())
                    """,
                ])
            }
            try await fixture.goAhead(minutes: 450 * 24 * 60)
            try await fixture.fire()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_secret") == 1)
            try await fixture.goAhead(minutes: 510 * 24 * 60)
            try await fixture.fire()
            #expect(try await fixture.text("SELECT hold_ref FROM habeas.hold WHERE lifted_at IS NULL") == ["b"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_secret") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_pause WHERE to_at IS NULL") == 1)
            #expect(try await fixture.facts(id).contains("hold.ended"))
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.hold SET lifted_at = now()")
            }
            try await fixture.goAhead(minutes: 520 * 24 * 60)
            try await fixture.fire()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_secret") == 0)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("fires exactly once however many copies look at once, and catches up in order after a long sleep")
    func copies() async throws {
        try await ClockFixture.with { fixture in
            var ids: [UUID] = []
            for _ in 0..<60 { ids.append(try await fixture.open()) }
            try await fixture.goAhead(minutes: 50 * 24 * 60)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 { group.addTask { try await fixture.fire() } }
                try await group.waitForAll()
            }
            try await fixture.fire()
            for id in ids {
                let facts = try await fixture.facts(id)
                #expect(Set(facts.filter { $0 == "client.undecided" }).count == 1)
                #expect(facts.filter { $0 == "client.undecided" }.count == 1)
                // The referral came due first, the client's own date last.
                #expect(facts.first == "case.opened" && facts.last == "client.undecided")
            }
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.deadline WHERE next_at <= habeas.domain_now()")
                    == 0
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("of a parked message leaves a fact with it and tells nobody outside")
    func triage() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.store([ClockFixture.letter("x")])
            try await fixture.goAhead(minutes: 4 * 24 * 60)
            #expect(try await fixture.fire() >= 1)
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence ORDER BY seq").suffix(1) == ["triage.overdue"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("lets a play database run for two years in order, and refuses to move real time")
    func play() async throws {
        try await ClockFixture.with { fixture in
            for day in 0..<40 { try await fixture.open(hours: -day) }
            let start = ContinuousClock.now
            let count = try await fixture.deadlines.play(until: Date(timeIntervalSinceNow: 730 * 86_400))
            #expect(start.duration(to: .now) < .seconds(60))
            #expect(count >= 40 * 3)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_secret") == 0)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE state = 'handed_over'") == 40)
            // Each fact is dated by the moment its clock came due, not by the jump.
            let days = try await fixture.count("SELECT count(DISTINCT at::date) FROM habeas.evidence")
            #expect(days > 5)
            #expect(try await fixture.brokenChains().isEmpty)
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.installation SET play_offset = '0', play = false")
            }
            await #expect(throws: (any Error).self) { try await fixture.deadlines.play(until: Date()) }
        }
    }
}
