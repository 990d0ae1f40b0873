import Breach
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite(
    "What each client is told of its numbers and its dates",
    .database,
    .enabled(if: MailSink.isInstalled, "needs python3-aiosmtpd")
)
struct ClientNumbersTests {
    @Test(
        "G9: where people are listed and no number is given, the number is that of the people, each once, over all phases"
    )
    func counted() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register(["listed", "said", "bare"].map { ($0, [fixture.peers.hook(200)]) })
            let first = try fixture.sealed(["ann@example.org", "bea@example.org", "ANN@example.org"])
            _ = try await fixture.report(
                affected: """
                    {"client":"listed","identities":"\(first)"},{"client":"said","subjects_approx":7,"identities":"\(first)"},\
                    {"client":"bare"}
                    """
            )
            try await fixture.settle()
            #expect(try await fixture.numbers() == ["bare -", "listed 2", "said 7"])
            try await fixture.publish(
                "breach.updated",
                """
                {"incident_ref":"I-1","phase":2,"affected":[{"client":"listed",\
                "identities":"\(try fixture.sealed(["bea@example.org", "cem@example.org"]))"}]}
                """
            )
            try await fixture.settle()
            #expect(
                try await fixture.effects(try await fixture.notice("listed")) == [
                    "breach.notice 1 hook done", "breach.notice 2 hook done",
                ]
            )
            #expect(try await fixture.numbers().suffix(1) == ["listed 3"])
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.evidence WHERE body LIKE '%example.org%'") == 0
            )
        }
    }

    @Test(
        "G9: a list that does not open is refused where it stands, with what to do, and nothing of it is kept in plain"
    )
    func refused() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            let other = try ReceiverKey(jwk: fixture.receiver.publicJWK).seal(Array("[]".utf8))
            let time = EventTime.text(Date(timeIntervalSinceNow: -600))
            let wrong = [
                (other, "data.affected[0].identities cannot_be_opened"),
                (try fixture.sealed(["canary"]), "data.affected[0].identities[0].value bad_email"),
            ]
            for (index, (text, fault)) in wrong.enumerated() {
                try await fixture.publish(
                    "breach.detected",
                    """
                    {"incident_ref":"W-\(index)","discovered_at":"\(time)","aware_at":"\(time)","nature":"x","categories":["contact"],\
                    "risk":"risk","affected":[{"client":"north","identities":"\(text)"}]}
                    """
                )
                #expect(
                    try await fixture.text(
                        "SELECT field || ' ' || fault FROM habeas.parked_message ORDER BY received_at DESC, id DESC LIMIT 1"
                    ) == [fault]
                )
            }
            try await fixture.publish(
                "breach.detected",
                """
                {"incident_ref":"W-9","discovered_at":"\(time)","aware_at":"\(time)","nature":"x","categories":["contact"],\
                "risk":"risk","own_data":{"identities":"\(other)"}}
                """
            )
            #expect(
                try await fixture.text(
                    "SELECT field FROM habeas.parked_message ORDER BY received_at DESC, id DESC LIMIT 1"
                )
                    == ["data.own_data.identities"]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.incident") == 0)
        }
    }

    @Test(
        "G9: a list whose key is gone since it came stops no notice: it goes out without a number, and a person is called"
    )
    func lost() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            let ours = try fixture.sealed(["ann@example.org"])
            let incident = try await fixture.report(affected: #"{"client":"north","identities":"\#(ours)"}"#)
            // As it would be after the key was taken out of the file: sealed for one that nobody has.
            let other = try ReceiverKey(jwk: fixture.receiver.publicJWK).seal(Array("[]".utf8))
            try await fixture.rewrite(incident) { $0.replacing(ours, with: other) }
            try await fixture.settle()
            let north = try await fixture.notice("north")
            #expect(try await fixture.effects(north) == ["breach.notice 1 hook done"])
            #expect(try await fixture.numbers() == ["north -"])
            #expect(try await fixture.reviews(north) == ["breach_uncounted open"])
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":2,"affected":[{"client":"north","subjects_approx":1}]}"#
            )
            try await fixture.settle()
            #expect(try await fixture.numbers().last == "north 1")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G9: an earlier time of awareness moves our own time for clients not told yet, never back, and nobody else's")
    func hastened() async throws {
        try await BreachFixture.with { fixture in
            let peers = fixture.peers
            try await fixture.register([
                ("told", [peers.hook(200)]), ("untold", [peers.hook(500)]), ("later", [peers.hook(500)]),
            ])
            let aware = Date(timeIntervalSinceNow: -3_600)
            _ = try await fixture.report(affected: #"{"client":"told"},{"client":"untold"}"#, aware: aware)
            try await fixture.settle()
            // Found later, with a time of its own.
            let own = Date(timeIntervalSinceNow: -1_800)
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":2,"aware_at":"\#(EventTime.text(own))","affected":[{"client":"later"}]}"#
            )
            try await fixture.settle()
            let clients = try await (fixture.notice("told"), fixture.notice("untold"), fixture.notice("later"))
            let before = try await fixture.dates(["told", "untold", "later"])
            let earlier = Date(timeIntervalSinceNow: -18_000)
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":3,"aware_at":"\#(EventTime.text(earlier))"}"#
            )
            try await fixture.settle()
            let after = try await fixture.dates(["told", "untold", "later"])
            #expect(abs(after[1].timeIntervalSince(before[1]) - earlier.timeIntervalSince(aware)) < 2)
            #expect(after[0] == before[0] && after[2] == before[2])
            #expect(try await fixture.facts(clients.1).contains("notice.hastened"))
            for id in [clients.0, clients.2] {
                #expect(try await !fixture.facts(id).contains("notice.hastened"))
            }
            // A later one moves nothing.
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":4,"aware_at":"\#(EventTime.text(own))","measures":"Closed."}"#
            )
            try await fixture.settle()
            #expect(try await fixture.dates(["told", "untold", "later"]) == after)
            #expect(try await fixture.clock("notify_clients", of: clients.0) == "met")
            #expect(try await fixture.clock("notify_clients", of: clients.1) == "open")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }
}

