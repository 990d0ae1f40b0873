import Fleet
import Foundation
import Postgres
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("The end of a contract in an own database", .database)
struct PostgresTenantTests {
    private typealias Fixture = PostgresFixture

    /// 900 accounts of three clients with what hangs on them.
    private static let rows = """
        INSERT INTO account (id, client, email)
          SELECT md5(n::text)::uuid, (ARRAY['ACME', 'beta', 'gamma'])[n % 3 + 1], 'p' || n || '@example.com' FROM generate_series(1, 900) n;
        INSERT INTO address (account, street) SELECT id, 's' FROM account;
        INSERT INTO room (address, label) SELECT id, 'r' FROM address, generate_series(1, 3);
        INSERT INTO invoice (number, account, amount) SELECT 'I-' || id, id, 1 FROM account WHERE email LIKE 'p_0@%' OR email LIKE 'p__0@%';
        INSERT INTO survey (client, id, email) SELECT client, row_number() OVER (), email FROM account;
        """

    private static let others = """
        SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
          SELECT a::text AS line FROM account a WHERE client <> 'ACME' UNION ALL
          SELECT d::text FROM address d JOIN account a ON a.id = d.account WHERE a.client <> 'ACME' UNION ALL
          SELECT r::text FROM room r JOIN address d ON d.id = r.address JOIN account a ON a.id = d.account WHERE a.client <> 'ACME' UNION ALL
          SELECT i::text FROM invoice i JOIN account a ON a.id = i.account WHERE a.client <> 'ACME' UNION ALL
          SELECT s::text FROM survey s WHERE client <> 'ACME') x
        """

