import Connectors
import Crypto
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Export

@Suite("A copy of everything, from the request to its end", .database)
struct ExportFlowTests {
    private static let ada = #"[{"type":"email","value":"ada@example.org"}]"#

    /// What Python's own reader finds in a bundle, as JSON.
    private static func read(_ zip: [UInt8], _ script: String) throws -> String {
        try Python.run(
            """
            import zipfile, io, json, sys, csv, hashlib
            zip = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
            assert zip.testzip() is None
            names = zip.namelist()
            def one(part): return next(zip.read(n) for n in names if part in n)
            \(script)
            """,
            input: Data(zip)
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("G1, N7: everything of the person's, and nothing of anybody else's, in one bundle that others' programs read")
    func whole() async throws {
        try await ExportFixture.with([ExportFixture.shop]) { fixture in
            try await fixture.fill(tickets: 50)
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.targets(id) == ["shop verified done"])
            let bytes = try await fixture.bundle(id)
            let export = try await fixture.export(id)
            #expect(export.bundle?.sha256 == SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined())
            #expect(export.bundle?.rows == 51 && export.bundle?.gaps == 0 && export.bundle?.bytes == bytes.count)
            let found = try Self.read(
                bytes,
                """
                customers = [json.loads(line) for line in one("customers.jsonl").splitlines()]
                tickets = [json.loads(line) for line in one("tickets.jsonl").splitlines()]
                rows = list(csv.reader(io.StringIO(one("tickets-").decode("utf-8-sig"))))
                print(len(customers), customers[0]["name"], customers[0]["password_hash"], customers[0]["since"])
                print(len(tickets), {t["customer"] for t in tickets}, tickets[0]["subject"], tickets[0]["tags"])
                print(len(rows), rows[0][:3], rows[1][2])
                """
            )
            #expect(
                found == """
                    1 Ada Lovelace [withheld] 2020-05-01T10:00:00+00:00
                    50 {1} =1+2 {'vip': True}
                    51 ['id', 'customer', 'subject'] '=1+2
                    """
            )
            // Of the store, nobody who has its files reads a word.
            for name in try await fixture.stored() {
                let file = try Data(contentsOf: URL(filePath: fixture.peers.folder).appending(path: name))
                #expect(file.range(of: Data("Ada Lovelace".utf8)) == nil)
            }
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("N7: rows come whole into the bundle wherever what they lie in is cut into frames")
    func frames() async throws {
        try await ExportFixture.with([ExportFixture.shop]) { fixture in
            // Some megabytes, of which a frame holds a small part.
            try await fixture.fill(tickets: 12_000)
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            let found = try Self.read(
                try await fixture.bundle(id),
                """
                tickets = [json.loads(line) for line in one("tickets.jsonl").splitlines()]
                rows = list(csv.reader(io.StringIO(one("tickets-").decode("utf-8-sig"))))
                print(len(tickets), all(t["body"].startswith(f"word {t['id']} ") for t in tickets), len(rows))
                """
            )
            #expect(found == "12000 True 12001")
        }
    }

    @Test(
        "K6, N2: the digest is in the evidence before anybody is told, and client and publisher are told where it lies"
    )
    func told() async throws {
        try await ExportFixture.with([ExportFixture.shop]) { fixture in
            try await fixture.fill(tickets: 3)
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            let facts = try await fixture.facts(id)
            let ready = try #require(facts.firstIndex(of: "export.ready"))
            let answered = try #require(facts.firstIndex(of: "case.fulfilled"), "\(facts)")
            #expect(ready < answered)
            let keys = try await fixture.text(
                "SELECT routing_key FROM habeas.outbox WHERE message_type = 'io.habeas.export.ready.v1' ORDER BY routing_key"
            )
            #expect(keys == ["client.acme.io.habeas.export.ready.v1", "publisher.desk.io.habeas.export.ready.v1"])
            let digest = try #require(try await fixture.export(id).bundle?.sha256)
            let told = try await fixture.text(
                """
                SELECT convert_from(body, 'UTF8') FROM habeas.outbox WHERE message_type = 'io.habeas.export.ready.v1'
                """
            )
            #expect(told.allSatisfy { $0.contains(digest) && !$0.contains("ada@") })
        }
    }

    @Test(
        "N7: in however many slices it is collected, the rows are those of the database, byte for byte and in the same order",
        arguments: [Duration.seconds(30), .zero]
    )
    func slices(_ slice: Duration) async throws {
        try await ExportFixture.with([ExportFixture.shop], slice: slice) { fixture in
            try await fixture.fill(tickets: 400)
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            let pieces = try await fixture.count("SELECT count(*)::int4 FROM habeas.export_piece")
            #expect(slice == .zero ? pieces > 3 : pieces == 2)
            let rows = try await fixture.text(
                """
                SELECT string_agg(row_to_json(t)::text || E'\\n', '' ORDER BY id) FROM shop.tickets t WHERE customer = 1
                """
            )
            let digest = SHA256.hash(data: Data(rows.joined().utf8)).map { String(format: "%02x", $0) }.joined()
            let found = try Self.read(
                try await fixture.bundle(id),
                "print(hashlib.sha256(one('tickets.jsonl')).hexdigest())"
            )
            #expect(found == digest)
        }
    }

    @Test("K6: a system that fails is named in the bundle with its reason, and the answer is in part")
    func gap() async throws {
        let vendor = """
            id: vendor
            title: Mail vendor
            kind: subprocessor
            service: mail
            categories: [customers]
            purposes: [support]
            region: DE
            agreed_on: 2026-01-01
            connector: {kind: opendsr, url: "https://dsr.vendor.example/v2"}
            """
        try await ExportFixture.with([ExportFixture.shop, vendor]) { fixture in
            fixture.peers.peers.say("vendor", .act) { _ in .init(.refused("no_format")) }
            try await fixture.fill(tickets: 1)
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            // Nobody is left out without a person's word.
            #expect(try await fixture.state(id) == "in_progress")
            #expect(try await fixture.reviews(id) == ["target_stuck open"])
            try await fixture.say("denied", .targetStuck, of: id)
            #expect(try await fixture.state(id) == "partly_fulfilled")
            #expect(try await fixture.export(id).bundle?.gaps == 1)
            let page = try Self.read(
                try await fixture.bundle(id),
                "print('Mail vendor' in one('index.html').decode(), json.loads(one('/manifest.json'))['gaps'][0]['reason'])"
            )
            #expect(page == "True refused")
        }
    }

    @Test("A2, K19: when its time is over the key is destroyed, then the files go; the pieces went when it was made")
    func expiry() async throws {
        try await ExportFixture.with([ExportFixture.shop]) { fixture in
            try await fixture.fill(tickets: 2)
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            let ready = try await fixture.export(id)
            #expect(try await fixture.stored() == [try #require(ready.bundle?.object)])
            try await fixture.goAhead(days: 31)
            let over = try await fixture.export(id)
            #expect(over.state == .expired && over.key == nil && over.deletedAt != nil)
            #expect(try await fixture.stored().isEmpty)
            let facts = try await fixture.facts(id)
            let expired = try #require(facts.firstIndex(of: "export.expired"))
            let deleted = try #require(facts.firstIndex(of: "export.deleted"), "\(facts)")
            #expect(expired < deleted)
        }
    }

    @Test("N3: a request that is withdrawn leaves nothing in the store")
    func withdrawn() async throws {
        try await ExportFixture.with([ExportFixture.shop]) { fixture in
            try await fixture.fill(tickets: 2)
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle(performing: false)
            try await fixture.apply(.withdrawn, to: id)
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "withdrawn")
            #expect(try await fixture.export(id).state == .expired)
            #expect(try await fixture.stored().isEmpty)
        }
    }
}