extension FanOutBench where Planner == NoticePlanner, Performer == BreachPerformer, Peers == Receivers {
    /// A list of people, each known by a mail address, sealed for this installation.
    fileprivate func sealed(_ addresses: [String]) throws -> String {
        let list = addresses.map { #"{"type":"email","value":"\#($0)"}"# }.joined(separator: ",")
        return try #require(ring.intake?.receiver).seal(Array("[\(list)]".utf8))
    }

    /// `north 12`: what each call of a client's webhook said, in the order of the clients, the latest last.
    fileprivate func numbers() async throws -> [String] {
        peers.calls.compactMap { call -> (String, Int, String)? in
            guard let data = call["data"] as? [String: Any], let client = data["client"] as? String,
                let notice = data["notice"] as? [String: Any]
            else { return nil }
            let count = notice["subjects_approx"] as? Int
            return (client, data["number"] as? Int ?? 0, "\(client) \(count.map { "\($0)" } ?? "-")")
        }
        .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.2)
    }

    /// Until when these clients are to be told.
    fileprivate func dates(_ clients: [String]) async throws -> [Date] {
        try await owner.withConnection { connection in
            try await connection.query(
                """
                SELECT d.due_at FROM unnest(\(clients)::text[]) WITH ORDINALITY AS w (client, place)
                  JOIN habeas.breach_notice n ON n.client_id = w.client
                  JOIN habeas.deadline d ON d.subject_id = n.case_id AND d.clock = 'notify_clients' ORDER BY w.place
                """
            ).decode(as: Date.self)
        }
    }

    /// Puts other words in the place of what was reported.
    fileprivate func rewrite(_ incident: UUID, _ change: (String) -> String) async throws {
        try await owner.withConnection { connection in
            let row = try await connection.query(
                "SELECT id, kek_id, wrapped_key, payload FROM habeas.event_secret WHERE subject_id = \(incident)"
            ).only
            let (id, kek, wrapped, payload) = try row.decode(UUID.self, String.self, [UInt8].self, [UInt8].self)
            let secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
            let text = change(String(decoding: try secret.opened(for: id, with: ring), as: UTF8.self))
            let other = try SealedPayload(sealing: Array(text.utf8), for: id, with: ring)
            _ = try await connection.query(
                """
                UPDATE habeas.event_secret SET kek_id = \(other.wrapped.kekID), wrapped_key = \(other.wrapped.bytes),
                  payload = \(other.bytes) WHERE id = \(id)
                """
            )
        }
    }
}
