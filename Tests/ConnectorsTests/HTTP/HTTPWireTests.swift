import Fleet
import Foundation
import Ledger
import Outbound
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("What the http connector puts on the wire, and what it keeps")
struct HTTPWireTests {
    /// Performs one order at a server that keeps what it is sent.
    private static func requests(
        _ keys: String,
        _ identities: [Identity?],
        operation: TargetOperation = .erase,
        isInternal: Bool = true,
        key: UUID = UUID(),
        corrections: [Correction] = []
    ) async throws -> (report: TargetReport, requests: [String]) {
        let server = try LoopbackServer()
        defer { server.stop() }
        let client = try HTTPClient()
        let connector = HTTPConnector(try HTTPBench.services(client))
        let system = try HTTPPapers.system(
            "\(isInternal ? "internal: true\n" : "")connector:\n  kind: http\n  url: \(server.base)\n" + keys
        )
        let order = HTTPBench.order(system, .act, operation, identities, key: key, corrections: corrections)
        let report = await connector.perform(order)
        await client.close()
        return (report, server.requests)
    }

    @Test("Credentials, headers, key, path and body are what the description says, each value written as a value")
    func wire() async throws {
        let key = UUID()
        let (report, requests) = try await Self.requests(
            """
              auth: {kind: bearer, secret: "env:TOKEN"}
              key_header: Idempotency-Key
              headers: {X-Version: "2"}
              accepts: [email]
              erase:
                calls:
                  - method: POST
                    path: /echo?who={email}
                    headers: {X-Kind: "{identity_type}"}
                    body: {who: "{identity}", deep: true}
            """,
            [Identity(.email, "o'hara+x@x.example")],
            key: key
        )
        #expect(report.verdict == .done(status: 200))
        let request = try #require(requests.first?.lowercased())
        #expect(request.hasPrefix("post /echo?who=o%27hara%2bx%40x.example http/1.1\r\n"))
        #expect(request.contains("\r\nauthorization: bearer s3cret\r\n"))
        #expect(request.contains("\r\nidempotency-key: \(key.uuidString.lowercased())\r\n"))
        #expect(request.contains("\r\nx-version: 2\r\n") && request.contains("\r\nx-kind: email\r\n"))
        #expect(request.contains("\r\ncontent-type: application/json\r\n"))
        #expect(request.hasSuffix(#"{"who":"o'hara+x@x.example","deep":true}"#))
    }

    @Test(
        "Other credentials, and none",
        arguments: [
            ("{kind: basic, user: me, secret: 'env:TOKEN'}", "authorization: basic bWU6czNjcmV0"),
            ("{kind: basic, user: 'env:TOKEN', secret: 'env:TOKEN'}", "authorization: basic czNjcmV0OnMzY3JldA=="),
            ("{kind: header, header: X-Api-Key, secret: 'env:TOKEN'}", "x-api-key: s3cret"),
            (
                "{kind: header, header: Authorization, prefix: 'Token ', secret: 'env:TOKEN'}",
                "authorization: token s3cret"
            ),
            ("none", "accept: application/json"),
        ]
    )
    func credentials(_ auth: String, _ wanted: String) async throws {
        let keys = "  auth: \(auth)\n  erase: {calls: [{method: DELETE, path: '/echo?x={email}'}]}\n"
        let (_, requests) = try await Self.requests(keys, [Identity(.email, "a@x.example")])
        let request = try #require(requests.first)
        #expect(request.lowercased().contains("\r\n\(wanted.lowercased())\r\n"))
        #expect(request.lowercased().contains("authorization:") == wanted.hasPrefix("authorization:"))
    }

    @Test("A secret that is not there is mended by the operator, and nothing is sent")
    func noSecret() async throws {
        let keys =
            "  auth: {kind: bearer, secret: 'env:OTHER'}\n  erase: {calls: [{method: DELETE, path: '/echo?{email}'}]}\n"
        let (report, requests) = try await Self.requests(keys, [Identity(.email, "a@x.example")])
        #expect(report.verdict == .retry("secret_absent", blamesTarget: true))
        #expect(requests.isEmpty)
    }

