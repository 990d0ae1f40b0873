import AMQP
import Fleet
import Foundation
import Ledger
import Postgres
import TestKit
import Testing

@Suite("A publisher with a rate", .database)
struct RateTests {
    private static let waiting: SQL = """
        SELECT id::text FROM habeas.parked_message WHERE origin = 'rate' AND state = 'open' ORDER BY replay_at
        """

    private static func limit(_ publisher: String, _ rate: Int, _ fixture: IntakeFixture) async throws {
        _ = try await fixture.owner.withConnection {
            try await $0.query("UPDATE habeas.publisher SET events_per_second = \(rate) WHERE id = \(publisher)")
        }
    }

    private static func submitted(_ ref: String, _ right: String = "erasure", id: String? = nil) -> Delivery {
        IntakeFixture.event(
            "request.submitted",
            id: id ?? ref,
            data: IntakeFixture.request(right, ref: ref, email: "\(ref)@example.com")
        )
    }

    private static func breach(_ number: Int) -> Delivery {
        let data = #"""
            {"incident_ref":"i\#(number)","discovered_at":"\#(RouteTests.now)","aware_at":"\#(RouteTests.now)","nature":"lost laptop",
             "categories":["contacts"],"risk":"high","affected":[{"client":"acme","subjects_approx":3}]}
            """#
        return IntakeFixture.event("breach.detected", data: data)
    }

    /// What clock sends when the turn of these has come.
    private static func turn(of ids: [String]) -> Delivery {
        let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
        return IntakeFixture.message(
            Array(#"{"v":1,"replay":[\#(list)]}"#.utf8),
            type: "habeas.replay.v1",
            user: nil,
            exchange: Topology.work
        )
    }

    private static func references(_ fixture: IntakeFixture) async throws -> [String] {
        try await fixture.text("SELECT request_ref FROM habeas.case_file ORDER BY request_ref")
    }

    @Test(
        "A2: a publisher over its rate is taken in later, in order, with its first receipt; its neighbour in the same batch at once"
    )
    func overRate() async throws {
        try await IntakeFixture.with { fixture in
            try await Self.limit("desk", 2, fixture)
            let neighbour = IntakeFixture.event(
                "request.submitted",
                source: "/forum",
                user: "forum-user",
                data: IntakeFixture.request(ref: "neighbour")
            )
            let answers = try await fixture.deliver((0..<5).map { Self.submitted("r\($0)") } + [neighbour])
            #expect(try await Self.references(fixture) == ["neighbour", "r0", "r1"])
            #expect(
                try await fixture.text(
                    """
                    SELECT round(extract(epoch FROM replay_at - received_at) * 10) || ' ' || fault FROM habeas.parked_message
                     WHERE publisher_id = 'desk' AND state = 'open' AND expires_at > replay_at + interval '29 days'
                     ORDER BY replay_at
                    """
                ) == ["10 over_rate", "15 over_rate", "20 over_rate"]
            )
            // Nobody was refused: nobody is told, nobody has to look, no id is used up.
            #expect(!answers.contains { $0.messageType.contains("rejected") })
            #expect(try await fixture.count("SELECT count(*) FROM habeas.deadline WHERE clock LIKE 'triage%'") == 0)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.inbox") == 3)

            let places = try await fixture.text("SELECT next_at::text FROM habeas.publisher_rate")
            let ids = try await fixture.text(Self.waiting)
            try await fixture.deliver([Self.turn(of: Array(ids.prefix(1)))])
            #expect(try await Self.references(fixture) == ["neighbour", "r0", "r1", "r2"])
            try await fixture.deliver([Self.turn(of: ids), Self.turn(of: ids)])
            #expect(try await Self.references(fixture) == ["neighbour", "r0", "r1", "r2", "r3", "r4"])
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.parked_message p JOIN habeas.case_file c USING (received_at)
                     WHERE p.state = 'replayed' AND c.request_ref IN ('r2', 'r3', 'r4')
                    """
                ) == 9
            )
            #expect(try await fixture.text("SELECT next_at::text FROM habeas.publisher_rate") == places)
            #expect(
                try await fixture.text(
                    "SELECT fact || ' ' || count(*) FROM habeas.evidence WHERE chain_kind = 'parked' GROUP BY fact ORDER BY fact"
                ) == ["message.parked 3", "parked.replayed 3"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A2: what has waited is read in the order it is asked for, not in that of its ids")
    func order() async throws {
        try await IntakeFixture.with { fixture in
            try await Self.limit("desk", 1, fixture)
            let first = Self.submitted("same", "erasure", id: "1")
            let second = Self.submitted("same", "access", id: "2")
            try await fixture.deliver([Self.submitted("other"), first, second])
            let came = try await fixture.text(Self.waiting)
            #expect(came.count == 2)
            let asked = came.sorted(by: >)
            try await fixture.deliver([Self.turn(of: asked)])
            // One reference stands for one request: the one that was read first.
            #expect(
                try await fixture.text("SELECT right_asked FROM habeas.case_file WHERE request_ref = 'same'")
                    == [asked == came ? "erasure" : "access"]
            )
        }
    }

    @Test("A2: copies that take in at once keep to one rate together")
    func together() async throws {
        try await IntakeFixture.with { fixture in
            try await Self.limit("desk", 10, fixture)
            let clock = ContinuousClock()
            let start = clock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for copy in 0..<4 {
                    group.addTask { try await fixture.deliver((0..<15).map { Self.submitted("\(copy)-\($0)") }) }
                }
                try await group.waitForAll()
            }
            let seconds = (clock.now - start) / .seconds(1)
            let taken = try await fixture.count("SELECT count(*) FROM habeas.case_file")
            #expect(taken >= 10 && Double(taken) <= 10 * (1 + seconds) + 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 60 - taken)
            // A place each.
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM (SELECT replay_at - lag(replay_at) OVER (ORDER BY replay_at) AS gap
                      FROM habeas.parked_message) AS g WHERE gap < interval '99 milliseconds'
                    """
                ) == 0
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A2: a message that comes again while it waits waits once, takes no second place, and is taken in once")
    func redelivery() async throws {
        try await IntakeFixture.with { fixture in
            try await Self.limit("desk", 1, fixture)
            let events = ["a", "b", "c"].map { Self.submitted($0) }
            try await fixture.deliver(events)
            let places = try await fixture.text("SELECT next_at::text FROM habeas.publisher_rate")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { try await fixture.deliver(events + events) } }
                try await group.waitForAll()
            }
            #expect(try await fixture.text("SELECT next_at::text FROM habeas.publisher_rate") == places)
            #expect(try await Self.references(fixture) == ["a"])
            let ids = try await fixture.text(Self.waiting)
            #expect(ids.count == 2)
            // Its turn and the same message again, in one batch and before it.
            try await fixture.deliver(events + [Self.turn(of: ids)])
            try await fixture.deliver(events)
            #expect(try await Self.references(fixture) == ["a", "b", "c"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message WHERE state = 'replayed'") == 2)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 2)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A2: a message that was discarded while it waited, or refused before, is not lost when it is sent again")
    func again() async throws {
        try await IntakeFixture.with { fixture in
            let stranger = IntakeFixture.event(
                "request.submitted",
                user: "late-user",
                data: IntakeFixture.request(ref: "stranger")
            )
            try await fixture.deliver([stranger])
            try await Self.limit("desk", 1, fixture)
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.publisher SET broker_user = 'late-user' WHERE id = 'desk'")
            }
            func late(_ ref: String) -> Delivery {
                IntakeFixture.event(
                    "request.submitted",
                    id: ref,
                    user: "late-user",
                    data: IntakeFixture.request(ref: ref, email: "\(ref)@example.com")
                )
            }
            let dropped = late("dropped")
            try await fixture.deliver([late("a"), stranger, dropped])
            #expect(try await fixture.text(Self.waiting).count == 2)
            _ = try await fixture.owner.withConnection {
                try await $0.query(
                    """
                    UPDATE habeas.parked_message SET state = 'discarded'
                     WHERE replay_at = (SELECT max(replay_at) FROM habeas.parked_message)
                    """
                )
            }
            try await fixture.deliver([dropped])
            #expect(try await Self.references(fixture) == ["a", "dropped"])
            try await fixture.deliver([Self.turn(of: try await fixture.text(Self.waiting))])
            #expect(try await Self.references(fixture) == ["a", "dropped", "stranger"])
        }
    }

    @Test("A2: what is refused after it has waited is told once and looked at, like any other refusal")
    func refusedAfterwards() async throws {
        try await IntakeFixture.with { fixture in
            try await Self.limit("desk", 1, fixture)
            try await fixture.deliver([Self.submitted("same", id: "1"), Self.submitted("same", "access", id: "2")])
            let ids = try await fixture.text(Self.waiting)
            #expect(ids.count == 1)
            for _ in 0..<2 { try await fixture.deliver([Self.turn(of: ids)]) }
            #expect(
                try await fixture.text("SELECT state || ' ' || origin || ' ' || fault FROM habeas.parked_message")
                    == ["open refused reference_taken"]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message WHERE replay_at IS NULL") == 1)
            #expect(try await fixture.text("SELECT state FROM habeas.deadline WHERE clock = 'triage'") == ["open"])
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.outbox WHERE message_type LIKE '%rejected%'") == 1
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A2: without a rate, and for breaches, nothing waits and nothing is written for it")
    func unlimited() async throws {
        try await IntakeFixture.with { fixture in
            try await Self.limit("forum", 1, fixture)
            try await fixture.deliver((0..<5).map { Self.submitted("r\($0)") })
            #expect(try await Self.references(fixture).count == 5)
            try await Self.limit("desk", 1, fixture)
            try await fixture.deliver((0..<5).map(Self.breach))
            #expect(try await fixture.count("SELECT count(*) FROM habeas.incident") == 5)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.publisher_rate") == 0)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 0)
        }
    }
}
