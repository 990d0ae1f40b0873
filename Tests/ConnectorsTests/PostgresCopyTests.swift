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

    private static func collect(
        _ fixture: Fixture,
        _ folder: CopyFolder,
        slice: Duration = .seconds(30)
    ) async throws -> (report: TargetReport, pieces: [CopiedPiece], slices: Int) {
        let ada = try Fixture.email("ada@example.com")
        var pieces: [CopiedPiece] = []
        var checkpoint: String?
        for slices in 1...2_000 {
            let order = fixture.order(.collect, of: [ada], checkpoint: checkpoint, copy: folder.desk(slice: slice))
            let report = await fixture.connector.perform(order)
            pieces += report.findings.pieces
            guard report.verdict == .waiting(after: .zero) else { return (report, pieces, slices) }
            checkpoint = report.findings.checkpoint
        }
        throw CocoaError(.coderInvalidValue)
    }

    @Test("G1, K16: gives the person's rows as JSON with the database's own columns, and nobody else's")
    func rows() async throws {
        let fixture = try await Fixture()
        let folder = try CopyFolder()
        defer { folder.remove() }
        try await fixture.run(Self.people)
        let (report, pieces, _) = try await Self.collect(fixture, folder)
        #expect(report.verdict == .done() && report.findings.level == .attestation)
        #expect(report.findings.rows == 302)
        #expect(report.findings.rows("address", "copied") == 300 && report.findings.rows("room", "copied") == 0)
        let account = try await folder.rows("public.account", pieces)
        #expect(
            account == [
                #"{"id":"00000000-0000-4000-8000-000000000001","client":"ACME","email":"Ada@Example.com","customer":"C-1","name":"Ada \"A.\" Lovelace","restricted":false,"no_marketing":null}"#
            ]
        )
        // Of a list that names several people only this one is shown.
        #expect(try await folder.rows("thread", pieces).first?.contains(#""participants":["ada@example.com"]"#) == true)
        let piece = try #require(pieces.first { $0.dataset == "address" })
        #expect(try await folder.read(piece).header.columns == ["id", "account", "street"])
        await fixture.connector.close()
    }

    @Test(
        "N7: slice after slice gives the same rows once each, in the same order, and goes on where the last one ended"
    )
    func slices() async throws {
        let fixture = try await Fixture()
        let folder = try CopyFolder()
        defer { folder.remove() }
        try await fixture.run(Self.people)
        let whole = try await Self.collect(fixture, folder)
        let parts = try await Self.collect(fixture, folder, slice: .zero)
        #expect(whole.slices == 1 && parts.slices > 2)
        #expect(parts.report.findings.parts == whole.report.findings.parts)
        let (one, many) = (whole.pieces, parts.pieces)
        #expect(try await folder.rows("address", many) == folder.rows("address", one))
        #expect(many.map(\.ordinal) == Array(0..<many.count))
        #expect(Set(many.map(\.object)).count == many.count)
        await fixture.connector.close()
    }

    @Test("N7: many rows are read along their key, whatever finds them, and none is missed or told twice")
    func many() async throws {
        let fixture = try await Fixture()
        let folder = try CopyFolder()
        defer { folder.remove() }
        try await fixture.run(Self.people)
        try await fixture.run(
            """
            INSERT INTO address (id, account, street) SELECT n, '00000000-0000-4000-8000-000000000001', 'x'
              FROM generate_series(5000, 30000) AS g (n)
            """
        )
        let (report, pieces, slices) = try await Self.collect(fixture, folder, slice: .milliseconds(1))
        #expect(slices > 1 && report.findings.rows("address", "copied") == 25_301)
        let lines = try await folder.rows("address", pieces)
        #expect(lines.count == 25_301 && Set(lines).count == 25_301)
        await fixture.connector.close()
    }

    @Test("K19: where a slice ended is sealed, and what another export wrote there is not taken")
    func sealed() async throws {
        let fixture = try await Fixture()
        let (folder, other) = (try CopyFolder(), try CopyFolder())
        defer {
            folder.remove()
            other.remove()
        }
        try await fixture.run(Self.people)
        let ada = try Fixture.email("ada@example.com")
        let first = await fixture.connector.perform(fixture.order(.collect, of: [ada], copy: folder.desk(slice: .zero)))
        let checkpoint = try #require(first.findings.checkpoint)
        let plain = Data(base64Encoded: checkpoint) ?? Data()
        #expect(plain.range(of: Data("00000000-0000".utf8)) == nil)
        let taken = await fixture.connector.perform(
            fixture.order(.collect, of: [ada], checkpoint: checkpoint, copy: other.desk())
        )
        #expect(taken.verdict.outcome == .retry && taken.findings.pieces.isEmpty)
        await fixture.connector.close()
    }

    @Test("somebody who is not there is already absent, with every table named")
    func absent() async throws {
        let fixture = try await Fixture()
        let folder = try CopyFolder()
        defer { folder.remove() }
        let order = fixture.order(.collect, of: [try Fixture.email("nobody@example.com")], copy: folder.desk())
        let report = await fixture.connector.perform(order)
        #expect(report.verdict == .done(.alreadyAbsent) && report.findings.level == .attestation)
        #expect(report.findings.pieces.isEmpty && report.findings.parts.map(\.name).contains("thread"))
        await fixture.connector.close()
    }

    @Test("withheld columns say only that there is something")
    func withheld() async throws {
        let yaml = Fixture.yaml.replacingOccurrences(of: "table: account", with: "table: public.account")
            .replacingOccurrences(
                of: "corrections: {name: name, email: email}",
                with:
                    "corrections: {name: name, email: email}\n      withhold: {name: rights_of_others, no_marketing: trade_secret}"
            )
        let fixture = try await Fixture(yaml: yaml)
        let folder = try CopyFolder()
        defer { folder.remove() }
        try await fixture.run(Self.people)
        let (_, pieces, _) = try await Self.collect(fixture, folder)
        let line = try #require(try await folder.rows("public.account", pieces).first)
        #expect(line.contains(#""name":"[withheld]""#) && line.contains(#""no_marketing":null"#))
        #expect(!line.contains("Lovelace"))
        await fixture.connector.close()
    }
}
