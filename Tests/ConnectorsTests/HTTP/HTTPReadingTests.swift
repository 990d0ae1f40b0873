import Fleet
import Foundation
import Outbound
import Rights
import Testing

@testable import Connectors

@Suite("What a reply means")
struct HTTPReadingTests {
    private typealias Meaning = HTTPDescription.Meaning

    private static func read(
        _ status: Int,
        _ body: String = "",
        _ headers: [(name: String, value: String)] = [],
        as role: HTTPReading.Role = .call,
        _ change: (inout HTTPDescription.Call) -> Void = { _ in }
    ) throws -> HTTPReading {
        var call = HTTPDescription.Call("GET", try #require(HTTPTemplate("/x")))
        change(&call)
        let reply = HTTPReply(status: status, headers: headers, body: Array(body.utf8))
        return HTTPReading(reply, to: call, as: role, values: [.value: "Ann"], now: Date(timeIntervalSince1970: 0))
    }

    @Test(
        "by its status, where the description does not say",
        arguments: [
            (200, HTTPReading.Role.call, "done"), (204, .call, "done"), (202, .call, "pending"),
            (200, .lookup, "present"), (200, .poll, "present"), (202, .verify, "present"), (204, .cancel, "done"),
            (202, .cancel, "done"), (200, .alive, "done"),
            (404, .call, "absent"), (410, .verify, "absent"), (404, .lookup, "absent"), (404, .alive, "refused"),
            (200, .collect, "present"), (202, .collect, "present"), (404, .collect, "refused"),
            (410, .collect, "refused"),
            (301, .call, "retry"), (302, .verify, "retry"), (400, .call, "refused"), (401, .call, "retry"),
            (403, .verify, "retry"), (405, .call, "refused"), (408, .call, "retry"), (409, .call, "retry"),
            (422, .call, "refused"), (423, .call, "retry"), (425, .call, "retry"), (429, .call, "retry"),
            (451, .call, "refused"), (500, .call, "retry"), (503, .poll, "retry"),
        ]
    )
    func defaults(_ status: Int, _ role: HTTPReading.Role, _ wanted: String) throws {
        #expect(try Self.read(status, as: role).meaning.rawValue == wanted)
    }

    @Test(
        "and whom a failure is about: credentials, redirects and errors of the server's are the system's",
        arguments: [
            (401, true), (403, true), (302, true), (408, true), (500, true), (503, true), (409, false), (423, false),
            (425, false), (429, false),
        ]
    )
    func blame(_ status: Int, _ isBlamed: Bool) throws {
        let failure = try Self.read(status, "", [("Retry-After", "7")]).failure
        #expect(failure.outcome == .retry && failure.cause == "http_\(status)" && failure.status == status)
        #expect(failure.blamesTarget == isBlamed && failure.retryAfter == .seconds(7))
    }

    @Test("A refusal names the status; a pause is the peer's, or the description's, and a day at most")
    func failures() throws {
        let refusal = try Self.read(422).failure
        #expect(refusal.outcome == .refused && refusal.cause == "http_422")
        #expect(try Self.read(423) { $0.retryAfter = 30 }.pause == .seconds(30))
        #expect(try Self.read(423, "", [("retry-after", "5")]) { $0.retryAfter = 30 }.pause == .seconds(5))
        #expect(try Self.read(429, "", [("retry-after", "999999")]).pause == .seconds(86_400))
        let date = [(name: "retry-after", value: "Thu, 01 Jan 1970 00:01:00 GMT")]
        #expect(try Self.read(503, "", date).pause == .seconds(60))
    }

    @Test("What the description says of a status goes before, the status itself before its class")
    func statuses() throws {
        func read(_ status: Int) throws -> String {
            try Self.read(status) { call in
                call.statuses = [200: .pending, 404: .refused]
                call.statusClasses = [2: .absent, 4: .retry]
            }.meaning.rawValue
        }
        #expect(try [200, 204, 404, 400].map(read) == ["pending", "absent", "refused", "retry"])
    }

    @Test(
        "by a word of its body, wherever a status can be overruled",
        arguments: [
            (200, #"{"job": {"state": "ready"}}"#, HTTPReading.Role.poll, "done"),
            (200, #"{"job": {"state": "other"}}"#, .poll, "pending"),
            (200, #"{"job": {"state": null}}"#, .verify, "present"),
            (200, #"{"job": {"state": "other"}}"#, .call, "refused"),
            (200, "no JSON", .poll, "pending"),
            (200, #"{"job": [{"state": "x"}, {"state": "y"}]}"#, .call, "refused"),
            (200, #"{"job": {"state": true}}"#, .call, "absent"),
            (200, #"{"job": {"state": 12}}"#, .call, "pending"),
            (200, #"{"job": {"state": "Ann"}}"#, .verify, "done"),
            (400, #"{"job": {"state": "nobody"}}"#, .call, "absent"),
            (400, #"{"job": {"state": "other"}}"#, .call, "refused"),
            (401, #"{"job": {"state": "ready"}}"#, .call, "retry"),
            (500, #"{"job": {"state": "ready"}}"#, .call, "retry"),
            (302, #"{"job": {"state": "ready"}}"#, .call, "retry"),
        ]
    )
    func words(_ status: Int, _ body: String, _ role: HTTPReading.Role, _ wanted: String) throws {
        let words = try [
            ("ready", HTTPDescription.Meaning.done), ("true", .absent), ("12", .pending), ("{value}", .done),
            ("nobody", .absent),
        ].map { text, meaning in HTTPDescription.Word(try #require(HTTPTemplate(text)), meaning) }
        let field = try #require(HTTPTemplate("job.state"))
        let reading = try Self.read(status, body, as: role) { call in
            call.field = field
            call.words = words
        }
        #expect(reading.meaning.rawValue == wanted)
    }

    @Test("A word that is not listed is not taken for success")
    func unexpected() throws {
        let field = try #require(HTTPTemplate("a"))
        let reading = try Self.read(200, #"{"a": "b"}"#) { $0.field = field }
        #expect(reading.failure.cause == "unexpected_reply")
        #expect(try Self.read(200, #"{"a": "b"}"#) { ($0.field, $0.otherwise) = (field, .done) }.meaning == .done)
    }

    @Test("It gives the reference of a job and the date until which somebody can be restored")
    func references() throws {
        #expect(try Self.read(202, #"{"job": {"id": 12}}"#) { $0.reference = "job.id" }.reference == "12")
        let header = [(name: "Location", value: "/jobs/1")]
        #expect(try Self.read(202, "", header) { $0.referenceHeader = "location" }.reference == "/jobs/1")
        #expect(try Self.read(202, #"{"id": "a b"}"#) { $0.reference = "id" }.reference == nil)
        for (text, seconds) in [
            (#""2027-01-15T08:00:00Z""#, 1_800_000_000.0), ("1800000000", 1_800_000_000),
            ("1800000000500", 1_800_000_000.5),
        ] {
            let reading = try Self.read(200, #"{"until": \#(text)}"#) { $0.grace = "until" }
            #expect(reading.graceUntil == Date(timeIntervalSince1970: seconds))
        }
        // A day is over when it is over everywhere.
        let day = try Self.read(200, #"{"until": "2027-01-15"}"#) { $0.grace = "until" }
        #expect(day.graceUntil == EventTime.parse("2027-01-16T12:00:00Z") && day.isGraceReadable)
        // A date that cannot be read is no word that there is none.
        let soon = try Self.read(200, #"{"until": "soon"}"#) { $0.grace = "until" }
        #expect(soon.graceUntil == nil && !soon.isGraceReadable)
        #expect(try Self.read(200, "{}") { $0.grace = "until" }.isGraceReadable)
    }

    @Test(
        "Places lead through lists, to all or to one",
        arguments: [
            ("a.b", ["1", "2"]), ("a.1.b", ["2"]), ("a.9.b", []), ("c.d", ["x"]), ("c.e", []), ("a", []),
            ("f", ["0.5"]),
        ]
    )
    func places(_ place: String, _ wanted: [String]) {
        let text = #"{"a": [{"b": 1}, {"b": 2}], "c": {"d": "x"}, "f": 0.5}"#
        let (document, _) = JSONScanner.scan(Array(text.utf8), maximumDepth: 8)
        #expect(document.values(at: place).compactMap { document.text($0) } == wanted)
    }
}
