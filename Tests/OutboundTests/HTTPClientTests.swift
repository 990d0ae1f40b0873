import Foundation
import TestKit
import Testing

@testable import Outbound

final class HTTPClientTests {
    private let server: LoopbackServer
    private let client: HTTPClient

    init() throws {
        server = try LoopbackServer()
        client = try HTTPClient()
    }

    deinit {
        server.stop()
    }

    private func code(_ call: HTTPCall, of client: HTTPClient? = nil) async -> OutboundError.Code? {
        await #expect(throws: OutboundError.self) { try await (client ?? self.client).sendInside(call) }?.code
    }

    @Test("A call carries method, path, headers, credentials and body, and gives status, headers and body")
    func exchange() async throws {
        let reply = try await client.sendInside(
            HTTPCall(
                "PUT",
                "\(server.base)/echo?a=%2Fb/../c",
                headers: [("X-One", "1"), ("X-Empty", ""), ("Content-Type", "application/json")],
                body: Array("{\"ü\":1}".utf8),
                basicAuthentication: .init(user: "me", password: "p:w")
            )
        )
        #expect(reply.status == 200)
        let request = String(decoding: reply.body, as: UTF8.self)
        #expect(request.hasPrefix("PUT /echo?a=%2Fb/../c HTTP/1.1\r\n"))
        #expect(request.contains("\r\nX-One: 1\r\nX-Empty:\r\nContent-Type: application/json\r\n"))
        #expect(request.contains("\r\nAuthorization: Basic \(Data("me:p:w".utf8).base64EncodedString())\r\n"))
        #expect(!request.lowercased().contains("expect:"))
        #expect(request.hasSuffix("\r\n\r\n{\"ü\":1}"))
    }

    @Test("An empty body is sent with its length, an absent one without")
    func emptyBody() async throws {
        let empty = try await client.sendInside(HTTPCall("POST", "\(server.base)/echo", body: []))
        #expect(String(decoding: empty.body, as: UTF8.self).contains("\r\nContent-Length: 0\r\n"))
        let absent = try await client.sendInside(HTTPCall("DELETE", "\(server.base)/echo"))
        #expect(!String(decoding: absent.body, as: UTF8.self).contains("Content-Length"))
    }

    @Test("Every status is a reply", arguments: [204, 404, 429, 500, 503])
    func statuses(status: Int) async throws {
        let reply = try await client.sendInside(HTTPCall("GET", "\(server.base)/status?\(status)"))
        #expect(reply.status == status)
        #expect(reply.header("X-KIND") == "a")
        #expect(reply.headers.filter { $0.name.lowercased() == "x-kind" }.map(\.value) == ["a", "b"])
    }

    @Test("Headers of an interim response are not those of the reply")
    func interim() async throws {
        let reply = try await client.sendInside(HTTPCall("GET", "\(server.base)/interim"))
        #expect(reply.header("x-final") == "1")
        #expect(reply.header("x-early") == nil)
    }

    @Test("A redirect is a reply, not followed")
    func redirect() async throws {
        let reply = try await client.sendInside(HTTPCall("GET", "\(server.base)/redirect"))
        #expect(reply.status == 302)
        #expect(reply.header("location") == "/echo")
        #expect(server.requests.count == 1)
    }

