import Foundation
import Outbound
import TestKit
import Testing

@testable import Sandbox

struct RESTTests {
    private static let ada = #"{"name": "Ada", "mail": {"home": "a@example.com", "work": "b@example.com"}, "age": 36}"#

    @Test("A user is read, changed field by field, and deleted; what is not there is 404")
    func records() async throws {
        try await RunningSandbox.run { sandbox in
            let path = "/rest/acme/users/1"
            #expect(try await sandbox.call("GET", path).status == 404)
            #expect(try await sandbox.call("PUT", path, Self.ada).status == 204)
            #expect(try await sandbox.call("GET", path).json["fields"]?["age"] == .whole(36))
            let patched = try await sandbox.call("PATCH", path, #"{"mail": {"home": null}, "age": 37}"#)
            #expect(patched.status == 200)
            #expect(
                try patched.json["fields"]
                    == .object([
                        "name": .text("Ada"), "mail": .object(["work": .text("b@example.com")]), "age": .whole(37),
                    ])
            )
            #expect(try await sandbox.call("DELETE", path).status == 204)
            #expect(try await sandbox.call("DELETE", path).status == 404)
            #expect(try await sandbox.call("PATCH", path, "{}").status == 404)
            // Putting is the test's own hand: not counted.
            #expect(try await sandbox.report("acme")["calls"] == .whole(6))
            #expect(try await sandbox.call("PUT", path, "[1]").status == 400)
        }
    }

    @Test("A deletion in two steps is soft first, then for good")
    func twoSteps() async throws {
        try await RunningSandbox.run(script: "acme: {rest: {two_step: true}}") { sandbox in
            _ = try await sandbox.call("PUT", "/rest/acme/users/1", Self.ada)
            #expect(try await sandbox.call("DELETE", "/rest/acme/deleted_users/1").status == 404)
            let soft = try await sandbox.call("DELETE", "/rest/acme/users/1")
            #expect(soft.status == 200)
            #expect(soft.text == #"{"status":"soft_deleted"}"#)
            #expect(try await sandbox.call("GET", "/rest/acme/users/1").status == 404)
            #expect(try await sandbox.call("GET", "/rest/acme/deleted_users/1").status == 200)
            #expect(try await sandbox.call("DELETE", "/rest/acme/deleted_users/1").status == 204)
            #expect(try await sandbox.call("GET", "/rest/acme/deleted_users/1").status == 404)
        }
    }

