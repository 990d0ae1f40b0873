import Fleet
import Foundation
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("The http connector, when nobody knows what has happened")
struct HTTPDoubtTests {
    private static let one = Identity(.controllerCustomerID, "1")
    private static let ann = Identity(.email, "ann@x.example")

    // MARK: Two steps

    @Test("Deleting in two steps ends with both done; who it is is known before the first")
    func twoSteps() async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{rest: {two_step: true}}")
            try await bench.put("p", "1", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox-two-step.yaml", "p"), .act, .erase, [Self.ann])
            let found = await bench.connector.perform(order)
            #expect(found.verdict == .waiting(after: .zero))
            #expect(try await bench.calls("p", "DELETE") == 0)
            let report = await bench.perform(HTTPBench.next(order, after: found))
            #expect(report.verdict == .done(status: 204))
            #expect(try await bench.there("p", "users/1", "deleted_users/1") == [false, false])
            #expect(await bench.verify(order, after: report).findings.stillThere == 0)
        }
    }

    @Test("N3: a death between the two steps ends with both done, although no search finds the person any more")
    func deathBetween() async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{rest: {two_step: true}}")
            try await bench.put("p", "1", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox-two-step.yaml", "p"), .act, .erase, [Self.ann])
            let found = await bench.connector.perform(order)
            // The worker that had it next made the first call, and died without a word.
            try await bench.call("DELETE", "/rest/p/users/1")
            #expect(try await bench.isThere("p", "deleted_users/1"))
            #expect(await bench.verify(order, after: found).findings.stillThere == 1)

            let report = await bench.perform(HTTPBench.next(order, after: found))
            #expect(report.verdict.outcome == .done)
            #expect(try await !bench.isThere("p", "deleted_users/1"))
            #expect(await bench.verify(order, after: report).findings.stillThere == 0)
        }
    }

    @Test("A second step that fails is the one that is tried again")
    func secondStep() async throws {
        try await HTTPBench.run { bench in
            try await bench.script(
                "p",
                "{rest: {two_step: true, asynchronous_ms: 5}, methods: [DELETE], sequence: [{}, {status: 503, retry_after: 3}]}"
            )
            try await bench.put("p", "1", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox-two-step.yaml", "p"), .act, .erase, [Self.one])
            let report = await bench.perform(order)
            #expect(report.verdict == .retry("http_503", status: 503, after: .seconds(3), blamesTarget: true))
            let again = await bench.perform(HTTPBench.next(order, after: report))
            #expect(again.verdict.outcome == .acceptedPending)
            #expect(try await bench.calls("p", "DELETE") == 3)
            let question = HTTPBench.next(order, after: again, .poll)
            #expect(await eventually { await bench.connector.perform(question).verdict.outcome == .done })
            #expect(await bench.verify(order, after: again).findings.stillThere == 0)
        }
    }

    @Test("A first step that is a job is waited for before the second")
    func firstStepPending() async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{methods: [DELETE], sequence: [{status: 202, acts: true}]}")
            try await bench.put("p", "1", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox-two-step.yaml", "p"), .act, .erase, [Self.one])
            let report = await bench.perform(order)
            #expect(report.verdict == .waiting(after: .seconds(1)))
            #expect(try await bench.calls("p", "DELETE") == 1)
            let again = await bench.perform(HTTPBench.next(order, after: report))
            #expect(again.verdict.outcome == .acceptedPending)
            #expect(try await bench.calls("p", "DELETE") == 2)
        }
    }

    // MARK: No answer

    @Test("With a key the same key goes again, and what was done is not called already absent")
    func withKey() async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{methods: [DELETE], sequence: [{close: before_answer, acts: true}]}")
            try await bench.put("p", "1", email: "ann@x.example")
            let keys = """
                  key_header: Idempotency-Key
                  erase:
                    calls: [{method: DELETE, path: "/users/{controller_customer_id}"}]
                    verify: {method: GET, path: "/users/{controller_customer_id}"}
                """
            let order = HTTPBench.order(try bench.system("p", keys), .act, .erase, [Self.one])
            let report = await bench.perform(order)
            #expect(report.verdict.outcome == .retry && report.verdict.mayHaveActed)
            let again = await bench.perform(HTTPBench.next(order, after: report))
            #expect(again.verdict.outcome == .done && again.findings.reason == "found_done")
            #expect(try await bench.calls("p", "DELETE") == 2)
            #expect(try await bench.count("p", "distinct_ids") == 1)
            #expect(try await bench.count("p", "duplicates") == 1)
            #expect(try await bench.count("p", "acted_again") == 0)
        }
    }

    @Test("Two identities that nobody looked up are two calls, each under a key of its own")
    func twoPeople() async throws {
        try await HTTPBench.run { bench in
            try await bench.put("p", "1", email: "ann@x.example")
            try await bench.put("p", "2", email: "ann@y.example")
            let keys = """
                  key_header: Idempotency-Key
                  erase:
                    calls: [{method: DELETE, path: "/users/{controller_customer_id}"}]
                    verify: {method: GET, path: "/users/{controller_customer_id}"}
                """
            let both = [Self.one, Identity(.controllerCustomerID, "2")]
            let order = HTTPBench.order(try bench.system("p", keys), .act, .erase, both)
            #expect(await bench.perform(order).verdict.outcome == .done)
            #expect(try await bench.count("p", "distinct_ids") == 2)
            #expect(try await bench.there("p", "users/1", "users/2") == [false, false])
        }
    }

    @Test("Without a key it is looked at first, and not repeated when it is done", arguments: [true, false])
    func withoutKey(_ acted: Bool) async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{methods: [DELETE], sequence: [{close: before_answer, acts: \(acted)}]}")
            try await bench.put("p", "1", email: "ann@x.example")
            let keys = """
                  erase:
                    calls: [{method: DELETE, path: "/users/{controller_customer_id}"}]
                    verify: {method: GET, path: "/users/{controller_customer_id}"}
                """
            let order = HTTPBench.order(try bench.system("p", keys), .act, .erase, [Self.one])
            let report = await bench.perform(order)
            #expect(report.verdict.outcome == .retry && report.verdict.mayHaveActed)
            let again = await bench.perform(HTTPBench.next(order, after: report))
            #expect(again.verdict.outcome == .done)
            #expect(again.findings.reason == (acted ? "found_done" : nil))
            #expect(try await bench.calls("p", "DELETE") == (acted ? 1 : 2))
            #expect(try await !bench.isThere("p", "users/1"))
        }
    }

    @Test("A search is such a look for an erasure; for a restriction the look itself is")
    func bySearch() async throws {
        try await HTTPBench.run { bench in
            let keys = """
                  erase:
                    lookup: {method: GET, path: "/users?email={email}", items: users, match: fields.email}
                    calls: [{method: DELETE, path: "/users/{id}"}]
                    verify: {method: GET, path: "/users?email={email}", items: users, match: fields.email}
                  restrict:
                    lookup: {method: GET, path: "/users?email={email}", items: users, match: fields.email}
                    calls: [{method: PATCH, path: "/users/{id}", body: {restricted: true}}]
                    verify: {method: GET, path: "/users/{id}", field: fields.restricted, words: {true: done}}
                """
            for (operation, method) in [(TargetOperation.restrict, "PATCH"), (.erase, "DELETE")] {
                let peer = "p-\(method)"
                try await bench.script(peer, "{methods: [\(method)], sequence: [{close: before_answer, acts: true}]}")
                try await bench.put(peer, "1", email: "ann@x.example")
                let order = HTTPBench.order(try bench.system(peer, keys), .act, operation, [Self.ann])
                let report = await bench.perform(order)
                #expect(report.verdict.mayHaveActed)
                // A worker that died has kept nothing.
                let again = await bench.perform(HTTPBench.next(order, after: nil))
                #expect(again.verdict.outcome == .done && again.findings.reason == "found_done")
                #expect(try await bench.calls(peer, method) == 1)
            }
        }
    }

    @Test(
        "Without a key not even the HTTP library repeats a call by itself; with one the repetition has the same key",
        arguments: [("", 1), ("  key_header: Idempotency-Key\n", 2)]
    )
    func keptConnection(_ header: String, _ calls: Int) async throws {
        try await HTTPBench.run { bench in
            try await bench.put("p", "1", email: "ann@x.example")
            try await bench.script("p", "{methods: [DELETE], close: before_answer}")
            let keys =
                header + """
                      erase:
                        lookup: {method: GET, path: "/users/{controller_customer_id}"}
                        calls: [{method: DELETE, path: "/users/{id}"}]
                    """
            // The search before it leaves a connection behind.
            let order = HTTPBench.order(try bench.system("p", keys), .act, .erase, [Self.one])
            #expect(await bench.perform(order).verdict.mayHaveActed)
            #expect(try await bench.calls("p", "DELETE") == calls)
            #expect(try await bench.count("p", "distinct_ids") == (header.isEmpty ? 0 : 1))
        }
    }

    @Test("A question that gets no answer has changed nothing; a call that hangs is given up in time")
    func silence() async throws {
        try await HTTPBench.run(timeout: .milliseconds(300)) { bench in
            try await bench.put("p", "1", email: "ann@x.example")
            try await bench.script("p", "{methods: [GET], hang: true}")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.one])
            #expect(await bench.perform(order).verdict == .retry("timeout", blamesTarget: true))
            try await bench.script("p", "{methods: [DELETE], hang: true}")
            #expect(
                await bench.perform(order).verdict == .retry("timeout", blamesTarget: true, mayHaveActed: true)
            )
        }
    }

    @Test("Many slow calls are no failure: each attempt gets further, until all are done")
    func slow() async throws {
        try await HTTPBench.run(timeout: .milliseconds(1_000)) { bench in
            for number in 1...6 { try await bench.put("p", "u\(number)", email: "ann@x.example") }
            try await bench.script("p", "{methods: [DELETE], delay: {ms: 450}}")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.ann])
            let first = await bench.connector.perform(order)
            #expect(first.verdict == .waiting(after: .zero))
            let report = await bench.perform(HTTPBench.next(order, after: first), attempts: 10)
            #expect(report.verdict.outcome == .done && report.findings.rows == 6)
            #expect(try await bench.calls("p", "DELETE") == 6)
            #expect(bench.connector.longestCall == .seconds(8))
        }
    }
}