    /// Asks again until nothing is waiting any more.
    private static func finish(_ connector: PostgresConnector, _ order: TargetOrder) async throws -> TargetReport {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let report = await connector.perform(order)
            guard report.verdict.outcome == .waiting || report.verdict.outcome == .retry else { return report }
            try #require(ContinuousClock.now < deadline, "it does not end: \(report.verdict.cause)")
        }
    }

    @Test("K8: everything of the client goes, by exact count, and nothing of anybody else")
    func everything() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.rows)
        let before = try await fixture.text(Self.others)
        let invoices = try await fixture.number(
            "SELECT count(*) FROM invoice i JOIN account a ON a.id = i.account WHERE client = 'ACME'"
        )
        let key = UUID()
        let first = await fixture.connector.perform(fixture.order(.eraseTenant, .verify, of: []))
        #expect(first.findings.stillThere == 300 + 300 + 900 + 300 + invoices)
        let report = try await Self.finish(fixture.connector, fixture.order(.eraseTenant, key: key, of: []))
        #expect(report.verdict == .done())
        for (table, rows) in [("public.account", 300), ("address", 300), ("room", 900), ("survey", 300)] {
            #expect(report.findings.rows(table, "deleted") == rows)
        }
        #expect(report.findings.rows("invoice", "deleted") == invoices)
        #expect(report.findings.done == report.findings.total)
        #expect(try await fixture.text(Self.others) == before)
        let look = await fixture.connector.perform(fixture.order(.eraseTenant, .verify, of: []))
        #expect(look.findings.stillThere == 0)
        #expect(look.findings.level == .reRead)
        #expect(try await fixture.number("SELECT count(*) FROM habeas_progress WHERE place IS NOT NULL") == 0)
        // Asked once more under the same key.
        let again = await fixture.again().perform(fixture.order(.eraseTenant, key: key, of: []))
        #expect(again.findings == report.findings)
        await fixture.connector.close()
    }

    @Test("K8: slices tell how far it has come, and a worker that is cut off at any moment counts nothing twice")
    func resumes() async throws {
        let fixture = try await Fixture(slice: .milliseconds(5))
        try await fixture.run(Self.rows)
        let order = fixture.order(.eraseTenant, of: [])
        let slow = await fixture.connector.perform(order)
        #expect(slow.verdict.outcome == .waiting)
        #expect(slow.findings.checkpoint != nil)
        let total = try #require(slow.findings.total)
        #expect((slow.findings.done ?? 0) < total)
        let counted = "SELECT sum(rows) FROM habeas_progress"
        for _ in 0..<5 {
            let before = try await fixture.number(counted)
            let connector = fixture.again()
            let cut = Task { await connector.perform(order) }
            let deadline = ContinuousClock.now + .seconds(30)
            while before < total, try await fixture.number(counted) == before {
                try #require(ContinuousClock.now < deadline)
            }
            cut.cancel()
            let report = await cut.value
            // Cut off in the middle of its work, unless it was faster.
            #expect(report.verdict.isDone || report.verdict.cause == AttemptVerdict.notBegun)
            await connector.close()
        }
        let report = try await Self.finish(fixture.again(), order)
        #expect(report.findings.rows == total)
        #expect(report.findings.done == total)
        #expect(try await fixture.number("SELECT count(*) FROM account WHERE client = 'ACME'") == 0)
        await fixture.connector.close()
    }

    @Test(
        "K8, K11: what was kept of a client that has come back since goes without its new rows, or by a person's hand"
    )
    func rest() async throws {
        let plain = PostgresFixture.yaml.replacingOccurrences(
            of: "match: {email: email, phone: phone}",
            with: "category: profile\n      match: {email: email, phone: phone}"
        )
        .replacingOccurrences(of: "table: account", with: "table: public.account")
        let fixture = try await Fixture(yaml: plain)
        try await fixture.run(Self.rows)
        let report = try await Self.finish(fixture.connector, fixture.order(.eraseTenant, of: [], ends: ["profile"]))
        #expect(report.findings.rows == 300 && report.findings.rows("survey", "deleted") == 300)
        #expect(try await fixture.number("SELECT count(*) FROM account WHERE client = 'ACME'") == 300)
        let invoices = await fixture.connector.perform(fixture.order(.eraseTenant, of: [], ends: ["invoices"]))
        #expect(invoices.verdict == .refused("rest_by_person"))
        await fixture.connector.close()
    }

    @Test("two workers at once count every row once")
    func together() async throws {
        let fixture = try await Fixture(slice: .milliseconds(50))
        try await fixture.run(Self.rows)
        let order = fixture.order(.eraseTenant, of: [])
        let other = fixture.again(slice: .milliseconds(50))
        async let first = Self.finish(fixture.connector, order)
        async let second = Self.finish(other, order)
        let reports = try await [first, second]
        let total = try #require(reports[0].findings.total)
        for report in reports { #expect(report.findings.rows == total) }
        await fixture.connector.close()
        await other.close()
    }

    @Test("K11: what is kept of the client stays, with what it is found through")
    func kept() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.rows)
        let invoices = try await fixture.number(
            "SELECT count(*) FROM invoice i JOIN account a ON a.id = i.account WHERE client = 'ACME'"
        )
        let report = try await Self.finish(
            fixture.connector,
            fixture.order(.eraseTenant, of: [], keeps: ["invoices"])
        )
        #expect(report.findings.rows("invoice", "kept") == invoices)
        #expect(report.findings.rows("public.account", "kept") == invoices)
        #expect(report.findings.rows("public.account", "deleted") == 300 - invoices)
        let look = await fixture.connector.perform(fixture.order(.eraseTenant, .verify, of: [], keeps: ["invoices"]))
        #expect(look.findings.stillThere == 0)
        await fixture.connector.close()
    }

    @Test("K8: a row that somebody holds is waited for briefly and taken later, and whoever else waits is let through")
    func locked() async throws {
        let fixture = try await Fixture(slice: .milliseconds(300))
        try await fixture.run(Self.rows)
        let holder = try await PostgresConnection.connect(fixture.configuration)
        try await holder.begin()
        try await holder.query("SELECT FROM survey WHERE client = 'ACME' ORDER BY id LIMIT 1 FOR UPDATE")
        let order = fixture.order(.eraseTenant, of: [])
        let deadline = ContinuousClock.now + .seconds(60)
        var report = await fixture.connector.perform(order)
        while report.findings.checkpoint != "survey" {
            try #require(ContinuousClock.now < deadline)
            report = await fixture.connector.perform(order)
        }
        // A whole slice in vain.
        report = await fixture.connector.perform(order)
        #expect(report.verdict.outcome == .waiting)
        #expect(report.findings.checkpoint == "survey")
        // Not locked by what was taken back.
        try await fixture.run(
            "SET lock_timeout = '5s'; UPDATE survey SET note = 'x' WHERE client = 'ACME' AND id > 250"
        )
        try await holder.rollback()
        await holder.close()
        let last = try await Self.finish(fixture.connector, order)
        #expect(last.findings.rows("survey", "deleted") == 300)
        await fixture.connector.close()
    }

    @Test("K8: rows that a writer adds behind the place are found before the table counts as through")
    func writer() async throws {
        let fixture = try await Fixture(slice: .milliseconds(20))
        try await fixture.run(Self.rows)
        let order = fixture.order(.eraseTenant, of: [])
        let begun = await fixture.connector.perform(order)
        #expect(begun.verdict.outcome == .waiting)
        try await fixture.run(
            """
            INSERT INTO address (account, street) SELECT id, 'new' FROM account WHERE client = 'ACME' ORDER BY id LIMIT 5;
            INSERT INTO room (id, address, label) SELECT -id, id, 'new' FROM address WHERE street = 'new';
            """
        )
        let report = try await Self.finish(fixture.connector, order)
        #expect(report.verdict == .done())
        #expect(report.findings.rows("room", "deleted") == 905)
        let look = await fixture.connector.perform(fixture.order(.eraseTenant, .verify, of: []))
        #expect(look.findings.stillThere == 0)
        await fixture.connector.close()
    }
}

@Suite("The pace of chunks")
struct ChunkPaceTests {
    @Test("grows to the aim, shrinks at once where a chunk was slow, and never leaves its bounds")
    func pace() {
        var pace = ChunkPace(perSecond: nil)
        for _ in 0..<100 { pace.took(.microseconds(10 * pace.rows), pace.rows) }
        #expect((1_300...1_700).contains(pace.rows))
        pace.took(.milliseconds(150), pace.rows)
        #expect(pace.rows < 425)
        for _ in 0..<50 { pace.took(.seconds(1), pace.rows) }
        #expect(pace.rows == 1)
        for _ in 0..<200 { pace.took(.microseconds(1), pace.rows) }
        #expect(pace.rows == ChunkPace.most)
        pace.collided()
        #expect(pace.rows == ChunkPace.most / 2)
    }

    @Test("a limit bounds the chunk and asks for a rest", arguments: [(5, 1), (100, 10), (5_000, 50)])
    func limit(perSecond: Int, rows: Int) {
        let pace = ChunkPace(perSecond: perSecond)
        #expect(pace.rows == rows)
        let rest = pace.pause(after: rows, taking: .milliseconds(1))
        #expect(rest == .seconds(1) * (Double(rows) / Double(perSecond)) - .milliseconds(1))
        #expect(ChunkPace(perSecond: nil).pause(after: 50, taking: .zero) == .zero)
    }
}
