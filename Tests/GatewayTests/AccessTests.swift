import Foundation
import HTTPTypes
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Gateway

@Suite("Who is let in at the gateway, and to what", .database, .broker)
struct AccessTests {
    @Test(
        "none, an unknown, a wrong, an expired and a revoked token are the same 401, and what is revoked is so at once"
    )
    func tokens() async throws {
        try await GatewayFixture.with { fixture in
            let good = try await fixture.token()
            #expect(try await fixture.get("/v1/requests", good).status == 200)
            let expired = try await fixture.token(expires: Date(timeIntervalSinceNow: -1))
            let swapped = String(good.prefix(43)) + String(try await fixture.token().suffix(43))
            var answers: [String] = []
            for token in [nil, "nonsense", ClientToken(at: Date()).text, swapped, expired] {
                let reply = try await fixture.get("/v1/requests", token)
                #expect(reply.status == 401)
                #expect(reply.headers["www-authenticate"] == "Bearer")
                answers.append(reply.text)
            }
            #expect(Set(answers).count == 1, "nobody learns which of them it was")
            let id = try #require(ClientToken(good)).id
            _ = try await fixture.text(
                "UPDATE habeas.client_token SET revoked_at = now() WHERE id = \(id) RETURNING 'x'"
            )
            #expect(try await fixture.get("/v1/requests", good).status == 401)
            #expect(
                try await fixture.text("SELECT revoked_by::text FROM habeas.client_token WHERE id = \(id)") != [""]
            )
        }
    }

    @Test("guesses are not looked up without end, and shut nobody out who was here before")
    func guesses() async throws {
        try await GatewayFixture.with { fixture in
            let door = TokenDoor(pool: fixture.owner, rates: RateBook(perMinute: 100), guesses: GuessBook(perMinute: 2))
            func status(_ token: String) async -> Int? {
                var head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/v1/requests")
                head.headerFields[.authorization] = "Bearer \(token)"
                do {
                    _ = try await door.open(head)
                    return 200
                } catch {
                    return (error as? Problem)?.answer.status
                }
            }
            let (known, new) = (try await fixture.token(), try await fixture.token())
            #expect(await status(known) == 200)
            for _ in 0..<2 { #expect(await status(ClientToken(at: Date()).text) == 401) }
            #expect(await status(ClientToken(at: Date()).text) == 429)
            #expect(await status(new) == 429, "it has to wait until fewer are guessed")
            #expect(await status(known) == 200)
        }
        let now = ContinuousClock.now
        let book = GuessBook(perMinute: 2, at: now)
        for _ in 0..<5 { book.failed(at: now) }
        #expect(book.wait(at: now) == 30 && book.wait(at: now + .seconds(29)) == 1)
        #expect(book.wait(at: now + .seconds(30)) == nil)
    }

    @Test("that a token is used is written down to the hour, once")
    func lastUse() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            for _ in 0..<3 { #expect(try await fixture.get("/v1/requests", token).status == 200) }
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.client_token WHERE last_used_at = date_trunc('hour', last_used_at)"
                ) == 1
            )
        }
    }

    @Test("another client's ids, unknown ids and what is no id are the same 404, on every path")
    func strangers() async throws {
        try await GatewayFixture.with { fixture in
            let request = try await fixture.request("globex")
            let export = try await fixture.export(of: request, client: "globex", [1, 2, 3])
            let told = try await ToldClient.incident(fixture, "globex")
            let change = try await ToldClient.change(fixture, "globex")
            let token = try await fixture.token("acme")
            let own = try await fixture.token("globex")
            #expect(try await fixture.get("/v1/requests/\(request)", own).status == 200)
            #expect(try await fixture.get("/v1/exports/\(export)", own).status == 200)
            #expect(try await fixture.get("/v1/incidents/\(told)", own).status == 200)
            #expect(try await fixture.get("/v1/notices/\(change)", own).status == 200)
            var answers: Set<String> = []
            for path in [
                "/v1/requests/\(request)", "/v1/exports/\(export)", "/v1/certificates/\(request)",
                "/v1/incidents/\(told)", "/v1/notices/\(change)", "/v1/requests/\(UUID())", "/v1/exports/\(UUID())",
                "/v1/requests/x", "/v1/nothing", "/",
            ] {
                let reply = try await fixture.get(path, token)
                #expect(reply.status == 404, "\(path)")
                answers.insert(reply.text)
            }
            for (path, body) in [
                ("/v1/requests/\(request)/decision", GatewayFixture.decision),
                ("/v1/incidents/\(told)/ack", ToldClient.acknowledgement),
                ("/v1/notices/\(change)/objection", ToldClient.objection),
            ] {
                let reply = try await fixture.post(path, token, body)
                #expect(reply.status == 404, "\(path)")
                answers.insert(reply.text)
            }
            #expect(answers.count == 1)
            #expect(try await fixture.takeIn() == 0)
            #expect(try await fixture.facts(request) == ["case.opened", "read_by_client", "read_by_client"])
            let list = try await fixture.get("/v1/requests", token)
            #expect(list.text == #"{"requests":[]}"#)
        }
    }

    @Test("K4: what was not referred, may not be, or is the vendor's own is nobody's to see")
    func unseen() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let early = try await fixture.request(state: .received)
            let own = try await fixture.request(relationship: "client_user")
            let kept = try await fixture.request(state: .handedOver)
            _ = try await fixture.text(
                "UPDATE habeas.case_file SET referral_prohibited = 'law' WHERE id = \(kept) RETURNING 'x'"
            )
            for id in [early, own, kept] { #expect(try await fixture.get("/v1/requests/\(id)", token).status == 404) }
            let export = try await fixture.export(of: own, [1])
            #expect(try await fixture.get("/v1/exports/\(export)", token).status == 404)
            #expect(try await fixture.get("/v1/requests", token).text == #"{"requests":[]}"#)
        }
    }
}
