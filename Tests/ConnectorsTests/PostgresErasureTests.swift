import Fleet
import Foundation
import Postgres
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("An erasure in an own database", .database)
struct PostgresErasureTests {
    private typealias Fixture = PostgresFixture

    /// Ada twice over: by her address in another case, and by her customer number under an old address.
    private static let ada = """
        INSERT INTO account (id, client, email, customer, name) VALUES
          ('00000000-0000-4000-8000-000000000001', 'ACME', 'Ada@Example.com', 'C-1', 'Ada'),
          ('00000000-0000-4000-8000-000000000002', 'ACME', 'ada@old.example', 'C-77', 'Ada'),
          ('00000000-0000-4000-8000-000000000003', 'ACME', 'bob@example.com', 'C-3', 'Bob'),
          ('00000000-0000-4000-8000-000000000004', 'other', 'ada@example.com', 'C-77', 'Ada elsewhere');
        INSERT INTO address (id, account, street) VALUES (1, '00000000-0000-4000-8000-000000000001', 'a'),
          (2, '00000000-0000-4000-8000-000000000002', 'b'), (3, '00000000-0000-4000-8000-000000000003', 'c'),
          (4, '00000000-0000-4000-8000-000000000004', 'd');
        INSERT INTO room (address, label) VALUES (1, 'x'), (1, 'y'), (2, 'z'), (3, 'v'), (4, 'w');
        """

    private static func identities() throws -> [Identity] {
        [try Fixture.email("ada@example.com"), try Fixture.identity(.controllerCustomerID, "C-77")]
    }

