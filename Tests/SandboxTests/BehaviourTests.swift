import Foundation
import Outbound
import TestKit
import Testing

@testable import Sandbox

struct BehaviourTests {
    /// One call whose caller gave up.
    private let gone = JSONValue.object(["gone": .whole(1)])

    private func code(_ body: @Sendable () async throws -> HTTPReply) async -> OutboundError.Code? {
        await #expect(throws: OutboundError.self) { _ = try await body() }?.code
    }

    @Test(
        "A scripted status is answered, with what belongs to it, and nothing was done",
        arguments: [401, 404, 410, 429, 500, 503]
    )
    func statuses(status: Int) async throws {
        try await RunningSandbox.run(script: "acme: {status: \(status), retry_after: 7, body: sorry}") { sandbox in
            let reply = try await sandbox.post(to: "acme")
            #expect(reply.status == status)
            #expect(reply.header("retry-after") == "7")
            #expect(reply.text == "sorry")
            #expect(try await sandbox.report("acme")["acted"] == .whole(0))
        }
    }

    @Test("A redirect names its place")
    func redirect() async throws {
        try await RunningSandbox.run(script: "acme: {status: 302, location: /hooks/globex}") { sandbox in
            let reply = try await sandbox.post(to: "acme")
            #expect(reply.status == 302)
            #expect(reply.header("location") == "/hooks/globex")
            #expect(try await sandbox.report("globex")["calls"] == .whole(0))
        }
    }

    @Test("A delay holds the answer back, and no other peer")
    func delay() async throws {
        try await RunningSandbox.run(script: "slow-*: {delay: {ms: 1500}}") { sandbox in
            async let slow = sandbox.post(to: "slow-acme")
            #expect(try await eventually { try await sandbox.report("slow-acme")["calls"] == .whole(1) })
            #expect(try await sandbox.post(to: "globex").status == 204)
            #expect(try await slow.status == 204)
            let duration = try #require(try await sandbox.calls("slow-acme")[0]["duration_us"]?.whole)
            #expect(duration >= 1_500_000)
            let quick = try #require(try await sandbox.calls("globex")[0]["duration_us"]?.whole)
            #expect(quick < 1_500_000)
        }
    }

    @Test("What is answered after the caller's patience was done all the same")
    func late() async throws {
        try await RunningSandbox.run(script: "acme: {delay: {ms: 60000}}") { sandbox in
            #expect(await code { try await sandbox.post(to: "acme", timeout: .milliseconds(200)) } == .timeout)
            #expect(try await eventually { try await sandbox.report("acme")["by_ending"] == gone })
            let call = try await sandbox.calls("acme")[0]
            #expect(call["acted"] == .flag(true))
            #expect(call["ending"] == .text("gone"))
            #expect(call["status"] == .null)
        }
    }

    @Test("A peer that hangs answers nothing until the caller gives up, and has done nothing")
    func hang() async throws {
        try await RunningSandbox.run(script: "acme: {hang: true}") { sandbox in
            #expect(await code { try await sandbox.post(to: "acme", timeout: .milliseconds(200)) } == .timeout)
            #expect(try await eventually { try await sandbox.report("acme")["by_ending"] == gone })
            let report = try await sandbox.report("acme")
            #expect(report["connections_now"] == .whole(0))
            #expect(report["acted"] == .whole(0))
            #expect(report["under_way_most"] == .whole(1))
        }
    }

    @Test("A trickle sends the headers, then a byte at a time")
    func trickle() async throws {
        try await RunningSandbox.run(script: "acme: {trickle: {every_ms: 10, bytes: 20}}") { sandbox in
            let reply = try await sandbox.post(to: "acme")
            #expect(reply.status == 200)
            #expect(reply.body.count == 20)
            let duration = try #require(try await sandbox.calls("acme")[0]["duration_us"]?.whole)
            #expect(duration >= 200_000)
        }
    }

    @Test("A caller that loses patience with a trickle is seen to go")
    func trickleLeft() async throws {
        try await RunningSandbox.run(script: "acme: {trickle: {every_ms: 100, bytes: 100000}}") {
            sandbox async throws in
            #expect(await code { try await sandbox.post(to: "acme", timeout: .milliseconds(300)) } == .timeout)
            #expect(try await eventually { try await sandbox.report("acme")["by_ending"] == gone })
        }
    }

    @Test("Closed in mid-body: the headers announce more than comes")
    func midBody() async throws {
        try await RunningSandbox.run(script: "acme: {status: 200, body: half, close: mid_body}") { sandbox in
            #expect(await code { try await sandbox.post(to: "acme") } == .connectionLost)
            let answer = try await RawCaller.send(RawCaller.post(to: "acme"), to: sandbox.port)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("Content-Length: 68\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nhalf"))
            #expect(try await sandbox.report("acme")["by_ending"] == .object(["cut": .whole(2)]))
        }
    }

    @Test("Closed without an answer: not one byte comes, whether it was done or not", arguments: [true, false])
    func closed(acts: Bool) async throws {
        try await RunningSandbox.run(script: "acme: {close: before_answer, acts: \(acts)}") { sandbox in
            #expect(await code { try await sandbox.post(to: "acme") } == .connectionLost)
            #expect(try await RawCaller.send(RawCaller.post(to: "acme"), to: sandbox.port) == "")
            let report = try await sandbox.report("acme")
            #expect(report["by_ending"] == .object(["closed": .whole(2)]))
            #expect(report["acted"] == .whole(acts ? 2 : 0))
            #expect(report["by_status"] == .object([:]))
        }
    }

    @Test("A script given at run time holds from the next call on; a wrong one is refused and changes nothing")
    func runTime() async throws {
        try await RunningSandbox.run { sandbox in
            let script = #"{"sequence": [{"calls": 2, "status": 503}], "status": 202}"#
            #expect(try await sandbox.call("PUT", "/scripts/ac*", script).status == 204)
            #expect(try await sandbox.call("GET", "/scripts").text == #"{"scripts":["ac*"]}"#)
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await sandbox.post(to: "acme").status) }
            #expect(statuses == [503, 503, 202])
            let wrong = try await sandbox.call("PUT", "/scripts/ac*", #"{"statsu": 500}"#)
            #expect(wrong.status == 400)
            #expect(wrong.text.contains("ac*: statsu is not a key here; use "))
            #expect(try await sandbox.call("PUT", "/scripts/a*c", script).status == 400)
            #expect(try await sandbox.post(to: "acme").status == 202)
            #expect(try await sandbox.call("DELETE", "/scripts/ac*").status == 204)
            #expect(try await sandbox.post(to: "acme").status == 204)
        }
    }

    @Test("Names that cannot be a file's are refused", arguments: [".hidden", "a%2Fb", "a%20b"])
    func names(name: String) async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await sandbox.post(to: name)
            #expect(reply.status == 400)
            #expect(reply.text.contains("the peer's name has other characters"))
        }
    }

    @Test("A body above the limit is refused, and says where the limit is")
    func bodyLimit() async throws {
        try await RunningSandbox.run(.with { $0.bodyLimit = 100 }) { sandbox in
            let reply = try await sandbox.post(to: "acme", String(repeating: "x", count: 101), keepsConnection: false)
            #expect(reply.status == 413)
            #expect(reply.text.contains("--body-limit"))
            #expect(try await sandbox.post(to: "acme", String(repeating: "x", count: 100)).status == 204)
            #expect(try await sandbox.report("acme")["by_status"] == .object(["204": .whole(1), "413": .whole(1)]))
        }
    }
}
