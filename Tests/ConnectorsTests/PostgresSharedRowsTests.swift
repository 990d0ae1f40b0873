import Fleet
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("Rows of an own database in which others have a part", .database)
struct PostgresSharedRowsTests {
    private static let schema = """
        CREATE TABLE thread (id integer PRIMARY KEY, client text NOT NULL, opened_by text, participants text[] NOT NULL);
        CREATE TABLE message (id integer PRIMARY KEY, thread integer NOT NULL REFERENCES thread, text text);
        INSERT INTO thread VALUES (1, 'acme', 'bob@example.com', '{ada@example.com,bob@example.com}'),
          (2, 'acme', 'bob@example.com', '{ada@example.com}'), (3, 'acme', 'ada@example.com', '{ada@example.com}'),
          (4, 'acme', 'ada@example.com', '{ada@example.com,bob@example.com}'), (5, 'acme', NULL, '{ada@example.com}'),
          (6, 'globex', 'ada@example.com', '{ada@example.com}');
        INSERT INTO message SELECT id * 10, id, 'x' FROM thread;
        """

    private static let yaml = """
        id: desk
        kind: own
        purposes: [support]
        internal: true
        connector:
          kind: postgres
          url: env:SHOP
          tables:
            - {name: message, key: id, via: {table: thread, column: thread, references: id}}
            - {name: thread, key: id, tenant: client, match: {email: opened_by}, remove_from: {participants: email}}
        """

    @Test("G1, K13: somebody else's thread stays with all its messages, and names the person no more")
    func stays() async throws {
        let fixture = try await PostgresFixture(yaml: Self.yaml, schema: Self.schema)
        let ada = [try PostgresFixture.email("ada@example.com")]
        let report = await fixture.connector.perform(fixture.order(of: ada))
        #expect(report.verdict == .done())
        let threads = try await fixture.text("SELECT string_agg(id::text, ',' ORDER BY id) FROM thread")
        #expect(threads == "1,2,4,6")
        let messages = try await fixture.text("SELECT string_agg(id::text, ',' ORDER BY id) FROM message")
        #expect(messages == "10,20,40,60")
        let named = try await fixture.number(
            "SELECT count(*) FROM thread WHERE client = 'acme' AND thread::text LIKE '%ada@%'"
        )
        #expect(named == 0)
        #expect(try await fixture.number("SELECT count(*) FROM thread WHERE opened_by = 'bob@example.com'") == 2)
        let look = await fixture.connector.perform(fixture.order(.erase, .verify, of: ada))
        #expect(look.findings.stillThere == 0)
        await fixture.connector.close()
    }
}
