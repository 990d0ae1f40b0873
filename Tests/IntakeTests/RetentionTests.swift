import AMQP
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("A longer retention after the contract", .database)
struct RetentionTests {
    static func terminated(_ client: String = "acme", at time: Date = Date(timeIntervalSinceNow: -3_600)) -> Delivery {
        IntakeFixture.event(
            "client.terminated",
            data:
                #"{"client":"\#(client)","terminated_at":"\#(EventTime.text(time))","mode":"erase","requested_by":"owner"}"#
        )
    }

    static func agreed(days: Int, _ names: String = #""requested_by":"owner","agreed_by":"legal""#) -> Delivery {
        let until = EventTime.text(Date(timeIntervalSinceNow: Double(days) * 86_400))
        return IntakeFixture.event(
            "client.retention_agreed",
            data: #"{"client":"acme","until":"\#(until)",\#(names)}"#
        )
    }

    static let days: SQL = """
        SELECT round(extract(epoch FROM due_at - now()) / 86400)::int8::text || ' ' || rule || ' ' || state
          FROM habeas.deadline WHERE clock = 'purge'
        """

    @Test(
        "K8: an extension needs who asked for it and who agreed: one of them alone is refused",
        arguments: [(#""requested_by":"owner""#, "data.agreed_by"), (#""agreed_by":"legal""#, "data.requested_by")]
    )
    func bothNames(_ names: String, _ field: String) async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([Self.terminated(), Self.agreed(days: 200, names)])
            #expect(
                try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message") == [
                    "\(field) missing"
                ]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.client WHERE retain_until IS NOT NULL") == 0)
            let due = try await fixture.text(Self.days)
            #expect(due.count == 1 && due[0].hasSuffix("default.end_of_contract open"))
        }
    }

    @Test(
        "K8: an agreement moves the date of an end of contract that runs, and of one that comes later",
        arguments: [false, true]
    )
    func extends(_ isLater: Bool) async throws {
        try await IntakeFixture.with { fixture in
            let events = [Self.terminated(), Self.agreed(days: 200)]
            for event in isLater ? events.reversed() : events { try await fixture.deliver([event]) }
            let due = try await fixture.text(Self.days)
            let left = due.first.flatMap { $0.split(separator: " ").first.flatMap { Int($0) } }
            // Until then they are kept, and then every recipient is to be reached.
            #expect(due.count == 1 && due[0].hasSuffix("agreement.retention open"), "\(due)")
            #expect(left.map { (200...232).contains($0) } == true, "\(due)")
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.client WHERE retain_until > now() + interval '199 days'"
                ) == 1
            )
            let facts = try await fixture.text("SELECT chain_kind || ' ' || fact FROM habeas.evidence ORDER BY 1")
            #expect(
                facts
                    == (isLater
                        ? ["case case.opened", "client client.retention_agreed"]
                        : ["case case.opened", "case retention.agreed", "client client.retention_agreed"])
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K8: in one batch the agreement and the end of the contract meet in either order", arguments: [false, true])
    func oneBatch(_ isLater: Bool) async throws {
        try await IntakeFixture.with { fixture in
            let events = [Self.terminated(), Self.agreed(days: 200)]
            try await fixture.deliver(isLater ? events.reversed() : events)
            let due = try await fixture.text(Self.days)
            #expect(due.count == 1 && due[0].hasSuffix("agreement.retention open"), "\(due)")
        }
    }

    @Test("K8: in two transactions at once they meet, too", arguments: 0..<4)
    func atOnce(_ round: Int) async throws {
        try await IntakeFixture.with { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for event in [Self.terminated(), Self.agreed(days: 200 + round)] {
                    group.addTask { try await fixture.deliver([event]) }
                }
                try await group.waitForAll()
            }
            let due = try await fixture.text(Self.days)
            #expect(due.count == 1 && due[0].hasSuffix("agreement.retention open"), "\(due)")
        }
    }

    @Test("K8: an agreement that would shorten another, or is over already, is ignored and says so")
    func neverShortens() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([Self.terminated(), Self.agreed(days: 200)])
            let before = try await fixture.text(Self.days)
            try await fixture.deliver([Self.agreed(days: 150), Self.agreed(days: -1)])
            #expect(try await fixture.text(Self.days) == before)
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence WHERE chain_kind = 'client' ORDER BY seq")
                    == ["client.retention_agreed", "client.retention_ignored", "client.retention_ignored"]
            )
            try await fixture.deliver([Self.agreed(days: 300)])
            #expect(try await fixture.text(Self.days) != before)
        }
    }

    @Test("K8: one that ends before the contract's own ninety days leaves that date, and is kept for the worker")
    func short() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([Self.terminated(), Self.agreed(days: 10)])
            let due = try await fixture.text(Self.days)
            #expect(due.count == 1 && due[0].hasSuffix("default.end_of_contract open"), "\(due)")
            #expect(try await fixture.count("SELECT count(*) FROM habeas.client WHERE retain_until IS NOT NULL") == 1)
        }
    }

    @Test("K8: one that comes after the erasure has begun is refused, for a person to look at")
    func tooLate() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([Self.terminated()])
            try await fixture.owner.withConnection { connection in
                let id = try await connection.query("SELECT id FROM habeas.case_file").only.decode(0, as: UUID.self)
                _ = try await HoldTests.plan(id, state: "planned", on: connection)
            }
            try await fixture.deliver([Self.agreed(days: 200)])
            #expect(
                try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message")
                    == ["data.client unlawful_now"]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.deadline WHERE clock = 'triage'") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.client WHERE retain_until IS NOT NULL") == 0)
        }
    }

    @Test("C7, K9: with no approval nobody who erases is woken and no plan is made")
    func waitsForApproval() async throws {
        try await IntakeFixture.with { fixture in
            let rows = try await fixture.deliver([Self.terminated()])
            #expect(!rows.contains { $0.routingKey == "habeas.erasure" })
            #expect(try await fixture.count("SELECT count(*) FROM habeas.fan_out") == 0)
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["received"])
        }
    }
}
