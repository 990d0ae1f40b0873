import AMQP
import Foundation
import Postgres
import TestKit
import Testing

@Suite("Several events of one case", .database)
struct FoldTests {
    static let now = Date(timeIntervalSinceNow: -60).ISO8601Format()
    static let verified =
        #"{"request_ref":"r","level":"document","method":"passport","verified_at":"\#(now)","by":"agent"}"#

    @Test("in one batch are applied in the order they came, each with its evidence row")
    func oneBatch() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                IntakeFixture.event(
                    "request.submitted",
                    data: IntakeFixture.request("access", relationship: "client_user", ref: "r")
                ),
                IntakeFixture.event("identity.verified", data: Self.verified),
                IntakeFixture.event("request.clarified", data: #"{"request_ref":"r","text":"only 2025"}"#),
            ])
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence ORDER BY seq")
                    == ["case.opened", "identity.verified", "request.clarified"]
            )
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["in_progress"])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("in two copies at once are both applied and the chain stays whole")
    func twoCopies() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                IntakeFixture.event(
                    "request.submitted",
                    data: IntakeFixture.request("access", relationship: "client_user", ref: "r")
                )
            ])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await fixture.deliver([
                            IntakeFixture.event(
                                "request.clarified",
                                data: #"{"request_ref":"r","text":"part \#(number)"}"#
                            )
                        ])
                    }
                }
                group.addTask {
                    try await fixture.deliver([IntakeFixture.event("identity.verified", data: Self.verified)])
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.evidence") == 22)
            #expect(try await fixture.count("SELECT evidence_seq::int FROM habeas.case_file") == 22)
            #expect(try await fixture.text("SELECT state FROM habeas.case_file") == ["in_progress"])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("that overtake the request wait for it, also when both come at once")
    func early() async throws {
        try await IntakeFixture.with { fixture in
            for number in 0..<20 {
                let verified = Self.verified.replacingOccurrences(of: #""r""#, with: #""r\#(number)""#)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await fixture.deliver([IntakeFixture.event("identity.verified", data: verified)])
                    }
                    group.addTask {
                        try await fixture.deliver([
                            IntakeFixture.event(
                                "request.submitted",
                                data: IntakeFixture.request(
                                    "access",
                                    relationship: "client_user",
                                    ref: "r\(number)",
                                    email: "p\(number)@example.com"
                                )
                            )
                        ])
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE state = 'in_progress'") == 20)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.early_event") == 0)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("that stand before their request in one batch are applied after it, and nothing is left waiting")
    func overtakenInOneBatch() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                IntakeFixture.event("request.clarified", data: #"{"request_ref":"r","text":"only 2025"}"#),
                IntakeFixture.event("identity.verified", data: Self.verified),
                IntakeFixture.event(
                    "request.submitted",
                    data: IntakeFixture.request("access", relationship: "client_user", ref: "r")
                ),
            ])
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence ORDER BY seq")
                    == ["case.opened", "request.clarified", "identity.verified"]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.early_event") == 0)
        }
    }

    @Test("that are not lawful yet wait; those that never will be are refused")
    func waiting() async throws {
        try await IntakeFixture.with { fixture in
            let decided = #"{"request_ref":"r","decision":"proceed","decided_by":{"user":"u","role":"dpo"}}"#
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: IntakeFixture.request(ref: "r")),
                IntakeFixture.event("client.decided", data: decided),
                IntakeFixture.event("fee.paid", data: #"{"request_ref":"r","paid_at":"\#(Self.now)"}"#),
            ])
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.early_event WHERE event_type = 'client.decided'")
                    == 1
            )
            #expect(try await fixture.text("SELECT fault FROM habeas.parked_message") == ["unlawful_now"])
            try await fixture.deliver([
                IntakeFixture.event("request.withdrawn", data: #"{"request_ref":"r","by":"subject"}"#)
            ])
            // The withdrawal makes the waiting decision unlawful for good: its publisher is told.
            #expect(try await fixture.count("SELECT count(*) FROM habeas.early_event") == 0)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 2)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K4 a client named later gets the case, with look-ups of its own")
    func clientNamed() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: IntakeFixture.request(ref: "r", client: nil))
            ])
            let before = try await fixture.text("SELECT encode(lookup, 'hex') FROM habeas.case_identity")
            try await fixture.deliver([
                IntakeFixture.event(
                    "request.client_named",
                    data: #"{"request_ref":"r","client_named":"no such shop"}"#
                ),
                IntakeFixture.event("request.client_named", data: #"{"request_ref":"r","client":"globex"}"#),
            ])
            #expect(
                try await fixture.text("SELECT state || ' ' || client_id FROM habeas.case_file") == ["received globex"]
            )
            #expect(try await fixture.text("SELECT client_id FROM habeas.case_secret") == ["globex"])
            let after = try await fixture.text(
                "SELECT encode(lookup, 'hex') FROM habeas.case_identity WHERE client_id = 'globex'"
            )
            #expect(after.count == 1 && after != before)
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence ORDER BY seq")
                    == ["case.opened", "client.named_unresolved", "client.named"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K17: of one person at two clients neither case can be found by the other's digest")
    func nothingShared() async throws {
        try await IntakeFixture.with { fixture in
            for client in ["acme", "globex"] {
                try await fixture.deliver([
                    IntakeFixture.event("request.submitted", data: IntakeFixture.request(client: client)),
                    IntakeFixture.event("request.submitted", data: IntakeFixture.request("access", client: client)),
                ])
            }
            // The same person at one client is one digest, at another one another.
            #expect(try await fixture.count("SELECT count(DISTINCT lookup) FROM habeas.case_identity") == 2)
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM (SELECT lookup FROM habeas.case_identity GROUP BY lookup HAVING count(DISTINCT client_id) > 1) x"
                ) == 0
            )
        }
    }

    @Test("K18 a hold is placed once on its case and lifted once")
    func hold() async throws {
        try await IntakeFixture.with { fixture in
            let place = #"{"request_ref":"r","hold_ref":"h","basis":"lawsuit","reviewer":"counsel"}"#
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: IntakeFixture.request(ref: "r")),
                IntakeFixture.event("hold.placed", data: place), IntakeFixture.event("hold.placed", data: place),
            ])
            try await fixture.deliver([
                IntakeFixture.event("hold.lifted", data: #"{"hold_ref":"h","reason":"over","by":"counsel"}"#)
            ])
            try await fixture.deliver([
                IntakeFixture.event("hold.lifted", data: #"{"hold_ref":"h","reason":"over","by":"counsel"}"#)
            ])
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence WHERE chain_kind = 'case' ORDER BY seq")
                    == ["case.opened", "hold.placed", "hold.lifted"]
            )
            #expect(
                try await fixture.text("SELECT fault FROM habeas.parked_message ORDER BY fault") == [
                    "reference_taken", "unknown_hold",
                ]
            )
        }
    }

    @Test("K18 a hold keeps every person's case of a request until the last hold on it is lifted")
    func severalHolds() async throws {
        try await IntakeFixture.with { fixture in
            func place(_ ref: String) -> Delivery {
                IntakeFixture.event(
                    "hold.placed",
                    data: #"{"request_ref":"bulk","hold_ref":"\#(ref)","basis":"lawsuit","reviewer":"counsel"}"#
                )
            }
            func lift(_ ref: String) -> Delivery {
                IntakeFixture.event("hold.lifted", data: #"{"hold_ref":"\#(ref)","reason":"over","by":"counsel"}"#)
            }
            let held: SQL = "SELECT count(*) FROM habeas.case_pause WHERE reason = 'hold' AND to_at IS NULL"
            let people = (1...3).map { #"{"identities":[{"type":"email","value":"p\#($0)@example.com"}]}"# }.joined(
                separator: ","
            )
            try await fixture.deliver([
                IntakeFixture.event(
                    "request.submitted",
                    data: """
                        {"request_ref":"bulk","channel":"email","submitted_time":"2026-01-05T10:00:00Z","submitted_by":"subject",\
                        "relationship":"end_user","client":"acme","right":"erasure","regulation":"gdpr","subjects":[\(people)]}
                        """
                ), place("one"), place("two"),
            ])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.hold") == 6)
            #expect(try await fixture.count(held) == 3)
            try await fixture.deliver([lift("one")])
            #expect(try await fixture.count(held) == 3)
            // Lifted and placed in one batch: held again, and not for ever.
            try await fixture.deliver([lift("two"), place("three")])
            #expect(try await fixture.count(held) == 3)
            try await fixture.deliver([lift("three")])
            #expect(try await fixture.count(held) == 0)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.hold WHERE lifted_at IS NULL") == 0)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }
}
