import AMQP
import Clock
import Foundation
import Postgres
import Rights
import TestKit
import Testing

@Suite("An event whose case never came", .database)
struct EarlyEventExpiryTests {
    static let body =
        #"{"specversion":"1.0","id":"e","source":"/desk","type":"io.habeas.request.withdrawn.v1","data":{"request_ref":"r"}}"#

    @Test("waits a day, then is parked with a reason and its publisher is told")
    func expires() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.wait(.requestWithdrawn, body: Self.body, key: [1])
            try await fixture.goAhead(hours: 23)
            #expect(try await fixture.expiry.expire() == 0)
            try await fixture.goAhead(hours: 25)
            #expect(try await fixture.expiry.expire() == 1)
            #expect(try await fixture.expiry.expire() == 0)
            #expect(
                try await fixture.text(
                    "SELECT origin || ' ' || field || ' ' || fault || ' ' || publisher_id FROM habeas.parked_message"
                )
                    == ["expired data.request_ref unknown_request desk"]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.early_event") == 0)
            #expect(
                try await fixture.text("SELECT routing_key FROM habeas.outbox") == [
                    "publisher.desk.io.habeas.event.rejected.v1"
                ]
            )
            #expect(try await fixture.text("SELECT rule FROM habeas.deadline") == ["default.triage"])
            #expect(try await fixture.opened() == [Self.body])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("did not use its id up: it may be sent again")
    func releases() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.wait(.requestWithdrawn, body: Self.body, key: [1])
            try await fixture.goAhead(hours: 25)
            _ = try await fixture.expiry.expire()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.inbox") == 0)
        }
    }

    @Test("and that was sent again and waited in vain again is parked and told again")
    func again() async throws {
        try await ClockFixture.with { fixture in
            for round in 1...2 {
                try await fixture.goAhead(hours: 0)
                try await fixture.wait(.requestWithdrawn, body: Self.body, key: [1])
                try await fixture.goAhead(hours: 25)
                #expect(try await fixture.expiry.expire() == 1)
                #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == round)
                #expect(try await fixture.count("SELECT count(*) FROM habeas.outbox") == round)
                #expect(
                    try await fixture.count(
                        "SELECT count(*) FROM habeas.deadline d JOIN habeas.parked_message p ON p.id = d.subject_id"
                    ) == round
                )
                #expect(try await fixture.brokenChains().isEmpty)
            }
        }
    }

    @Test("is named by what it waited for, and opens a triage deadline only where time runs")
    func kinds() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.wait(.restrictionLifted, ref: nil, caseID: UUID(), body: Self.body, key: [1])
            try await fixture.wait(.breachAcknowledged, body: Self.body + " ", key: [2])
            try await fixture.wait(.feePaid, body: Self.body + "  ", key: [3])
            try await fixture.goAhead(hours: 25)
            #expect(try await fixture.expiry.expire() == 3)
            #expect(
                try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message ORDER BY 1")
                    == [
                        "data.request unlawful_now", "data.request_ref unknown_request",
                        "data.request_ref unknown_request",
                    ]
            )
            #expect(try await fixture.text("SELECT rule FROM habeas.deadline") == ["default.triage_breach"])
        }
    }

    @Test("is ended once, by however many copies of the clock")
    func copies() async throws {
        try await ClockFixture.with { fixture in
            for number in 0..<150 {
                try await fixture.wait(
                    .requestWithdrawn,
                    ref: "r\(number)",
                    body: Self.body + String(repeating: " ", count: number),
                    key: [1, UInt8(number)]
                )
            }
            try await fixture.goAhead(hours: 25)
            let ended = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var sum = 0
                        while true {
                            let count = try await fixture.expiry.expire()
                            if count == 0 { return sum }
                            sum += count
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(ended == 150)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 150)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.outbox") == 150)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }
}
