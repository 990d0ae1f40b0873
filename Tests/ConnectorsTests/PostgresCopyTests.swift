import Fleet
import Foundation
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("A copy out of an own database", .database)
struct PostgresCopyTests {
    private typealias Fixture = PostgresFixture

    private static let people = """
        INSERT INTO account (id, client, email, customer, name) VALUES
          ('00000000-0000-4000-8000-000000000001', 'ACME', 'Ada@Example.com', 'C-1', 'Ada "A." Lovelace'),
          ('00000000-0000-4000-8000-000000000003', 'ACME', 'bob@example.com', 'C-3', 'Bob'),
          ('00000000-0000-4000-8000-000000000004', 'other', 'ada@example.com', 'C-1', 'Ada elsewhere');
        INSERT INTO address (id, account, street) SELECT n, '00000000-0000-4000-8000-000000000001', 'street ' || n
          FROM generate_series(1, 300) AS g (n);
        INSERT INTO address (id, account, street) VALUES (1000, '00000000-0000-4000-8000-000000000003', 'Bob''s');
        INSERT INTO thread (client, subject, participants) VALUES ('ACME', 'plans', '{ada@example.com,bob@example.com}');
        """

    private static func with(
        yaml: String = Fixture.yaml.replacingOccurrences(of: "table: account", with: "table: public.account"),
        _ body: (_ fixture: Fixture, _ copies: CopyBench) async throws -> Void
    ) async throws {
        let fixture = try await Fixture(yaml: yaml)
        try await fixture.run(people)
        try await CopyBench.with { try await body(fixture, $0) }
        await fixture.connector.close()
    }

    private static func collect(
        _ fixture: Fixture,
        _ copies: CopyBench,
        slice: Duration = .seconds(30)
    ) async throws -> CopyBench.Collected {
        let ada = try Fixture.email("ada@example.com")
        let order = fixture.order(.collect, of: [ada], copy: copies.desk(slice: slice))
        return await copies.collect(order, with: fixture.connector)
    }