    @Test("An asynchronous deletion names its job, and is done when the job is")
    func asynchronous() async throws {
        try await RunningSandbox.run(
            script: "slow: {rest: {asynchronous_ms: 600000}}\nquick: {rest: {asynchronous_ms: 20}}"
        ) { sandbox in
            for name in ["slow", "quick"] {
                _ = try await sandbox.call("PUT", "/rest/\(name)/users/1", Self.ada)
            }
            let slow = try await sandbox.call("DELETE", "/rest/slow/users/1")
            #expect(slow.status == 202)
            let url = try #require(slow.header("location"))
            #expect(try slow.json["job"]?["url"] == .text(url))
            #expect(try await sandbox.call("GET", url).json["job"]?["status"] == .text("working"))
            #expect(try await sandbox.call("GET", "/rest/slow/users/1").status == 200)

            let quick = try #require(try await sandbox.call("DELETE", "/rest/quick/users/1").header("location"))
            #expect(
                try await eventually {
                    try await sandbox.call("GET", quick).json["job"]?["status"] == .text("completed")
                }
            )
            #expect(try await sandbox.call("GET", "/rest/quick/users/1").status == 404)
            #expect(try await sandbox.call("GET", "/rest/quick/jobs/99").status == 404)
        }
    }

    @Test("In the grace period a user can still be read, and the period does not begin again")
    func grace() {
        var records = RESTRecords()
        var manner = Manner.REST()
        manner.graceMilliseconds = 10
        let hasRoom = records.put("1", .object([:]))
        let first = records.delete("1", manner, now: 1_000)
        let inside = records.get("1", now: 10_999)
        let again = records.delete("1", manner, now: 9_000)
        let after = records.get("1", now: 11_000)
        let late = records.delete("1", manner, now: 11_000)
        #expect(hasRoom)
        #expect(first == .grace(until: 11_000))
        #expect(inside?.until == 11_000)
        #expect(again == .grace(until: 11_000))
        #expect(after == nil)
        #expect(late == .absent)
    }

    @Test("A locked user is neither changed nor deleted, and can be read")
    func locked() async throws {
        try await RunningSandbox.run(script: "acme: {rest: {locked: true}}") { sandbox in
            _ = try await sandbox.call("PUT", "/rest/acme/users/1", Self.ada)
            #expect(try await sandbox.call("DELETE", "/rest/acme/users/1").status == 423)
            #expect(try await sandbox.call("PATCH", "/rest/acme/users/1", "{}").status == 423)
            #expect(try await sandbox.call("GET", "/rest/acme/users/1").status == 200)
        }
    }

    @Test("A scripted 429 deletes nothing; equal calls are known by their idempotency key")
    func busy() async throws {
        try await RunningSandbox.run(
            script: "acme: {methods: [DELETE], sequence: [{status: 429, retry_after: 1}]}"
        ) { sandbox in
            _ = try await sandbox.call("PUT", "/rest/acme/users/1", Self.ada)
            let key = [(name: "Idempotency-Key", value: "effect-1")]
            let busy = try await sandbox.call("DELETE", "/rest/acme/users/1", headers: key)
            #expect(busy.status == 429)
            #expect(busy.header("retry-after") == "1")
            #expect(try await sandbox.call("GET", "/rest/acme/users/1").status == 200)
            #expect(try await sandbox.call("DELETE", "/rest/acme/users/1", headers: key).status == 204)
            let report = try await sandbox.report("acme")
            #expect(report["distinct_ids"] == .whole(1))
            #expect(report["duplicates"] == .whole(1))
            #expect(report["acted_again"] == .whole(0))
        }
    }

    @Test("A search finds whoever has the text in that field, page by page, and nobody who is deleted")
    func search() async throws {
        try await RunningSandbox.run(script: "acme: {rest: {page_size: 2, two_step: true}}") { sandbox in
            for (id, mail) in [
                ("1", "ann@x.example"), ("2", "joann@x.example"), ("3", "ann@x.example"), ("4", "bo@x.example"),
            ] {
                _ = try await sandbox.call("PUT", "/rest/acme/users/\(id)", #"{"email": "\#(mail)"}"#)
            }
            let first = try await sandbox.call("GET", "/rest/acme/users?email=ANN%40x.example").json
            #expect(first["count"] == .whole(3))
            #expect(first["users"]?[0]?["id"] == .text("1") && first["users"]?[1]?["id"] == .text("2"))
            let next = try #require(first["next"]?.text)
            let second = try await sandbox.call("GET", next).json
            #expect(second["users"]?[0]?["fields"]?["email"] == .text("ann@x.example"))
            #expect(second["users"]?[1] == nil && second["next"] == nil)
            _ = try await sandbox.call("DELETE", "/rest/acme/users/1")
            #expect(try await sandbox.call("GET", "/rest/acme/users?email=ann@x").json["count"] == .whole(2))
            #expect(try await sandbox.call("GET", "/rest/acme/users").status == 400)
            #expect(try await sandbox.report("acme")["calls"] == .whole(5))
        }
    }

    @Test("A list of a user's is read page by page, by path, cursor and header, and goes with the user")
    func lists() async throws {
        try await RunningSandbox.run(script: "acme: {rest: {page_size: 2}}") { sandbox in
            _ = try await sandbox.call(
                "PUT",
                "/rest/acme/users/1",
                #"{"tickets": [{"n": 1}, "two", 3], "name": "Ada"}"#
            )
            let first = try await sandbox.call("GET", "/rest/acme/users/1/tickets")
            let page = try first.json
            #expect(page["records"] == .list([.object(["n": .whole(1)]), .text("two")]))
            #expect(page["count"] == .whole(3) && page["has_more"] == .flag(true))
            let next = try #require(page["next"]?.text)
            let cursor = try #require(page["cursor"]?.text)
            #expect(next == "/rest/acme/users/1/tickets?cursor=\(cursor)")
            #expect(first.header("link") == "<\(sandbox.base)\(next)>; rel=\"next\"")
            let second = try await sandbox.call("GET", next)
            let last = try second.json
            #expect(last["records"] == .list([.whole(3)]) && last["has_more"] == .flag(false))
            #expect(last["next"] == nil && last["cursor"] == nil && second.header("link") == nil)
            for path in ["users/1/orders", "users/1/name", "users/2/tickets"] {
                #expect(try await sandbox.call("GET", "/rest/acme/\(path)").status == 404)
            }
            _ = try await sandbox.call("DELETE", "/rest/acme/users/1")
            #expect(try await sandbox.call("GET", "/rest/acme/users/1/tickets").status == 404)
        }
    }

    @Test("A script can have a peer say that it has deleted, and keep the data")
    func liar() async throws {
        try await RunningSandbox.run(script: "acme: {methods: [DELETE], status: 204, acts: false}") { sandbox in
            _ = try await sandbox.call("PUT", "/rest/acme/users/1", Self.ada)
            #expect(try await sandbox.call("DELETE", "/rest/acme/users/1").status == 204)
            #expect(try await sandbox.call("GET", "/rest/acme/users/1").status == 200)
        }
    }
}
