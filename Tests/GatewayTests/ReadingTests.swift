import Fleet
import Foundation
import Ledger
import Observability
import Postgres
import Rights
import TestKit
import Testing

@Suite("What a client reads at the gateway", .database, .broker)
struct ReadingTests {
    @Test(
        "K4: the list has no identities and pages by id; one request has them, with dates and articles, and reading it is a fact"
    )
    func requests() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            var ids: [UUID] = []
            for number in 0..<3 { ids.append(try await fixture.request(email: "ada\(number)@example.com")) }
            _ = try await fixture.request("globex")
            let first = try await fixture.get("/v1/requests?limit=2&state=referred", token)
            #expect(first.status == 200 && !first.text.contains("example.com"))
            let listed = try #require(first.json["requests"] as? [[String: Any]])
            #expect(listed.compactMap { $0["id"] as? String } == ids.sorted().prefix(2).map(\.lowercaseText))
            #expect(listed[0]["article"] as? String != nil && listed[0]["due_at"] as? String != nil)
            let next = try #require(first.json["next"] as? String)
            let second = try await fixture.get("/v1/requests?limit=2&after=\(next)", token)
            #expect((second.json["requests"] as? [[String: Any]])?.count == 1 && second.json["next"] == nil)
            #expect(try await fixture.get("/v1/requests?state=refused", token).text == #"{"requests":[]}"#)
            for query in [
                "state=what", "limit=0", "limit=201", "after=x", "client=globex", "state=referred&state=refused",
            ] {
                let reply = try await fixture.get("/v1/requests?\(query)", token)
                #expect(reply.status == 400 && reply.problem == "malformed", "\(query)")
            }
            let shown = try await fixture.get("/v1/requests/\(ids[0].lowercaseText)", token)
            #expect(shown.status == 200)
            #expect(shown.text.contains("ada0@example.com") && !shown.text.contains("ada1"))
            #expect(shown.json["decision_possible"] as? Bool == true)
            let deadlines = try #require(shown.json["deadlines"] as? [[String: Any]])
            #expect(deadlines.contains { $0["clock"] as? String == "respond" && $0["article"] as? String != nil })
            #expect(try await fixture.facts(ids[0]) == ["case.opened", "read_by_client"])
            let id = try #require(ClientToken(token)).id
            #expect(
                try await fixture.text("SELECT DISTINCT actor FROM habeas.evidence WHERE fact = 'read_by_client'")
                    == ["token:\(id.lowercaseText)"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A3: what was written freely is withheld where health data has no business associate agreement")
    func withheld() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let id = try await fixture.request(more: #""health_data":true,"message":"my diagnosis","#)
            let reply = try await fixture.get("/v1/requests/\(id)", token)
            #expect(reply.status == 200 && !reply.text.contains("diagnosis"))
            #expect((reply.json["withheld"] as? [String])?.isEmpty == false)
        }
    }

    @Test("a bundle comes whole or in parts, the same bytes; its reading is a fact; when its time is over it is gone")
    func exports() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let request = try await fixture.request(right: "access")
            // More than two pieces, so that nothing hangs on where one ends.
            let content = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let export = try await fixture.export(of: request, content)
            let path = "/v1/exports/\(export.lowercaseText)"
            let whole = try await fixture.get(path, token)
            #expect(whole.status == 200 && whole.body == content)
            #expect(whole.headers["content-length"] == "2500000" && whole.headers["accept-ranges"] == "bytes")
            let tag = try #require(whole.headers["etag"])
            for (range, expected) in [
                ("bytes=0-9", 0..<10), ("bytes=1048570-1048589", 1_048_570..<1_048_590),
                ("bytes=-7", 2_499_993..<2_500_000),
                ("bytes=2499999-", 2_499_999..<2_500_000),
            ] {
                let part = try await fixture.get(path, token, ["Range": range, "If-Range": tag])
                #expect(part.status == 206 && part.body == Array(content[expected]), "\(range)")
                #expect(
                    part.headers["content-range"]
                        == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/2500000"
                )
            }
            let outside = try await fixture.get(path, token, ["Range": "bytes=2500000-"])
            #expect(outside.status == 416 && outside.headers["content-range"] == "bytes */2500000")
            let other = try await fixture.get(path, token, ["Range": "bytes=0-1", "If-Range": "\"other\""])
            #expect(other.status == 200 && other.body.count == content.count)
            #expect(try await fixture.facts(request).filter { $0 == "read_by_client" }.count == 7)
            _ = try await fixture.text(
                "UPDATE habeas.export SET expires_at = now() - interval '1 second' WHERE id = \(export) RETURNING 'x'"
            )
            let over = try await fixture.get(path, token)
            #expect(over.status == 410 && over.problem == "over")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "a bundle that is not what was stored ends early, and is counted: nothing of it is handed out that was changed"
    )
    func tampered() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let content = [UInt8](repeating: 7, count: 2_500_000)
            let export = try await fixture.export(of: try await fixture.request(right: "access"), content)
            let path = try await fixture.store.local("\(export.lowercaseText)/bundle-1").path
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try file.seek(toOffset: 2_000_000)
            try file.write(contentsOf: [0, 1, 2, 3])
            try file.close()
            let reply = try await fixture.get("/v1/exports/\(export.lowercaseText)", token)
            #expect(reply.status == 200 && reply.headers["content-length"] == "2500000")
            #expect(reply.body.count < 2_000_000 && reply.body.allSatisfy { $0 == 7 })
            let isCounted = await eventually {
                fixture.metrics.exposition().contains("habeas_gateway_downloads_broken_total 1")
            }
            #expect(isCounted)
        }
    }

    @Test("an incident is shown with the client's own part and its drafts; a change with its words and its window")
    func notices() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let incident = try await ToldClient.incident(fixture, "acme")
            _ = try await ToldClient.incident(fixture, "globex", nature: "Of globex alone.")
            let change = try await ToldClient.change(fixture, "acme")
            let list = try await fixture.get("/v1/incidents", token)
            #expect(
                (list.json["incidents"] as? [[String: Any]])?.compactMap { $0["id"] as? String } == [
                    incident.lowercaseText
                ]
            )
            let shown = try await fixture.get("/v1/incidents/\(incident)", token)
            #expect(
                shown.status == 200 && shown.text.contains("A bucket stood open.") && !shown.text.contains("globex")
            )
            #expect((shown.json["drafts"] as? [[String: Any]])?.isEmpty == false)
            #expect(try await fixture.facts(incident) == ["read_by_client"])
            let notice = try await fixture.get("/v1/notices/\(change)", token)
            #expect(notice.json["title"] as? String == "A new sub-processor")
            #expect(notice.json["objections_until"] as? String != nil)
        }
    }

    @Test("a certificate is what was signed, by its own id and by its request's")
    func certificates() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let request = try await fixture.request()
            let id = UUID()
            _ = try await fixture.text(
                """
                INSERT INTO habeas.certificate (id, case_id, client_id, number, issued_at, body, key_id, signature)
                VALUES (\(id), \(request), 'acme', 1, now(), '{"certificate":"x"}', 's1', '\\x01') RETURNING 'x'
                """
            )
            for name in [id, request] {
                let reply = try await fixture.get("/v1/certificates/\(name)", token)
                #expect(reply.status == 200 && reply.json["body"] as? String == #"{"certificate":"x"}"#)
            }
        }
    }
}
