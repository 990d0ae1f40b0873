import Glibc
import TestKit
import Testing

@testable import Outbound

/// The guard at real sockets: what counts is that nobody connects.
final class GuardedCallTests {
    private let server: LoopbackServer
    private let client: HTTPClient

    init() throws {
        server = try LoopbackServer()
        client = try HTTPClient()
    }

    deinit {
        server.stop()
    }

    private func call(_ host: String, lookUps: [String] = [], path: String = "echo") -> HTTPCall {
        var call = HTTPCall(
            "POST",
            "http://\(host):\(server.port)/\(path)",
            body: Array("secret".utf8),
            allowing: .plain,
            timeout: .seconds(10)
        )
        call.lookUps = lookUps
        return call
    }

    private func refusal(_ call: HTTPCall, of client: HTTPClient? = nil) async -> String? {
        let error = await #expect(throws: OutboundError.self) { try await (client ?? self.client).send(call) }
        #expect(error?.code == .address)
        #expect(error?.isRetryable == false)
        #expect(error?.mayHaveActed == false)
        return error?.refusal?.description
    }

    @Test(
        "No connection is made to this machine, however it is written",
        arguments: [
            "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost", "LOCALHOST",
            "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "%31%32%37.0.0.1",
        ]
    )
    func written(host: String) async throws {
        let sixth = try LoopbackListener("::1", port: server.port)
        defer { sixth.stop() }
        let reason = try #require(await refusal(call(host)))
        #expect(reason.hasPrefix("loopback") || reason.hasPrefix("unspecified"))
        #expect(server.accepted == 0)
        #expect(sixth.accepted == 0)
    }

    @Test(
        "A name that leads inside is refused with the reason",
        arguments: [
            ("127.0.0.1", "loopback address"), ("[::1]", "loopback address"), ("10.0.0.1", "private address"),
            ("169.254.169.254", "metadata address"), ("[fd00:ec2::254]", "metadata address"),
            ("[::ffff:127.0.0.1]", "loopback address in IPv4-mapped form"),
            ("[64:ff9b::a9fe:a9fe]", "metadata address in NAT64 form"), ("[fe80::1]", "link-local address"),
            ("127.0.0.1,127.0.0.2,[::1]", "loopback address"),
        ]
    )
    func named(addresses: String, reason: String) async {
        let call = call("inside.test", lookUps: ["inside.test:\(server.port):\(addresses)"])
        #expect(await refusal(call)?.hasSuffix(addresses.contains(",") ? "loopback address" : reason) == true)
        #expect(server.accepted == 0)
    }

    @Test("Nothing is allowed that was not asked for")
    func defaults() async throws {
        #expect(HTTPCall("GET", "https://there.test/").allowing == [])
        #expect(SMTPClient.Configuration(host: "there.test").allowing == [])
    }

    @Test("A target marked as internal is called")
    func marked() async throws {
        var call = call("127.0.0.1")
        call.allowing = [.plain, .internalAddress]
        #expect(try await client.send(call).status == 200)
        #expect(server.accepted == 1)
    }

    /// For this client, and for it only, 127.0.0.2 counts as an address of the public internet.
    private func clientWithPublicAddress() throws -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.addressGuard = AddressGuard(excepting: [.v4(0x7F00_0002)])
        return try HTTPClient(configuration)
    }

    @Test("A name that leads elsewhere on its second look-up is refused then")
    func secondLookUp() async throws {
        let client = try clientWithPublicAddress()
        let outside = try LoopbackServer("127.0.0.2", port: server.port)
        defer { outside.stop() }
        var first = call("rebind.test", lookUps: ["rebind.test:\(server.port):127.0.0.2"])
        first.keepsConnection = false
        #expect(try await client.send(first).status == 200)
        #expect(outside.accepted == 1)
        let second = call("rebind.test", lookUps: ["rebind.test:\(server.port):127.0.0.1"])
        #expect(await refusal(second, of: client) == "loopback address")
        #expect(server.accepted == 0)
        #expect(outside.accepted == 1)
    }

    @Test("When the first address of a name does not answer, the next is looked at as well")
    func secondSocket() async throws {
        let client = try clientWithPublicAddress()
        let call = call("both.test", lookUps: ["both.test:\(server.port):127.0.0.2,127.0.0.1"])
        // The first was tried, so it is that one's failure.
        let error = await #expect(throws: OutboundError.self) { try await client.send(call) }
        #expect(error?.code == .connect)
        #expect(server.accepted == 0)
    }

    @Test("A connection kept from a call that was allowed inside does not serve one that is not")
    func keptConnection() async throws {
        var inside = call("127.0.0.1")
        inside.allowing = [.plain, .internalAddress]
        #expect(try await client.send(inside).status == 200)
        #expect(await refusal(call("127.0.0.1")) == "loopback address")
        #expect(server.requests.count == 1)
        #expect(try await client.send(inside).status == 200)
    }

    @Test("A redirect to an inner address is only a reply")
    func redirect() async throws {
        let client = try clientWithPublicAddress()
        let outside = try LoopbackServer("127.0.0.2", port: server.port)
        defer { outside.stop() }
        let reply = try await client.send(call("127.0.0.2", path: "redirect"))
        #expect(reply.status == 302)
        #expect(outside.requests.count == 1)
        #expect(server.accepted == 0)
    }

    @Test("Without leave nothing is sent in the clear")
    func plain() async {
        var call = call("127.0.0.1")
        call.allowing = .internalAddress
        let refused = call
        let error = await #expect(throws: OutboundError.self) { try await self.client.send(refused) }
        #expect(error == OutboundError(.plain))
        #expect(server.accepted == 0)
    }

    @Test(
        "A proxy is asked for names, never for addresses inside",
        arguments: ["127.1", "[::1]", "localhost", "10.0.0.1"]
    )
    func throughProxy(host: String) async throws {
        var configuration = HTTPClient.Configuration()
        configuration.proxy = HTTPClient.Proxy(server.base, login: .init(user: "me", password: "pw"))
        let client = try HTTPClient(configuration)
        _ = await refusal(call(host), of: client)
        #expect(server.accepted == 0)
        // It answers as if it were the target.
        let reply = try await client.send(call("outside.test"))
        #expect(reply.status == 404)
        #expect(server.requests.first?.hasPrefix("POST http://outside.test:\(server.port)/echo HTTP/1.1\r\n") == true)
        #expect(server.requests.first?.contains("Proxy-Authorization: Basic ") == true)
    }

    @Test("The environment's proxies are not used")
    func environment() async {
        await #expect(processExitsWith: .success) {
            let server = try LoopbackServer()
            for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                setenv(name, "http://127.0.0.1:1", 1)
            }
            let call = HTTPCall("GET", "\(server.base)/echo", allowing: [.plain, .internalAddress])
            #expect(try await HTTPClient().send(call).status == 200)
        }
    }
}
