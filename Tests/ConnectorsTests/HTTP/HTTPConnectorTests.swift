import Fleet
import Foundation
import Outbound
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("The http connector at a peer")
struct HTTPConnectorTests {
    private static let ann = Identity(.email, "ann@x.example")
    private static let one = Identity(.controllerCustomerID, "1")

    @Test("G12: a deletion is done, and verified by looking again")
    func erase() async throws {
        try await HTTPBench.run { bench in
            try await bench.put("p", "1", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.one])
            let done = await bench.perform(order)
            #expect(done.verdict == .done(status: 204))
            #expect(done.findings.rows == 1 && done.findings.level == nil)
            #expect(done.findings.digest?.count == 64)
            #expect(try await !bench.isThere("p", "users/1"))
            let seen = await bench.verify(order, after: done)
            #expect(seen.verdict.isDone && seen.findings.stillThere == 0 && seen.findings.level == .probe)
        }
    }

    @Test("G12: a peer that answers 200 and keeps the data is caught")
    func liar() async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{methods: [DELETE], status: 200, acts: false}")
            try await bench.put("p", "1", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.one])
            let done = await bench.perform(order)
            #expect(done.verdict.outcome == .done && done.findings.level == nil)
            let seen = await bench.verify(order, after: done)
            #expect(seen.verdict.isDone && seen.findings.level == .probe)
            #expect(seen.findings.stillThere == 1)
        }
    }

    @Test("Whoever is not there is already absent, by every identity that the system finds people by")
    func absent() async throws {
        try await HTTPBench.run { bench in
            try await bench.put("p", "2", email: "joann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.one, Self.ann])
            let report = await bench.perform(order)
            #expect(report.verdict.outcome == .alreadyAbsent)
            #expect(try await bench.calls("p", "GET") == 2)
            #expect(try await bench.calls("p", "DELETE") == 0)
            #expect(await bench.verify(order, after: report).findings.stillThere == 0)
        }
    }

    @Test("Where the first identity finds nobody the next one does: every account of theirs, and nobody else's")
    func second() async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{rest: {page_size: 1}}")
            for (id, mail) in [("a", "ANN@x.example"), ("b", "joann@x.example"), ("c", "ann@x.example")] {
                try await bench.put("p", id, email: mail)
            }
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.one, Self.ann])
            let report = await bench.perform(order)
            #expect(report.verdict.outcome == .done && report.findings.rows == 2)
            #expect(try await bench.there("p", "users/a", "users/c") == [false, false])
            #expect(try await bench.isThere("p", "users/b"))
            #expect(await bench.verify(order, after: report).findings.stillThere == 0)
        }
    }

    @Test("A look finds an account that acting has not, be it by another identity")
    func returned() async throws {
        try await HTTPBench.run { bench in
            try await bench.put("p", "1", email: "other@x.example")
            try await bench.put("p", "2", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.one, Self.ann])
            let report = await bench.perform(order)
            #expect(report.findings.rows == 1)
            #expect((await bench.verify(order, after: report).findings.stillThere ?? 0) > 0)
        }
    }

    @Test("A job is accepted, asked about, and over when it says so")
    func job() async throws {
        let customer = Identity(.controllerCustomerID, "cust")
        try await HTTPBench.run { bench in
            try await bench.script("p", "{rest: {asynchronous_ms: 600000}}")
            try await bench.put("p", "cust", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [customer])
            let taken = await bench.perform(order)
            #expect(taken.verdict.outcome == .acceptedPending && taken.verdict.status == 202)
            #expect(taken.findings.reference == "\(bench.base)/rest/p/jobs/1")
            let poll = HTTPBench.next(order, after: taken, .poll)
            let waits = await bench.connector.perform(poll)
            #expect(waits.verdict == .waiting(after: .seconds(1), status: 200))
            #expect((await bench.verify(order, after: taken)).findings.stillThere == 1)

            try await bench.script("q", "{rest: {asynchronous_ms: 20}}")
            try await bench.put("q", "cust", email: "ann@x.example")
            let quick = HTTPBench.order(try bench.shipped("sandbox.yaml", "q"), .act, .erase, [customer])
            let begun = await bench.perform(quick)
            #expect(begun.verdict.outcome == .acceptedPending)
            let question = HTTPBench.next(quick, after: begun, .poll)
            #expect(await eventually { await bench.connector.perform(question).verdict.outcome == .done })
            #expect(await bench.verify(quick, after: begun).findings.stillThere == 0)
        }
    }

    @Test("A date until which somebody can be restored is waited for")
    func grace() async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{rest: {grace_ms: 600000}}")
            try await bench.put("p", "1", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.one])
            let report = await bench.perform(order)
            #expect(report.verdict == .done(status: 202))
            let until = try #require(report.findings.verifyAfter)
            #expect(until.timeIntervalSinceNow > 500 && until.timeIntervalSinceNow < 700)
        }
    }

    @Test("What nobody can be asked about is looked at after a while")
    func unasked() async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{methods: [DELETE], status: 202, acts: false}")
            let keys = "  poll_every: 90\n  erase: {calls: [{method: DELETE, path: '/users/{email}'}]}"
            let order = HTTPBench.order(try bench.system("p", keys), .act, .erase, [Self.ann])
            let report = await bench.perform(order)
            #expect(report.verdict == .done(status: 202))
            #expect(report.findings.verifyAfter == order.now.addingTimeInterval(90))
        }
    }

    @Test("One that is locked is tried again when the peer says, and nothing has changed", arguments: [423, 429, 409])
    func busy(_ status: Int) async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{methods: [DELETE], sequence: [{status: \(status), retry_after: 7}]}")
            try await bench.put("p", "1", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.one])
            let report = await bench.perform(order)
            #expect(
                report.verdict
                    == .retry("http_\(status)", status: status, after: .seconds(7), blamesTarget: false)
            )
            #expect(try await bench.isThere("p", "users/1"))
            let again = await bench.perform(HTTPBench.next(order, after: report))
            #expect(again.verdict.outcome == .done)
            #expect(try await !bench.isThere("p", "users/1"))
        }
    }

    @Test("Of several accounts one may be locked or undeletable without holding the others up")
    func mixed() async throws {
        try await HTTPBench.run { bench in
            for (peer, status) in [("p", 423), ("q", 422)] {
                try await bench.script(peer, "{methods: [DELETE], sequence: [{status: \(status)}]}")
                try await bench.put(peer, "a", email: "ann@x.example")
                try await bench.put(peer, "b", email: "ann@x.example")
            }
            let locked = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.ann])
            let report = await bench.perform(locked)
            #expect(report.verdict.cause == "http_423")
            #expect(try await bench.there("p", "users/a", "users/b") == [true, false])
            let again = await bench.perform(HTTPBench.next(locked, after: report))
            #expect(again.verdict.outcome == .done && again.findings.rows == 2)
            #expect(try await bench.calls("p", "DELETE") == 3)

            let refused = await bench.perform(
                HTTPBench.order(try bench.shipped("sandbox.yaml", "q"), .act, .erase, [Self.ann])
            )
            #expect(refused.verdict == .refused("http_422", status: 422))
            #expect(try await bench.there("q", "users/a", "users/b") == [true, false])
        }
    }

    @Test("A redirect is a failure, and followed nowhere")
    func redirect() async throws {
        try await HTTPBench.run { bench in
            try await bench.script("p", "{methods: [DELETE], status: 302, location: /rest/other/users/1}")
            try await bench.put("p", "1", email: "ann@x.example")
            try await bench.put("other", "1", email: "ann@x.example")
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.one])
            let report = await bench.perform(order)
            #expect(report.verdict == .retry("http_302", status: 302, blamesTarget: true))
            #expect(try await bench.count("other", "calls") == 0)
        }
    }

    @Test("Corrections, restrictions and objections are made and read again")
    func changes() async throws {
        try await HTTPBench.run { bench in
            try await bench.put("p", "1", email: "ann@x.example")
            let system = try bench.shipped("sandbox.yaml", "p")
            let corrections = [
                Correction(field: "name", value: "Änn \"X\""), Correction(field: "phone", value: "+1\n2"),
            ]
            let orders = [
                HTTPBench.order(system, .act, .rectify, [Self.one], corrections: corrections),
                HTTPBench.order(system, .act, .restrict, [Self.one]),
                HTTPBench.order(system, .act, .suppress, [Self.one], suppresses: ["marketing", "profiling"]),
            ]
            for order in orders {
                let before = await bench.verify(order, after: nil)
                #expect((before.findings.stillThere ?? 0) > 0, "\(order.operation)")
                let report = await bench.perform(order)
                #expect(report.verdict.outcome == .done, "\(order.operation) \(report.verdict)")
                #expect(await bench.verify(order, after: report).findings.stillThere == 0, "\(order.operation)")
            }
            let lift = HTTPBench.order(system, .act, .unrestrict, [Self.one])
            #expect(await bench.verify(lift, after: nil).findings.stillThere == 1)
            let lifted = await bench.perform(lift)
            #expect(await bench.verify(lift, after: lifted).findings.stillThere == 0)
            let stranger = [Correction(field: "is_admin", value: "true")]
            let refused = await bench.perform(
                HTTPBench.order(system, .act, .rectify, [Self.one], corrections: stranger)
            )
            #expect(refused.verdict == .refused("field_not_listed"))
        }
    }

    @Test("K11: what is kept is neither deleted nor looked for; where no call is about it nothing is deleted at all")
    func keeps() async throws {
        try await HTTPBench.run { bench in
            try await bench.put("p", "1", email: "ann@x.example")
            try await bench.put("p", "1-invoices", email: "ann@x.example")
            let system = try bench.system(
                "p",
                """
                  erase:
                    calls:
                      - {method: DELETE, path: "/users/{controller_customer_id}"}
                      - {method: DELETE, path: "/users/{controller_customer_id}-invoices", category: invoices}
                    verify:
                      - {method: GET, path: "/users/{controller_customer_id}"}
                      - {method: GET, path: "/users/{controller_customer_id}-invoices", category: invoices}
                """
            )
            let order = HTTPBench.order(system, .act, .erase, [Self.one], keeps: ["invoices"])
            let report = await bench.perform(order)
            #expect(report.verdict.outcome == .done)
            #expect(try await bench.there("p", "users/1-invoices", "users/1") == [true, false])
            #expect(await bench.verify(order, after: report).findings.stillThere == 0)
            let whole = HTTPBench.order(system, .verify, .erase, [Self.one])
            #expect(await bench.perform(whole).findings.stillThere == 1)
            let other = HTTPBench.order(system, .act, .erase, [Self.one], keeps: ["letters"])
            #expect(await bench.perform(other).verdict == .refused("keeps_not_described"))
            // Each of what is kept has to be described, not some of it.
            let both = HTTPBench.order(system, .act, .erase, [Self.one], keeps: ["invoices", "letters"])
            #expect(await bench.perform(both).verdict == .refused("keeps_not_described"))
            // At the end of the exception only that goes: who has come back since stays.
            try await bench.put("p", "1", email: "ann@x.example")
            let rest = HTTPBench.order(system, .act, .erase, [Self.one], ends: ["invoices"])
            #expect(await bench.perform(rest).verdict.outcome == .done)
            #expect(try await bench.there("p", "users/1-invoices", "users/1") == [false, true])
        }
    }

    @Test(
        "A search that finds what it should not deletes nobody",
        arguments: [
            (#"{"users": []}"#, "", "already_absent"),
            (#"{"users": null}"#, "", "already_absent"),
            (#"{"people": []}"#, "bad_reply", "retry"),
            (#"{"users": {}}"#, "bad_reply", "retry"),
            ("not JSON", "bad_reply", "retry"),
            (#"{"users": [{"mail": "joann@x.example", "id": 1}]}"#, "", "already_absent"),
            (#"{"users": [{"mail": "ann@x.example"}]}"#, "bad_reply", "retry"),
            (#"{"users": [{"mail": "ann@x.example", "id": ".."}]}"#, "unsafe_value", "refused"),
            (
                #"{"users": [{"mail": "ann@x.example", "id": 1}], "next": "https://evil.example/"}"#, "foreign_address",
                "refused"
            ),
            (#"{"users": [], "next": "/rest/p/users?q=1"}"#, "too_many_pages", "refused"),
        ]
    )
    func search(_ body: String, _ cause: String, _ outcome: String) async throws {
        try await HTTPBench.run { bench in
            let words = body.replacing(#"""#, with: #"\""#)
            try await bench.script("p", #"{"methods": ["GET"], "status": 200, "body": "\#(words)"}"#)
            let system = try bench.system(
                "p",
                """
                  erase:
                    lookup: {method: GET, path: "/users?email={email}", items: users, match: mail, next: next}
                    calls: [{method: DELETE, path: "/users/{id}"}]
                """
            )
            let report = await bench.perform(HTTPBench.order(system, .act, .erase, [Self.ann]))
            #expect(report.verdict.cause == cause && report.verdict.outcome.rawValue == outcome)
            #expect(try await bench.calls("p", "DELETE") == 0)
        }
    }

    @Test("More accounts than one person can have are somebody else's")
    func many() async throws {
        try await HTTPBench.run { bench in
            for number in 0...HTTPSearch.accountLimit {
                try await bench.put("p", "u\(number)", email: "ann@x.example")
            }
            let order = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .act, .erase, [Self.ann])
            #expect(await bench.perform(order).verdict == .refused("too_many_found"))
            #expect(try await bench.calls("p", "DELETE") == 0)
        }
    }

    @Test("A 404 is not believed while the API itself is not there")
    func alive() async throws {
        try await HTTPBench.run { bench in
            func system(_ path: String) throws -> DataSystem {
                try bench.system(
                    "p",
                    """
                      alive: {method: GET, path: \(path)}
                      erase:
                        calls: [{method: DELETE, path: "/persons/{email}"}]
                        verify: {method: GET, path: "/persons/{email}"}
                    """
                )
            }
            try await bench.put("p", "me", email: "me@x.example")
            let wrong = HTTPBench.order(try system("/nothing"), .act, .erase, [Self.ann])
            #expect(await bench.perform(wrong).verdict == .retry("not_alive", status: 404, blamesTarget: true))
            #expect(await bench.verify(wrong, after: nil).verdict.cause == "not_alive")
            let right = HTTPBench.order(try system("/users/me"), .act, .erase, [Self.ann])
            #expect(await bench.perform(right).verdict.outcome == .alreadyAbsent)
            #expect(await bench.verify(right, after: nil).findings.stillThere == 0)
        }
    }

    @Test("What was accepted is taken back where that is described")
    func cancel() async throws {
        try await HTTPBench.run { bench in
            let system = try bench.system(
                "p",
                """
                  erase:
                    calls: [{method: DELETE, path: "/users/{email}", reference: job.id}]
                    cancel: {method: DELETE, path: "/users/{reference}"}
                """
            )
            try await bench.put("p", "job-1", email: "x@x.example")
            let order = HTTPBench.order(system, .cancel, .erase, [Self.ann], reference: "job-1")
            #expect(await bench.perform(order).verdict.outcome == .done)
            #expect(try await !bench.isThere("p", "users/job-1"))
            let never = HTTPBench.order(try bench.shipped("sandbox.yaml", "p"), .cancel, .erase, [Self.one])
            #expect(await bench.perform(never).verdict == .refused("no_cancel"))
        }
    }

    @Test("A client's whole data go by the name that the peer has for it")
    func tenant() async throws {
        try await HTTPBench.run { bench in
            try await bench.put("p", "tenant-77", email: "x@x.example")
            let system = try bench.system(
                "p",
                """
                  clients: {acme: "77"}
                  erase_tenant:
                    calls: [{method: DELETE, path: "/users/tenant-{client}"}]
                    verify: {method: GET, path: "/users/tenant-{client}"}
                """
            )
            let client = Client(id: "acme", names: [], place: .unknown, isSuspended: false, hasBAA: false)
            let order = HTTPBench.order(system, .act, .eraseTenant, client: client)
            #expect(await bench.verify(order, after: nil).findings.stillThere == 1)
            let report = await bench.perform(order)
            #expect(report.verdict.outcome == .done)
            #expect(await bench.verify(order, after: report).findings.stillThere == 0)
            #expect(
                await bench.perform(HTTPBench.order(system, .act, .erase, [Self.ann])).verdict
                    == .refused("not_described")
            )
        }
    }
}
