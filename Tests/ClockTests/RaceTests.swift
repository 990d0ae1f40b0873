import AMQP
import Clock
import Fleet
import Foundation
import Intake
import Ledger
import Observability
import Postgres
import Rights
import TestKit
import Testing

/// Whatever meets whatever at one case: one lawful outcome, a whole chain, and no deadlock for anybody. One after another:
/// each takes a dozen of the server's connections.
@Suite("At one case at once", .database, .serialized)
struct RaceTests {
    /// Races of each kind.
    private static let races = 2_000
    /// Rivals at work at the same time, on each side.
    private static let lanes = 2

    /// How a case may end at which both were at work.
    private static let lawful: Set<String> = [
        "withdrawn: case.opened referral.sent request.withdrawn",
        "withdrawn: case.opened referral.sent client.decided_proceed request.withdrawn",
        "handed_over: case.opened referral.sent client.decided_handle_itself",
        "refused: case.opened referral.sent client.decided_refuse",
    ]

    @Test("the client's decision and the person's withdrawal: whoever is first counts, the other is told")
    func decisionAgainstWithdrawal() async throws {
        try await with { fixture, intake in
            let cases = try await Self.opened(fixture, intake, by: "\"client\":\"acme\"", relationship: "end_user")
            try await fixture.act(.referralSent, on: cases.map(\.id))
            try await Self.race(cases, .decides, .withdraws, fixture, intake)
            let histories = try await Self.histories(fixture)
            // Each side was first somewhere, and each that came too late was refused with its reason.
            #expect(Set(histories.keys) == Self.lawful)
            let both = histories["withdrawn: case.opened referral.sent client.decided_proceed request.withdrawn"] ?? 0
            let late = try await Self.refusals(fixture)
            #expect(late == ["unlawful_now": Self.races - both])
            #expect(try await fixture.outcomes("request.completed").count == Self.races)
        }
    }