    @Test("G1, K16: gives the person's rows as JSON with the database's own columns, and nobody else's")
    func rows() async throws {
        try await Self.with { fixture, copies in
            let found = try await Self.collect(fixture, copies)
            #expect(found.report.verdict == .done() && found.report.findings.level == .attestation)
            #expect(found.report.findings.rows == 302)
            #expect(found.report.findings.rows("address", "copied") == 300)
            #expect(found.report.findings.rows("room", "copied") == 0)
            let rows = try await copies.rows(found.pieces)
            #expect(
                rows["public.account"] == [
                    #"{"id":"00000000-0000-4000-8000-000000000001","client":"ACME","email":"Ada@Example.com","customer":"C-1","name":"Ada \"A.\" Lovelace","restricted":false,"no_marketing":null}"#
                ]
            )
            // Of a list that names several people only this one is shown.
            #expect(rows["thread"]?.first?.contains(#""participants":["ada@example.com"]"#) == true)
            let piece = try #require(found.pieces.first { $0.dataset == "address" })
            #expect(try await copies.read(piece).header.columns == ["id", "account", "street"])
        }
    }

    @Test(
        "N7: slice after slice gives the same rows once each, in the same order, and goes on where the last one ended"
    )
    func slices() async throws {
        try await Self.with { fixture, copies in
            let whole = try await Self.collect(fixture, copies)
            let parts = try await Self.collect(fixture, copies, slice: .zero)
            #expect(whole.slices == 1 && parts.slices > 2)
            #expect(parts.report.findings.parts == whole.report.findings.parts)
            #expect(try await copies.rows(parts.pieces) == copies.rows(whole.pieces))
            #expect(Set(parts.pieces.map(\.object)).count == parts.pieces.count)
        }
    }

    @Test("N7: after each slice it says how many rows it has, and about how many there are, without reading them")
    func progress() async throws {
        try await Self.with { fixture, copies in
            try await fixture.run("ANALYZE")
            let found = try await Self.collect(fixture, copies, slice: .zero)
            #expect(found.progress.count == found.slices - 1)
            var before = 0
            for (done, total) in found.progress {
                let (done, total) = (try #require(done), try #require(total))
                #expect(done >= before && total >= done && total < 1_000)
                before = done
            }
            // The table that is being read was counted, and the rest is what the planner believes.
            let middle = try #require(found.progress.first { $0.done == 300 })
            #expect((middle.total ?? 0) > 300)
            #expect(found.report.findings.total == nil && found.report.findings.rows == 302)
        }
    }

    @Test("N7: many rows are read along their key, whatever finds them, and none is missed or told twice")
    func many() async throws {
        try await Self.with { fixture, copies in
            try await fixture.run(
                """
                INSERT INTO address (id, account, street) SELECT n, '00000000-0000-4000-8000-000000000001', 'x'
                  FROM generate_series(5000, 30000) AS g (n)
                """
            )
            let found = try await Self.collect(fixture, copies, slice: .milliseconds(10))
            #expect(found.slices > 1 && found.report.findings.rows("address", "copied") == 25_301)
            let lines = try await copies.rows(found.pieces)["address"] ?? []
            #expect(lines.count == 25_301 && Set(lines).count == 25_301)
        }
    }

    @Test("N7: a slice whose worker died is done again, and what it had put there is nobody's")
    func lost() async throws {
        try await Self.with { fixture, copies in
            let ada = try Fixture.email("ada@example.com")
            let order = fixture.order(.collect, of: [ada], copy: copies.desk(slice: .zero))
            let whole = try await Self.collect(fixture, copies)
            let lossy = await copies.collect(order, with: fixture.connector) { $0 == 1 }
            #expect(lossy.report.findings.parts == whole.report.findings.parts)
            #expect(try await copies.rows(lossy.pieces) == copies.rows(whole.pieces))
            #expect(try await copies.objects().count > whole.pieces.count + lossy.pieces.count)
        }
    }

    @Test("K19: where a slice ended is sealed, and what another export wrote there is not taken")
    func sealed() async throws {
        try await Self.with { fixture, copies in
            let ada = try Fixture.email("ada@example.com")
            let order = fixture.order(.collect, of: [ada], copy: copies.desk(slice: .zero))
            let checkpoint = try #require(await fixture.connector.perform(order).findings.checkpoint)
            let plain = Data(base64Encoded: checkpoint) ?? Data()
            #expect(plain.range(of: Data("00000000-0000".utf8)) == nil)
            try await CopyBench.with { other in
                let strange = fixture.order(.collect, of: [ada], checkpoint: checkpoint, copy: other.desk())
                let taken = await fixture.connector.perform(strange)
                #expect(taken.verdict.outcome == .retry && taken.findings.pieces.isEmpty)
            }
        }
    }

    @Test("somebody who is not there is already absent, with every table named")
    func absent() async throws {
        try await Self.with { fixture, copies in
            let nobody = try Fixture.email("nobody@example.com")
            let report = await fixture.connector.perform(fixture.order(.collect, of: [nobody], copy: copies.desk()))
            #expect(report.verdict == .done(.alreadyAbsent) && report.findings.level == .attestation)
            #expect(report.findings.pieces.isEmpty && report.findings.parts.map(\.name).contains("thread"))
        }
    }

    @Test("withheld columns say only that there is something")
    func withheld() async throws {
        let yaml = Fixture.yaml.replacingOccurrences(of: "table: account", with: "table: public.account")
            .replacingOccurrences(
                of: "corrections: {name: name, email: email}",
                with:
                    "corrections: {name: name, email: email}\n      withhold: {name: rights_of_others, no_marketing: trade_secret}"
            )
        try await Self.with(yaml: yaml) { fixture, copies in
            let found = try await Self.collect(fixture, copies)
            let line = try #require(try await copies.rows(found.pieces)["public.account"]?.first)
            #expect(line.contains(#""name":"[withheld]""#) && line.contains(#""no_marketing":null"#))
            #expect(!line.contains("Lovelace"))
        }
    }
}
