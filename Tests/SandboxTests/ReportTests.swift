import Foundation
import Outbound
import TestKit
import Testing

@testable import Sandbox

struct ReportTests {
    @Test("Connections and calls are counted at once and at most, for each peer")
    func gauges() async throws {
        try await RunningSandbox.run(script: "acme: {hang: true}") { sandbox in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 {
                    group.addTask { _ = try? await sandbox.post(to: "acme", timeout: .seconds(20)) }
                }
                #expect(try await eventually { try await sandbox.report("acme")["under_way_now"] == .whole(5) })
                #expect(try await sandbox.report("acme")["connections_now"] == .whole(5))
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(try await eventually { try await sandbox.report("acme")["connections_now"] == .whole(0) })
            let report = try await sandbox.report("acme")
            #expect(report["connections_most"] == .whole(5))
            #expect(report["under_way_most"] == .whole(5))
            #expect(report["under_way_now"] == .whole(0))
        }
    }

    @Test("One connection that calls two peers is one of each, until it closes")
    func sharedConnection() async throws {
        try await RunningSandbox.run { sandbox in
            for _ in 0..<3 {
                _ = try await sandbox.post(to: "acme")
                _ = try await sandbox.post(to: "globex")
            }
            for name in ["acme", "globex"] {
                let report = try await sandbox.report(name)
                #expect(report["connections_now"] == .whole(1))
                #expect(report["connections_most"] == .whole(1))
                #expect(report["calls"] == .whole(3))
            }
        }
    }

    @Test("The report tells first and last time, and the most calls in a second")
    func times() async throws {
        try await RunningSandbox.run { sandbox in
            let before = Moment.now()
            for number in 0..<10 { _ = try await sandbox.post(to: "acme", id: "evt_\(number)") }
            let after = Moment.now()
            let whole = try await sandbox.call("GET", "/report").json
            let report = try #require(whole["peers"]?["acme"])
            #expect(whole["calls"] == .whole(10))
            let first = try #require(report["first_at"]?.whole)
            let last = try #require(report["last_at"]?.whole)
            #expect(before <= first && first < last && last <= after)
            let calls = try await sandbox.calls("acme").compactMap { $0["at"]?.whole }
            let most = calls.map { start in calls.filter { (start..<(start + 1_000_000)).contains($0) }.count }.max()
            #expect(report["most_in_a_second"]?.whole == most)
            #expect(calls.first == first && calls.last == last)
        }
    }

    @Test("Calls are lines of JSON, read on from an id; without --keep-bodies they hold no body")
    func lines() async throws {
        try await RunningSandbox.run { sandbox in
            for number in 1...5 { _ = try await sandbox.post(to: "acme", id: "evt_\(number)", "secret") }
            let first = try await sandbox.calls("acme", limit: 2)
            #expect(first.map { $0["key"]?.text } == ["evt_1", "evt_2"])
            let rest = try await sandbox.calls("acme", after: first.last?["id"]?.whole ?? 0)
            #expect(rest.map { $0["key"]?.text } == ["evt_3", "evt_4", "evt_5"])
            #expect(rest[0]["bytes"] == .whole(6))
            #expect(rest[0]["status"] == .whole(204))
            #expect(rest[0]["method"] == .text("POST"))
            #expect(rest[0]["route"] == .text("/hooks"))
            #expect(rest[0]["body"] == nil && rest[0]["headers"] == nil)
            let wrong = try await sandbox.call("GET", "/report/acme/calls?after=x")
            #expect(wrong.status == 400)
            #expect(wrong.text.contains("after: is not a number"))
        }
    }

    @Test("With --keep-bodies a call holds body and webhook headers, enough to verify it again")
    func bodies() async throws {
        let secret = WebhookSecret.random()
        try await RunningSandbox.run(.with { $0.keepsBodies = true }) { sandbox in
            _ = try await sandbox.post(to: "acme", id: "evt_1", "{\"ü\":1}", secrets: [secret])
            let call = try await sandbox.calls("acme")[0]
            let body = try #require(call["body"]?.text)
            #expect(body == "{\"ü\":1}")
            guard case .object(let headers)? = call["headers"] else {
                Issue.record("no headers")
                return
            }
            try WebhookSignature.verify(
                headers: headers.map { (name: $0.key, value: $0.value.text ?? "") },
                body: Array(body.utf8),
                secrets: [secret],
                now: Int(Date().timeIntervalSince1970)
            )
        }
    }

    @Test("Forgetting forgets one peer or all")
    func forgetting() async throws {
        try await RunningSandbox.run { sandbox in
            for name in ["acme", "globex"] { _ = try await sandbox.post(to: name) }
            #expect(try await sandbox.call("DELETE", "/report/acme").status == 204)
            #expect(try await sandbox.report("acme")["calls"] == .whole(0))
            #expect(try await sandbox.report("globex")["calls"] == .whole(1))
            #expect(try await sandbox.call("DELETE", "/report").status == 204)
            #expect(try await sandbox.report("globex")["calls"] == .whole(0))
            #expect(try await sandbox.calls("globex").isEmpty)
            #expect(try await sandbox.call("GET", "/health").text == #"{"status":"ok"}"#)
        }
    }
}