    @Test("the lapse of a case and what it waited for: it goes on or it has lapsed")
    func deadlineAgainstEvent() async throws {
        try await with { fixture, intake in
            let cases = try await Self.opened(fixture, intake, by: nil, relationship: "visitor")
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE state = 'needs_identity'")
                    == Self.races
            )
            // All of them at once, while the clock is at it.
            try await fixture.goAhead(minutes: 31 * 24 * 60)
            try await Self.race(cases, .clock, .verifies, fixture, intake)
            try await fixture.fire()
            let lapsed = try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE state = 'lapsed'")
            let going = try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE state = 'in_progress'")
            #expect(lapsed + going == Self.races)
            #expect(lapsed > 0 && going > 0)
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.case_file c WHERE (c.state = 'lapsed') <> EXISTS (
                      SELECT FROM habeas.evidence e WHERE e.chain_id = c.id AND e.fact = 'case.lapsed')
                    """
                ) == 0
            )
            let late = try await Self.refusals(fixture)
            #expect(late == ["unlawful_now": lapsed])
        }
    }

    @Test("the date of an answer and the answer: it was in time or it was missed, and it is answered once")
    func deadlineAgainstCompletion() async throws {
        try await with { fixture, intake in
            let cases = try await Self.opened(
                fixture,
                intake,
                by: nil,
                relationship: "visitor",
                #""session_verified":true,"#
            )
            try await fixture.goAhead(minutes: 45 * 24 * 60)
            try await Self.race(cases, .clock, .answers, fixture, intake)
            try await fixture.fire()
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE state = 'fulfilled'") == Self.races
            )
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.deadline d WHERE d.clock = 'respond' AND NOT (d.state = 'missed' AND EXISTS (
                        SELECT FROM habeas.evidence e WHERE e.chain_id = d.case_id AND e.fact = 'deadline.missed' AND e.body LIKE '%"respond"%')
                      OR d.state = 'met' AND NOT EXISTS (
                        SELECT FROM habeas.evidence e WHERE e.chain_id = d.case_id AND e.fact = 'deadline.missed' AND e.body LIKE '%"respond"%'))
                    """
                ) == 0
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.deadline WHERE state = 'open' AND clock <> 'retention'"
                ) == 0
            )
        }
    }

    @Test("K18: a legal hold and the end of an erasure: held in time or refused as closed, never both")
    func holdAgainstErasure() async throws {
        try await with { fixture, intake in
            let cases = try await Self.opened(
                fixture,
                intake,
                by: nil,
                relationship: "visitor",
                #""session_verified":true,"#
            )
            try await Self.race(cases, .holds, .answers, fixture, intake)
            let histories = try await Self.histories(fixture)
            let held = "fulfilled: case.opened hold.placed case.fulfilled"
            let closed = "fulfilled: case.opened case.fulfilled"
            #expect(Set(histories.keys) == [held, closed])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.hold") == histories[held])
            let late = try await Self.refusals(fixture)
            #expect(late == ["unlawful_now": histories[closed] ?? 0])
        }
    }

    @Test("two equal requests: one works, one is linked")
    func equalRequests() async throws {
        try await with { fixture, intake in
            let numbers = (0..<Self.races).map { Item(number: $0, ref: "a\($0)", id: UUID()) }
            try await Self.race(numbers, .submits("a"), .submits("b"), fixture, intake)
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.case_file l JOIN habeas.case_file f ON f.id = l.linked_to
                     WHERE substr(l.request_ref, 2) = substr(f.request_ref, 2) AND f.linked_to IS NULL
                    """
                ) == Self.races
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 2 * Self.races)
            #expect(
                try await fixture.count(
                    "SELECT count(DISTINCT left(request_ref, 1)) FROM habeas.case_file WHERE linked_to IS NULL"
                )
                    == 2,
                "each side was first somewhere"
            )
        }
    }

    // MARK: Racing

    struct Item: Sendable {
        let number: Int
        let ref: String
        let id: UUID
    }

    /// An intake on the fixture's database, as its own process would be.
    struct RacingIntake: Sendable {
        let handler: IntakeHandler
        let pool: PostgresPool

        func deliver(_ deliveries: [Delivery]) async throws {
            while true {
                let items = try await handler.prepare(deliveries)
                do {
                    _ = try await pool.withConnection { try await handler.commit(items, on: $0) }
                    return
                } catch is RegistryChanged {
                    continue
                }
            }
        }
    }

    private func with(_ body: (ClockFixture, RacingIntake) async throws -> Void) async throws {
        try await ClockFixture.with { fixture in
            let pool = PostgresPool(configuration: try Database.current, size: 6, logger: ClockFixture.quiet)
            let handler = IntakeHandler(
                queue: Topology.intake,
                registry: fixture.registry,
                ring: fixture.ring,
                domainTime: DomainTime(),
                metrics: IntakeMetrics(MetricsRegistry())
            )
            do {
                try await body(fixture, RacingIntake(handler: handler, pool: pool))
                #expect(try await fixture.brokenChains().isEmpty)
                // Nobody was ever told of one: a deadlock that was rerun would be counted here.
                #expect(
                    try await fixture.count(
                        "SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()"
                    )
                        == 0
                )
                await pool.shutdown()
            } catch {
                await pool.shutdown()
                throw error
            }
        }
    }

    /// What one side of a race does to the cases of a batch.
    enum Rival: Sendable {
        case decides, withdraws, verifies, holds, answers, clock
        case submits(String)

        func act(on batch: [Item], _ fixture: ClockFixture, _ intake: RacingIntake) async throws {
            switch self {
            case .answers: try await fixture.act(.answered(complete: true, openEnds: false), on: batch.map(\.id))
            case .clock: try await fixture.fireOnce()
            case .decides, .withdraws, .verifies, .holds, .submits: try await intake.deliver(batch.map(event))
            }
        }

        private func event(_ item: Item) -> Delivery {
            switch self {
            case .decides:
                let words = ["\"proceed\"", "\"handle_itself\"", #""refuse","reason":"not ours""#][item.number % 3]
                return RaceTests.event(
                    "client.decided",
                    #"{"request_ref":"\#(item.ref)","decided_by":{"user":"u","role":"dpo"},"decision":\#(words)}"#
                )
            case .verifies:
                let now = EventTime.text(Date())
                return RaceTests.event(
                    "identity.verified",
                    #"{"request_ref":"\#(item.ref)","level":"document","method":"passport","verified_at":"\#(now)","by":"desk"}"#
                )
            case .holds:
                return RaceTests.event(
                    "hold.placed",
                    #"{"request_ref":"\#(item.ref)","hold_ref":"h\#(item.number)","basis":"lawsuit","reviewer":"counsel"}"#
                )
            case .submits(let side):
                return RaceTests.request(item.number, ref: "\(side)\(item.number)", client: "acme", "visitor", "")
            case .withdraws, .answers, .clock:
                return RaceTests.event("request.withdrawn", #"{"request_ref":"\#(item.ref)","by":"subject"}"#)
            }
        }
    }

    /// Lets both sides go over all items at once, each in an order of its own, in batches that overlap.
    private static func race(
        _ items: [Item],
        _ left: Rival,
        _ right: Rival,
        _ fixture: ClockFixture,
        _ intake: RacingIntake
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for side in [left, right] {
                let shuffled = items.shuffled()
                for lane in 0..<lanes {
                    let part = shuffled.indices.filter { $0 % lanes == lane }.map { shuffled[$0] }
                    group.addTask {
                        for start in stride(from: 0, to: part.count, by: 10) {
                            try await side.act(on: Array(part[start..<min(start + 10, part.count)]), fixture, intake)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func opened(
        _ fixture: ClockFixture,
        _ intake: RacingIntake,
        by client: String?,
        relationship: String,
        _ more: String = ""
    ) async throws -> [Item] {
        for start in stride(from: 0, to: races, by: 200) {
            try await intake.deliver(
                (start..<start + 200).map {
                    request($0, ref: "r\($0)", client: client == nil ? nil : "acme", relationship, more)
                }
            )
        }
        let rows = try await fixture.owner.withConnection {
            try await $0.query("SELECT request_ref, id FROM habeas.case_file").decode(String.self, UUID.self)
        }
        return rows.map { Item(number: Int($0.0.dropFirst()) ?? 0, ref: $0.0, id: $0.1) }
    }

    fileprivate static func request(_ number: Int, ref: String, client: String?, _ relationship: String, _ more: String)
        -> Delivery
    {
        let named = client.map { #""client":"\#($0)","# } ?? ""
        return event(
            "request.submitted",
            """
            {"channel":"form","submitted_time":"\(EventTime.text(Date(timeIntervalSinceNow: -60)))","submitted_by":"subject",\
            "relationship":"\(relationship)","right":"erasure","regulation":"gdpr",\(named)\(more)"request_ref":"\(ref)",\
            "subjects":[{"identities":[{"type":"email","value":"p\(number)@example.com"}]}]}
            """
        )
    }

    fileprivate static func event(_ type: String, _ data: String) -> Delivery {
        let name = "io.habeas.\(type).v1"
        let id = UUID().uuidString
        let body = Array(
            #"{"specversion":"1.0","id":"\#(id)","source":"/desk","type":"\#(name)","data":\#(data)}"#.utf8
        )
        var properties = Properties()
        properties.userID = "desk-user"
        return Delivery(
            tag: DeliveryTag(generation: 1, tag: 1),
            exchange: Topology.events,
            routingKey: name,
            redelivered: false,
            properties: properties,
            body: body,
            announcedSize: body.count
        )
    }

    /// How many events were refused, by fault.
    private static func refusals(_ fixture: ClockFixture) async throws -> [String: Int] {
        let rows = try await fixture.owner.withConnection {
            try await $0.query("SELECT fault, count(*) FROM habeas.parked_message GROUP BY fault").decode(
                String.self,
                Int.self
            )
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// How many cases ended how, with their facts in order.
    private static func histories(_ fixture: ClockFixture) async throws -> [String: Int] {
        let rows = try await fixture.owner.withConnection {
            try await $0.query(
                """
                SELECT history, count(*) FROM (
                  SELECT c.state || ': ' || string_agg(e.fact, ' ' ORDER BY e.seq) AS history
                    FROM habeas.case_file c JOIN habeas.evidence e ON e.chain_id = c.id GROUP BY c.id, c.state) h
                 GROUP BY history
                """
            ).decode(String.self, Int.self)
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }
}
