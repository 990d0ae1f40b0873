import Foundation
import Postgres
import TestKit
import Testing

@Suite("What the gateway lets a caller take", .database, .broker)
struct LimitTests {
    @Test("a request that does not arrive whole is cut at the limit, however it drips, while others are served")
    func slow() async throws {
        try await GatewayFixture.with(["REQUEST_SECONDS": "1"]) { fixture in
            let token = try await fixture.token()
            let port = fixture.port
            // A piece each time that a tenth of a second has brought no answer.
            async let headers = HTTPExchange.provoke(port: port) { socket in
                socket.send("GET /v1/requests HTTP/1.1\r\nHost: x\r\n")
                for number in 0..<40 where !socket.hears(within: 100) { socket.send("X-\(number): y\r\n") }
            }
            async let body = HTTPExchange.provoke(port: port) { socket in
                socket.send(
                    "POST /v1/requests/\(UUID())/decision HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
                )
                for _ in 0..<40 where !socket.hears(within: 100) { socket.send(" ") }
            }
            async let nothing = HTTPExchange.provoke(port: port) { _ in }
            #expect(try await fixture.get("/v1/requests", token).status == 200)
            let (slowHeaders, slowBody, silent) = try await (headers, body, nothing)
            #expect(slowHeaders.bytes != nil, "it was closed")
            #expect(silent.bytes == [] && silent.time < .seconds(4))
            let reply = slowBody.bytes.flatMap(HTTPExchange.reply)
            #expect(reply?.status == 408 && reply?.problem == "too-slow")
        }
    }

    @Test("one connection more than may be is closed at once; when one has ended there is room again")
    func connections() async throws {
        try await GatewayFixture.with(["CONNECTIONS": "2", "REQUEST_SECONDS": "60"]) { fixture in
            let token = try await fixture.token()
            var held = try (0..<2).map { _ in try LoopbackSocket(port: fixture.port) }
            for socket in held { socket.send("GET /v1/requests HTTP/1.1\r\n") }
            let isTurnedAway = await eventually(within: .seconds(20)) {
                (try? await fixture.get("/v1/requests", token)) == nil
            }
            #expect(isTurnedAway)
            held.removeLast()
            let isServed = await eventually(within: .seconds(20)) {
                (try? await fixture.get("/v1/requests", token))?.status == 200
            }
            #expect(isServed)
            withExtendedLifetime(held) {}
        }
    }

    @Test("an answer that the database keeps waiting is 503 with Retry-After at the limit, and comes the next time")
    func late() async throws {
        try await GatewayFixture.with(["REQUEST_SECONDS": "1"]) { fixture in
            let token = try await fixture.token()
            let id = try await fixture.request()
            try await fixture.owner.withTransaction { connection in
                _ = try await connection.query("SELECT FROM habeas.case_file WHERE id = \(id) FOR UPDATE")
                let reply = try await fixture.get("/v1/requests/\(id)", token)
                #expect(reply.status == 503 && reply.problem == "unavailable")
                #expect(reply.headers["retry-after"] != nil)
            }
            #expect(try await fixture.get("/v1/requests/\(id)", token).status == 200)
        }
    }

    @Test("a body that is too large is 413, announced or not; one that is no JSON 415; other methods 405")
    func requests() async throws {
        try await GatewayFixture.with(["BODY_BYTES": "1024"]) { fixture in
            let token = try await fixture.token()
            let path = "/v1/requests/\(UUID())/decision"
            let large = "{" + String(repeating: " ", count: 2_000) + "}"
            let announced = try await fixture.post(path, token, large)
            #expect(announced.status == 413 && announced.problem == "too-large")
            let chunked = try await HTTPExchange.call(
                """
                POST \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \(token)\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n7d2\r\n\(large)\r\n0\r\n\r\n
                """,
                port: fixture.port
            )
            #expect(chunked.status == 413)
            let text = try await fixture.post(path, token, "{}", ["Content-Type": "text/plain"])
            #expect(text.status == 415 && text.problem == "unsupported-media-type")
            for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
                let reply = try await fixture.call(method, "/v1/requests", token)
                #expect(reply.status == 405 && reply.headers["allow"] == "GET", "\(method)")
            }
        }
    }

    @Test("a token that asks more often than it may is told to wait; another one is not")
    func rate() async throws {
        try await GatewayFixture.with(["REQUESTS_PER_MINUTE": "3"]) { fixture in
            let (token, other) = (try await fixture.token(), try await fixture.token())
            for _ in 0..<3 { #expect(try await fixture.get("/v1/requests", token).status == 200) }
            let reply = try await fixture.get("/v1/requests", token)
            #expect(reply.status == 429 && reply.problem == "too-many-requests")
            #expect(reply.headers["retry-after"].flatMap(Int.init).map { (1...20).contains($0) } == true)
            #expect(try await fixture.get("/v1/requests", other).status == 200)
        }
    }

    @Test("every answer has the strict headers, also to what cannot be read")
    func headers() async throws {
        try await GatewayFixture.with(["BEHIND_PROXY": "true"]) { fixture in
            let token = try await fixture.token()
            let broken = try await HTTPExchange.call("NONSENSE\r\n\r\n", port: fixture.port)
            let replies = [
                try await fixture.get("/v1/requests", token), try await fixture.get("/v1/requests", nil),
                try await fixture.get("/", nil), broken,
            ]
            #expect(broken.status == 400)
            for reply in replies {
                #expect(reply.headers["cache-control"] == "no-store")
                #expect(reply.headers["x-content-type-options"] == "nosniff")
                #expect(reply.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
                #expect(reply.headers["strict-transport-security"] != nil)
            }
        }
    }
}