    @Test(
        "K13: deletes rows by every identity, through chains of tables, whatever the case of letters, and nobody else's"
    )
    func deletes() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        let report = await fixture.connector.perform(fixture.order(of: try Self.identities()))
        #expect(report.verdict == .done())
        #expect(report.findings.rows == 7)
        #expect(report.findings.rows("room", "deleted") == 3)
        #expect(report.findings.rows("address", "deleted") == 2)
        #expect(report.findings.rows("public.account", "deleted") == 2)
        #expect(try await fixture.number("SELECT count(*) FROM account") == 2)
        #expect(try await fixture.number("SELECT count(*) FROM account WHERE client = 'other'") == 1)
        #expect(try await fixture.number("SELECT count(*) FROM room") == 2)
        await fixture.connector.close()
    }

    @Test("nobody there is already absent, and leaves nothing")
    func absent() async throws {
        let fixture = try await Fixture()
        let report = await fixture.connector.perform(fixture.order(of: try Self.identities()))
        #expect(report.verdict == .done(.alreadyAbsent))
        #expect(report.findings.rows == 0)
        #expect(try await fixture.number("SELECT count(*) FROM habeas_progress") == 0)
        await fixture.connector.close()
    }

    @Test("a repetition with the same key says the same and does nothing more")
    func repetition() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        let order = fixture.order(of: try Self.identities())
        let first = await fixture.connector.perform(order)
        // Meanwhile the person has come back.
        try await fixture.run("INSERT INTO account (client, email) VALUES ('ACME', 'ada@example.com')")
        let second = await fixture.again().perform(order)
        #expect(second.verdict == first.verdict)
        #expect(second.findings == first.findings)
        #expect(try await fixture.number("SELECT count(*) FROM account WHERE client = 'ACME'") == 2)
        await fixture.connector.close()
    }

    @Test("cut off during its commit, it is told apart from one that never was: the same counts, nothing twice")
    func cutCommit() async throws {
        let proxy = try DatabaseProxy(before: Database.current)
        defer { proxy.close() }
        let fixture = try await Fixture(through: proxy.configuration(for: Database.current))
        try await fixture.run(Self.ada)
        let order = fixture.order(of: try Self.identities())
        // The connection is there, so that only the commit of the erasure is swallowed.
        _ = await fixture.connector.perform(fixture.order(.erase, .verify, of: try Self.identities()))
        proxy.swallowCommits()
        let lost = await fixture.connector.perform(order)
        #expect(lost.verdict.outcome == .retry)
        #expect(lost.verdict.cause == "undecided")
        #expect(lost.verdict.mayHaveActed)
        proxy.swallowCommits(false)
        let found = await fixture.connector.perform(order)
        #expect(found.verdict == .done())
        #expect(found.findings.rows == 7)
        #expect(found.findings.rows("room", "deleted") == 3)
        await fixture.connector.close()
    }

    @Test("K10, C10: masks and generalises what stays, column by column, so that it is found no more")
    func masks() async throws {
        let fixture = try await Fixture()
        try await fixture.run(
            """
            INSERT INTO survey (client, id, email, phone, born, income, note) VALUES
              ('ACME', 1, 'ada@example.com', '+493012345678', '1984-05-17', 61800, 'likes tea'),
              ('ACME', 2, 'bob@example.com', '+493011111111', '1990-01-02', 12345, 'likes milk');
            """
        )
        let report = await fixture.connector.perform(fixture.order(of: [try Fixture.email("ada@example.com")]))
        #expect(report.verdict == .done())
        #expect(report.findings.rows == 1)
        #expect(report.findings.rows("survey", "masked") == 1)
        #expect(report.findings.rows("survey", "deidentified") == 1)
        let row = try await fixture.text(
            "SELECT concat_ws('|', email, coalesce(phone, '-'), born, income, note) FROM survey WHERE id = 1"
        )
        #expect(row == "erased|-|1984-01-01|60000|likes tea")
        #expect(try await fixture.number("SELECT count(*) FROM survey WHERE email LIKE 'bob%' AND income = 12345") == 1)
        await fixture.connector.close()
    }

    @Test(
        "K10: what stays and still tells who it was is taken back, in whatever column",
        arguments: ["write to ADA@example.com", "ada@example.com"]
    )
    func reidentification(note: String) async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        try await fixture.run(
            "INSERT INTO survey (client, id, email, note) VALUES ('ACME', 1, 'ada@example.com', '\(note)')"
        )
        let report = await fixture.connector.perform(fixture.order(of: [try Fixture.email("ada@example.com")]))
        #expect(report.verdict == .refused("still_identifies"))
        #expect(try await fixture.number("SELECT count(*) FROM account WHERE client = 'ACME'") == 3)
        #expect(try await fixture.number("SELECT count(*) FROM survey WHERE email = 'ada@example.com'") == 1)
        await fixture.connector.close()
    }

    @Test("a record that others share loses only this person's part, and one that nobody else is in goes")
    func shared() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        try await fixture.run(
            """
            INSERT INTO thread (id, client, participants, members, watchers, opened_by) VALUES
              (1, 'ACME', '{bob@example.com,Ada@example.com,cy@example.com}', '{}', '[]', 'ada@example.com'),
              (2, 'ACME', '{}', '{00000000-0000-4000-8000-000000000001,00000000-0000-4000-8000-000000000003}', '[]', 'bob@example.com'),
              (3, 'ACME', '{}', '{}', '[{"mail": "ada@example.com"}, {"mail": "bob@example.com"}]', NULL),
              (4, 'ACME', '{ada@example.com}', '{}', '[{"mail": "ada@example.com"}]', NULL),
              (5, 'ACME', '{bob@example.com}', '{}', '[]', NULL),
              (6, 'other', '{ada@example.com,bob@example.com}', '{}', '[]', NULL);
            """
        )
        let order = fixture.order(of: [try Fixture.email("ada@example.com")])
        let report = await fixture.connector.perform(order)
        #expect(report.verdict == .done())
        #expect(report.findings.rows("thread", "removed_from") == 3)
        #expect(report.findings.rows("thread", "deleted") == 1)
        let first = try await fixture.text(
            "SELECT participants::text || coalesce(opened_by, '-') FROM thread WHERE id = 1"
        )
        #expect(first == "{bob@example.com,cy@example.com}-")
        let second = try await fixture.text("SELECT members::text || opened_by FROM thread WHERE id = 2")
        #expect(second == "{00000000-0000-4000-8000-000000000003}bob@example.com")
        #expect(try await fixture.text("SELECT watchers FROM thread WHERE id = 3") == #"[{"mail": "bob@example.com"}]"#)
        #expect(try await fixture.text("SELECT string_agg(id::text, ',' ORDER BY id) FROM thread") == "1,2,3,5,6")
        #expect(try await fixture.number("SELECT cardinality(participants) FROM thread WHERE id = 6") == 2)
        let look = await fixture.connector.perform(fixture.order(.erase, .verify, of: order.identities))
        #expect(look.findings.stillThere == 0)
        await fixture.connector.close()
    }

    @Test("K11: a category that is kept stays with the rows through which it is found, and goes when its time is over")
    func kept() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        try await fixture.run(
            "INSERT INTO invoice VALUES ('I-1', '00000000-0000-4000-8000-000000000001', 10), ('I-2', '00000000-0000-4000-8000-000000000003', 20)"
        )
        let identities = try Self.identities()
        let report = await fixture.connector.perform(fixture.order(of: identities, keeps: ["invoices"]))
        #expect(report.verdict == .done())
        #expect(report.findings.rows("invoice", "kept") == 1)
        #expect(report.findings.rows("public.account", "kept") == 1)
        #expect(report.findings.rows("public.account", "deleted") == 1)
        #expect(report.findings.rows("address", "deleted") == 2)
        let look = await fixture.connector.perform(fixture.order(.erase, .verify, of: identities, keeps: ["invoices"]))
        #expect(look.findings.stillThere == 0)

        let rest = fixture.order(of: identities, ends: ["invoices"])
        let last = await fixture.connector.perform(rest)
        #expect(last.findings.rows("invoice", "deleted") == 1)
        #expect(last.findings.rows("public.account", "deleted") == 1)
        #expect(try await fixture.number("SELECT count(*) FROM invoice") == 1)
        let after = await fixture.connector.perform(fixture.order(.erase, .verify, of: identities))
        #expect(after.findings.stillThere == 0)
        await fixture.connector.close()
    }

    @Test("K11: a category that no table is in is not erased by mistake")
    func unknownCategory() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        let report = await fixture.connector.perform(fixture.order(of: try Self.identities(), keeps: ["payroll"]))
        #expect(report.verdict == .refused("kept_category_unknown"))
        #expect(try await fixture.number("SELECT count(*) FROM account") == 4)
        await fixture.connector.close()
    }

    @Test("G12: the look afterwards reads again and counts what was planted meanwhile")
    func planted() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        let identities = try Self.identities()
        _ = await fixture.connector.perform(fixture.order(of: identities))
        let clean = await fixture.connector.perform(fixture.order(.erase, .verify, of: identities))
        #expect(clean.findings.stillThere == 0)
        #expect(clean.findings.level == .reRead)
        try await fixture.run(
            """
            INSERT INTO account (id, client, email) VALUES ('00000000-0000-4000-8000-000000000009', 'ACME', 'ADA@example.com');
            INSERT INTO address (id, account) VALUES (9, '00000000-0000-4000-8000-000000000009');
            INSERT INTO survey (client, id, email) VALUES ('ACME', 9, 'ada@example.com'), ('other', 9, 'ada@example.com');
            INSERT INTO thread (client, participants) VALUES ('ACME', '{bob@example.com,ada@example.com}');
            """
        )
        let dirty = await fixture.connector.perform(fixture.order(.erase, .verify, of: identities))
        #expect(dirty.verdict == .done())
        #expect(dirty.findings.stillThere == 4)
        await fixture.connector.close()
    }

    @Test("G12: a trigger that lets nothing be deleted is not taken for a deletion")
    func swallowed() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        try await fixture.run(
            """
            CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER keep BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION keep();
            """
        )
        let report = await fixture.connector.perform(fixture.order(of: try Self.identities()))
        #expect(report.verdict == .refused("not_carried_out"))
        #expect(try await fixture.number("SELECT count(*) FROM room") == 5)
        await fixture.connector.close()
    }

    @Test("a row that a table refers to that nobody described is refused by name of the fault, and all is taken back")
    func referenced() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        try await fixture.run(
            "CREATE TABLE secret (account uuid REFERENCES account); INSERT INTO secret VALUES ('00000000-0000-4000-8000-000000000001')"
        )
        let report = await fixture.connector.perform(fixture.order(of: try Self.identities()))
        #expect(report.verdict == .refused("referenced_elsewhere"))
        #expect(try await fixture.number("SELECT count(*) FROM room") == 5)
        await fixture.connector.close()
    }

    @Test("a case of no client does not touch the rows of clients")
    func noClient() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        let report = await fixture.connector.perform(fixture.order(of: try Self.identities(), client: nil))
        #expect(report.verdict == .done(.alreadyAbsent))
        #expect(try await fixture.number("SELECT count(*) FROM account") == 4)
        await fixture.connector.close()
    }

    @Test("two erasures of one person at once, under one key, count every row once")
    func race() async throws {
        let fixture = try await Fixture()
        try await fixture.run(Self.ada)
        let order = fixture.order(of: try Self.identities())
        async let first = fixture.connector.perform(order)
        async let second = fixture.again().perform(order)
        for report in await [first, second] where report.verdict.isDone {
            #expect(report.findings.rows == 7)
        }
        let last = await fixture.connector.perform(order)
        #expect(last.findings.rows == 7)
        await fixture.connector.close()
    }

    @Test("says nothing of the person, whatever happens")
    func canary() async throws {
        let fixture = try await Fixture()
        let canary = Canary()
        let identities = [try Fixture.email(canary.email), try Fixture.identity(.phone, canary.phone)]
        try await fixture.run(
            """
            INSERT INTO account (client, email, name) VALUES ('ACME', '\(canary.email)', '\(canary.word)');
            INSERT INTO survey (client, id, email, phone) VALUES ('ACME', 1, '\(canary.email.lowercased())', '\(canary.phone)');
            """
        )
        let order = fixture.order(of: identities)
        let correction = Correction(field: "phone", value: canary.word)
        var reports = [await fixture.connector.perform(fixture.order(.erase, .verify, of: identities))]
        reports.append(
            await fixture.connector.perform(fixture.order(.rectify, of: identities, corrections: [correction]))
        )
        reports.append(await fixture.connector.perform(order))
        reports.append(await fixture.connector.perform(fixture.order(of: identities)))
        let noted = try await fixture.text("SELECT string_agg(p::text, ' ') FROM habeas_progress p") ?? ""
        let said = (reports.map { "\($0.attempt)" } + [noted]).joined(separator: " ").lowercased()
        #expect(said.contains("survey"))
        for trace in canary.traces { #expect(!said.contains(trace.text), "found \(trace.kind)") }
        await fixture.connector.close()
    }
}