    @Test("A value with a line end never gets into a header or a path; in JSON it is escaped")
    func injection() async throws {
        let evil = [Correction(field: "name", value: "x\r\nEvil: 1")]
        let calls = [
            ("{method: PUT, path: '/echo?x={email}', headers: {X-V: '{value}'}, body: {f: '{field}'}}", false),
            ("{method: PUT, path: '/echo?x={email}&v={value}', body: {f: '{field}'}}", false),
            ("{method: PUT, path: '/echo?x={email}', body: {'{field}': '{value}'}}", true),
        ]
        for (call, isSent) in calls {
            let (report, requests) = try await Self.requests(
                "  rectify:\n    fields: {name: n}\n    calls: [\(call)]\n",
                [Identity(.email, "a@x.example")],
                operation: .rectify,
                corrections: evil
            )
            #expect(report.verdict == (isSent ? .done(status: 200) : .refused("unsafe_value")))
            #expect(requests.count == (isSent ? 1 : 0))
            if isSent { #expect(requests.first?.hasSuffix(#"{"n":"x\r\nEvil: 1"}"#) == true) }
        }
    }

    @Test("Only a system of our own may have an address of ours, or be spoken to without TLS")
    func guarded() async throws {
        let keys = "  erase: {calls: [{method: DELETE, path: '/echo?x={email}'}]}\n"
        let identity = Identity(.email, "a@x.example")
        let (plain, none) = try await Self.requests(keys, [identity], isInternal: false)
        #expect(plain.verdict == .refused("plain") && none.isEmpty)
        let client = try HTTPClient()
        let connector = HTTPConnector(try HTTPBench.services(client))
        let system = try HTTPPapers.system("connector:\n  kind: http\n  url: https://127.0.0.1:9\n" + keys)
        let report = await connector.perform(HTTPBench.order(system, .act, .erase, [identity]))
        #expect(report.verdict.outcome == .refused && report.verdict.cause.hasPrefix("address_"))
        await client.close()
    }

    @Test("A system is told nothing that it does not find people by")
    func leastTelling() async throws {
        let keys = "  erase: {calls: [{method: DELETE, path: '/echo?x={phone}'}]}\n"
        let (report, requests) = try await Self.requests(keys, [Identity(.email, "a@x.example")])
        #expect(report.verdict == .refused("no_identity") && requests.isEmpty)
    }

    @Test("A reply beyond a mebibyte is not taken")
    func tooLarge() async throws {
        let (report, _) = try await Self.requests(
            "  erase: {calls: [{method: DELETE, path: '/big?{controller_customer_id}'}]}\n",
            [Identity(.controllerCustomerID, "2000000")]
        )
        #expect(report.verdict == .retry("too_large", blamesTarget: true, mayHaveActed: true))
    }

    @Test("Several calls of one order have keys of their own, the same at every attempt")
    func keys() throws {
        let description = try HTTPPapers.description(
            "connector: {kind: http, url: 'https://a.example', erase: {calls: [{method: DELETE, path: '/{email}'}]}}"
        )
        let client = try HTTPClient()
        let services = try HTTPBench.services(client)
        let system = DataSystem(id: "a", title: "a", kind: .own)
        let key = UUID()
        func caller() -> HTTPCaller { HTTPCaller(HTTPBench.order(system, key: key), description, services) }
        #expect(caller().key(["", "", ""]) == key)
        let others = [["1", "", ""], ["", "1", ""], ["", "2", ""], ["1", "1", ""], ["", "", "name"]]
        let made = others.map { caller().key($0) }
        #expect(Set(made + [key]).count == 6)
        #expect(made == others.map { caller().key($0) })
        #expect(made.allSatisfy { Array($0.uuidString)[14] == "4" })
    }

    // MARK: What is kept

    @Test("N2: neither verdict nor findings hold anything of a person, whatever the peer replies")
    func canary() async throws {
        let canary = Canary()
        try await HTTPBench.run { bench in
            let mail = Identity(.email, canary.email)
            let scripts = [
                "{rest: {two_step: true, asynchronous_ms: 600000}}", "{rest: {grace_ms: 600000}}",
                "{methods: [DELETE], status: 422, body: '\(canary.email)'}",
                "{methods: [DELETE], status: 503, body: '\(canary.word)'}",
                "{methods: [DELETE], status: 202, body: '\(canary.word)', location: '/jobs/\(canary.word)'}",
                "{methods: [DELETE], close: before_answer}", "{methods: [DELETE], status: 200, acts: false}",
            ]
            for (number, script) in scripts.enumerated() {
                for file in ["sandbox.yaml", "sandbox-two-step.yaml"] {
                    let peer = "p\(number)-\(file.count)"
                    try await bench.script(peer, script)
                    // The peer's own id of the person is the person's name.
                    try await bench.put(peer, canary.word, email: canary.email)
                    let order = HTTPBench.order(try bench.shipped(file, peer), .act, .erase, [mail])
                    let found = await bench.connector.perform(order)
                    let report = await bench.perform(HTTPBench.next(order, after: found))
                    let poll = await bench.perform(HTTPBench.next(order, after: report, .poll))
                    let seen = await bench.verify(order, after: report)
                    for told in [found, report, poll, seen] {
                        let text = "\(told.verdict) \(told.findings.text) \(told.attempt)".lowercased()
                        for trace in canary.traces {
                            #expect(!text.contains(trace.text), "\(script) \(file): \(trace.kind)")
                        }
                    }
                }
            }
        }
    }

    @Test("Who was found is sealed: for the same part alone, and under the installation's key")
    func sealed() throws {
        let client = try HTTPClient()
        let (services, others) = (try HTTPBench.services(client), try HTTPBench.services(client))
        let order = HTTPBench.order(DataSystem(id: "a", title: "a", kind: .own))
        let account = HTTPProgress.Account(id: "person-4711", identity: 0, next: 1, outcome: .done, reference: "j")
        let progress = HTTPProgress(accounts: [account])
        let text = progress.sealed(order, services.digest)
        let bytes = String(decoding: Data(base64Encoded: text) ?? Data(), as: UTF8.self)
        #expect(!text.contains("4711") && !bytes.contains("4711"))
        // A key that is not in use any more opens still what it sealed.
        #expect(try HTTPProgress(sealed: text, order, [others.digest, services.digest]) == progress)
        // What cannot be opened is not begun anew: whom a first step has put away no search finds.
        let other = HTTPBench.order(order.system)
        for (sealed, order, digest) in [
            (text, order, others.digest), (text, other, services.digest), ("users:17", order, services.digest),
        ] {
            let obstacle = #expect(throws: HTTPObstacle.self) { try HTTPProgress(sealed: sealed, order, [digest]) }
            #expect(obstacle?.verdict == .retry("unreadable", blamesTarget: false))
        }
    }
}
