import Connectors
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Export

@Suite("A copy of what an own app holds, from its answer into the bundle", .database)
struct AppExportTests {
    private static let ada = #"[{"type":"email","value":"ada@example.org"}]"#
    private static let key = SealedReceiver().publicJWK

    private static var crm: String {
        """
        id: crm
        title: Our CRM
        kind: own
        internal: true
        categories: [contacts]
        purposes: [support]
        region: DE
        connector: {kind: amqp, public_key: '\(key)', operations: [collect], publishers: [desk]}
        """
    }

    /// A case whose app has been asked and has not answered yet.
    private static func with(_ body: (ExportFixture, UUID, UUID) async throws -> Void) async throws {
        try await ExportFixture.with([ExportFixture.shop, crm]) { fixture in
            fixture.peers.peers.say("crm", .act) { _ in ScriptedPeers.accepted("asked") }
            try await fixture.fill(tickets: 2)
            let id = try await fixture.ask("access", identities: ada)
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["shop verified done", "crm pending accepted_pending"])
            let task = try await fixture.ids(
                "SELECT id FROM habeas.fan_out WHERE case_id = \(id) AND system_id = 'crm'"
            )
            try await body(fixture, id, try #require(task.first))
        }
    }

    private static func completed(_ task: UUID, _ more: String = "", outcome: String = "done") -> String {
        #"{"task":"\#(task)","outcome":"\#(outcome)","at":"\#(EventTime.text(Date(timeIntervalSinceNow: -5)))"\#(more)}"#
    }

    private static func files(_ zip: [UInt8]) throws -> String {
        try Python.run(
            """
            import zipfile, io, json, sys
            zip = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
            assert zip.testzip() is None
            names = zip.namelist()
            told = json.loads(next(zip.read(n) for n in names if n.endswith("/manifest.json")))
            for file in told["files"]: print(file["original_name"], zip.read("export/" + file["name"]).decode())
            print([(gap["system"], gap["reason"]) for gap in told["gaps"]])
            """,
            input: Data(zip)
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Everything that anybody reads who has the database and no key.
    private static func plain(_ fixture: ExportFixture) async throws -> String {
        let tables: [SQL] = [
            "SELECT x::text FROM habeas.task_answer x", "SELECT x::text FROM habeas.fan_out x",
            "SELECT x::text FROM habeas.effect x", "SELECT x::text FROM habeas.effect_attempt x",
            "SELECT x::text FROM habeas.evidence x", "SELECT x::text FROM habeas.export_piece x",
            "SELECT convert_from(body, 'UTF8') FROM habeas.outbox",
            "SELECT x::text || encode(payload, 'escape') FROM habeas.event_secret x",
        ]
        var all = ""
        for table in tables { all += try await fixture.text(table).joined(separator: "\n") }
        return all
    }

    @Test("G1, K19: what it seals for us is in the bundle, and in the clear nowhere else")
    func sealed() async throws {
        try await Self.with { fixture, id, task in
            let words = #"[{"name":"Ada Canary"},{"name":"Countess Canary"}]"#
            let sealed = try #require(fixture.ring.intake).receiver.seal(Array(words.utf8))
            try await fixture.publish(
                "task.completed",
                Self.completed(task, #","rows":2,"results":"\#(sealed)""#)
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.targets(id) == ["shop verified done", "crm verified done"])
            let found = try Self.files(try await fixture.bundle(id))
            #expect(found.contains(words) && found.hasSuffix("[]") && found.contains("results.json"))
            let plain = try await Self.plain(fixture)
            #expect(!plain.contains("Canary") && !plain.contains(sealed))
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "G1, N3: a file that it names is fetched into the bundle, however often its worker dies, and its address is told nobody"
    )
    func reference() async throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        try await Self.with { fixture, id, task in
            // Nothing is there yet.
            let gone = "\(server.base)/silent-canary"
            try await fixture.publish("task.completed", Self.completed(task, #","rows":1,"results":"\#(gone)""#))
            try await fixture.settle()
            #expect(try await fixture.targets(id).last == "crm pending accepted_pending")
            #expect(
                try await fixture.text("SELECT state FROM habeas.effect WHERE kind = 'target.look'") == ["retrying"]
            )
            try await fixture.publish(
                "task.completed",
                Self.completed(task, #","rows":1,"results":"\#(server.base)/echo?canary""#)
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            let found = try Self.files(try await fixture.bundle(id))
            #expect(found.contains("GET /echo?canary") && found.hasSuffix("[]"))
            let plain = try await Self.plain(fixture)
            #expect(!plain.contains("canary"))
            // What the first answer named is asked for no more.
            try await fixture.settle()
            #expect(server.requests.count == 2)
        }
    }

    @Test(
        "N4: rows without results are a gap with their reason, by a person's word, and never a bundle that looks whole"
    )
    func missing() async throws {
        try await Self.with { fixture, id, task in
            try await fixture.publish("task.completed", Self.completed(task, #","rows":3"#))
            try await fixture.settle()
            #expect(try await fixture.targets(id).last == "crm stuck failed results_missing")
            #expect(try await fixture.reviews(id) == ["target_stuck open"])
            try await fixture.say("denied", .targetStuck, of: id)
            #expect(try await fixture.state(id) == "partly_fulfilled")
            #expect(try await fixture.export(id).bundle?.gaps == 1)
            #expect(try Self.files(try await fixture.bundle(id)) == "[('crm', 'results_missing')]")
        }
    }

    @Test("N4: a file that is empty where something was found is fetched again, and keeps the bundle back")
    func short() async throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        try await Self.with { fixture, id, task in
            try await fixture.publish(
                "task.completed",
                Self.completed(task, #","rows":1,"results":"\#(server.base)/big?0""#)
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "in_progress")
            #expect(
                try await fixture.text("SELECT state || ' ' || cause FROM habeas.effect WHERE kind = 'target.look'")
                    == ["retrying results_short"]
            )
        }
    }

    @Test(
        "An app that has found nothing holds nothing, and a person who hands its part over by hand is named",
        arguments: [true, false]
    )
    func others(_ isNothing: Bool) async throws {
        try await Self.with { fixture, id, task in
            if isNothing {
                try await fixture.publish("task.completed", Self.completed(task, outcome: "already_absent"))
                try await fixture.settle()
            } else {
                try await fixture.answer(TaskAnswer(.person, .done, at: Date(), rows: 2), at: "crm", of: id)
            }
            #expect(try await fixture.state(id) == "fulfilled")
            let gaps = try Self.files(try await fixture.bundle(id))
            #expect(gaps == (isNothing ? "[]" : "[('crm', 'handed_over_separately')]"))
        }
    }
}