    @Test("A body or header block above the limit fails the call, one at the limit does not")
    func limits() async throws {
        #expect(
            try await client.sendInside(HTTPCall("GET", "\(server.base)/big?1000", bodyLimit: 1000)).body.count == 1000
        )
        #expect(await code(HTTPCall("GET", "\(server.base)/big?1001", bodyLimit: 1000)) == .tooLarge)
        #expect(await code(HTTPCall("GET", "\(server.base)/big?1048577")) == .tooLarge)
        #expect(await code(HTTPCall("GET", "\(server.base)/headers?70000")) == .tooLarge)
    }

    @Test("A body that nobody wants is not kept, and one that is too long is cut off and fails nothing")
    func unwanted() async throws {
        for (path, limit) in [("big?1000", 1000), ("big?1001", 1000), ("big?5000000", 65_536), ("status?204", 0)] {
            var call = HTTPCall("GET", "\(server.base)/\(path)", bodyLimit: limit)
            call.takesBody = false
            let reply = try await client.sendInside(call)
            #expect(reply.status == (path == "status?204" ? 204 : 200))
            #expect(reply.body.isEmpty)
        }
        var call = HTTPCall("GET", "\(server.base)/headers?70000")
        call.takesBody = false
        #expect(await code(call) == .tooLarge)
    }

    @Test("A silent peer costs the timeout, no more")
    func timeout() async throws {
        let start = ContinuousClock.now
        #expect(await code(HTTPCall("GET", "\(server.base)/silent", timeout: .milliseconds(200))) == .timeout)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("A call whose task is cancelled ends at once")
    func cancellation() async throws {
        let call = HTTPCall("GET", "\(server.base)/silent")
        let task = Task { [client] in try await client.sendInside(call) }
        while server.requests.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await client.sendInside(HTTPCall("GET", "\(server.base)/echo")).status == 200)
    }

    @Test("A closed client fails what is under way and what comes after")
    func closing() async throws {
        let call = HTTPCall("GET", "\(server.base)/silent")
        let task = Task { [client] in try await client.sendInside(call) }
        while server.requests.isEmpty { await Task.yield() }
        await client.close()
        let error = await #expect(throws: OutboundError.self) { try await task.value }
        // The request had left when the client was closed.
        #expect(error == OutboundError(.closed, mayHaveActed: true))
        #expect(await code(call) == .closed)
    }

    @Test("Broken and absent peers are told apart")
    func failures() async throws {
        #expect(await code(HTTPCall("GET", "\(server.base)/cut")) == .connectionLost)
        #expect(await code(HTTPCall("GET", "http://127.0.0.1:1/")) == .connect)
        #expect(await code(HTTPCall("GET", "http://nowhere.invalid/")) == .resolve)
    }

    @Test(
        "Nothing that could split a request leaves",
        arguments: [
            HTTPCall("GET", "http://127.0.0.1/", headers: [("X-A", "b\r\nX-Evil: 1")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("X-A", "b\nc")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("X-A", "b\u{0}c")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("X-A: b\r\nX-Evil", "1")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("X-A", "b\u{85}c")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("X-A", "b\u{2028}c")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("X-A", "b\u{2029}c")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("X-A", "b\u{1B}c")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("X-\u{2028}A", "b")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("Host", "elsewhere")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("content-length", "1")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("Transfer-Encoding", "chunked")]),
            HTTPCall("GET", "http://127.0.0.1/", headers: [("", "1")]),
            HTTPCall("GET /evil", "http://127.0.0.1/"),
            HTTPCall("", "http://127.0.0.1/"),
            HTTPCall("GET", "http://127.0.0.1/", basicAuthentication: .init(user: "a:b", password: "")),
            HTTPCall("GET", "http://127.0.0.1/", basicAuthentication: .init(user: "a", password: "b\u{7F}")),
        ]
    )
    func injection(call: HTTPCall) async {
        #expect(await code(call) == .header)
    }

    @Test(
        "Addresses other than plain http and https are refused, credentials in them too",
        arguments: [
            "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "127.0.0.1", "",
            "http://127.0.0.1/\r\nX: y",
            "http://127.0.0.1/a b", "http://user:secret@127.0.0.1/", "http://", "http://127.0.0.1:99999/", "http://ü/",
        ]
    )
    func addresses(url: String) async {
        #expect(await code(HTTPCall("GET", url)) == .url)
    }

    @Test("An error's text shows neither address nor credentials")
    func redaction() async throws {
        let error = await #expect(throws: OutboundError.self) {
            try await client.sendInside(HTTPCall("GET", "http://user:secret@nowhere.invalid/token"))
        }
        #expect(["secret", "nowhere", "token"].allSatisfy { !String(reflecting: error).contains($0) })
    }

    @Test("Two hundred calls at once share one thread and all get their own reply")
    func concurrency() async throws {
        let client = client
        let base = server.base
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let reply = try await client.sendInside(
                        HTTPCall("POST", "\(base)/echo", body: Array("n=\(index)".utf8))
                    )
                    return String(decoding: reply.body, as: UTF8.self).hasSuffix("\r\n\r\nn=\(index)")
                }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
        #expect(server.requests.count == 200)
    }

    @Test("The peer's wish for a pause comes with the reply")
    func retryAfter() async throws {
        let busy = try await client.sendInside(HTTPCall("GET", "\(server.base)/retry?17"))
        #expect(busy.status == 429)
        #expect(busy.retryAfter == .delay(.seconds(17)))
        #expect(try await client.sendInside(HTTPCall("GET", "\(server.base)/echo")).retryAfter == nil)
    }

    @Test("A call that asks for a connection of its own gets one, and leaves it to the next")
    func freshConnection() async throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        let client = try HTTPClient()
        var call = HTTPCall("DELETE", "\(server.base)/echo", allowing: [.plain, .internalAddress])
        for (isFresh, connections) in [(false, 1), (true, 2), (true, 3), (false, 3)] {
            call.usesFreshConnection = isFresh
            _ = try await client.send(call)
            #expect(server.accepted == connections)
        }
        await client.close()
    }

    @Test("Calls one after the other share a connection, unless they are told not to")
    func reuse() async throws {
        var call = HTTPCall("GET", "\(server.base)/echo")
        for _ in 0..<10 { _ = try await client.sendInside(call) }
        #expect(server.accepted == 1)
        call.keepsConnection = false
        for _ in 0..<3 { _ = try await client.sendInside(call) }
        // The first of them took the kept connection and closed it.
        #expect(server.accepted == 3)
    }

    @Test("An empty value and one of blanks are both sent")
    func blankHeaders() async throws {
        let headers = [("X-None", ""), ("X-Blank", "  ")]
        let reply = try await client.sendInside(HTTPCall("GET", "\(server.base)/echo", headers: headers))
        #expect(String(decoding: reply.body, as: UTF8.self).contains("\r\nX-None:\r\nX-Blank:\r\n"))
    }

    @Test("Connections are reused and clients come and go")
    func storm() async throws {
        for _ in 0..<20 {
            let client = try HTTPClient()
            for _ in 0..<3 {
                #expect(try await client.sendInside(HTTPCall("GET", "\(server.base)/echo")).status == 200)
            }
        }
        #expect(server.requests.count == 60)
    }

    @Test("A certificate is trusted by the given authority only, and for its own names")
    func trust() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        let call = HTTPCall("GET", "https://localhost:\(server.port)/")
        #expect(await code(call) == .tls)
        var configuration = HTTPClient.Configuration()
        configuration.caFile = try TestAuthority.shared.get().caFile
        let trusting = try HTTPClient(configuration)
        #expect(try await trusting.sendInside(call).status == 200)
        #expect(try await trusting.sendInside(HTTPCall("GET", "https://127.0.0.1:\(server.port)/")).status == 200)
        var elsewhere = HTTPCall("GET", "https://elsewhere.test:\(server.port)/")
        elsewhere.lookUps = ["elsewhere.test:\(server.port):127.0.0.1"]
        #expect(await code(elsewhere, of: trusting) == .tls)
        configuration.caFile = "/nowhere/ca.pem"
        #expect(await code(call, of: try HTTPClient(configuration)) == .tls)
    }

    @Test("Nothing below TLS 1.2 is spoken")
    func oldProtocol() async throws {
        let server = try TLSServer("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        defer { server.stop() }
        var configuration = HTTPClient.Configuration()
        configuration.caFile = try TestAuthority.shared.get().caFile
        #expect(
            await code(HTTPCall("GET", "https://localhost:\(server.port)/"), of: try HTTPClient(configuration)) == .tls
        )
    }
}

extension HTTPClient {
    /// As to one of our own, which a server on this machine is.
    func sendInside(_ call: HTTPCall) async throws -> HTTPReply {
        var call = call
        call.allowing = [.plain, .internalAddress]
        return try await send(call)
    }
}
