import Fleet
import Foundation
import Logging
import Postgres
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("The way to an own database", .database)
struct PostgresConnectorTests {
    private typealias Fixture = PostgresFixture

    private static func connector(_ url: String?) -> PostgresConnector {
        PostgresConnector(
            secrets: SecretStore(environment: url.map { ["SHOP": $0] } ?? [:], logger: Logger(label: "test")),
            timeout: .seconds(30),
            slice: .seconds(30),
            logger: Logger(label: "test")
        )
    }

    @Test(
        "what is missing is said in a word, and blamed on whom it belongs to",
        arguments: [
            (nil, AttemptVerdict.retry("secret_absent", blamesTarget: true)),
            ("postgresql://nobody@127.0.0.1:1/none", .retry("unreachable", blamesTarget: true)),
            ("postgresql://host:many/none", .refused("bad_url")),
        ] as [(String?, AttemptVerdict)]
    )
    func missing(url: String?, verdict: AttemptVerdict) async throws {
        let fixture = try await Fixture()
        let connector = Self.connector(url)
        let report = await connector.perform(fixture.order(of: [try Fixture.email("ada@example.com")]))
        #expect(report.verdict == verdict)
        #expect(report.findings == TargetFindings())
        await connector.close()
    }

    @Test("K19: a database that is not internal is spoken to with TLS or not at all")
    func encryption() async throws {
        let yaml = Fixture.yaml.replacingOccurrences(of: "internal: true\n", with: "")
            .replacingOccurrences(of: "table: account", with: "table: public.account")
        let fixture = try await Fixture(yaml: yaml)
        let report = await fixture.connector.perform(fixture.order(of: [try Fixture.email("ada@example.com")]))
        #expect(report.verdict == .refused("no_tls"))
        await fixture.connector.close()
    }

    @Test("those that come first at once do not keep each other from making the progress table")
    func first() async throws {
        let fixture = try await Fixture()
        guard case .postgres(let description) = fixture.system.connector else { return }
        for _ in 0..<10 {
            try await fixture.run("DROP TABLE IF EXISTS habeas_progress")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        let logger = Logger(label: "test")
                        let database = OwnDatabase(description, fixture.configuration, size: 1, logger: logger)
                        _ = try await database.known()
                        await database.pool.shutdown()
                    }
                }
                try await group.waitForAll()
            }
        }
        await fixture.connector.close()
    }

    @Test("without the right to make its progress table it does nothing, and the printed SQL is what it lacks")
    func progressTable() async throws {
        let fixture = try await Fixture()
        let role = "shop_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        try await fixture.run(
            """
            INSERT INTO account (client, email) VALUES ('ACME', 'ada@example.com');
            CREATE ROLE \(role) LOGIN PASSWORD 'shop';
            GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \(role);
            """
        )
        let host = fixture.configuration.hosts[0]
        let name = fixture.configuration.keywords["dbname"] ?? ""
        let connector = Self.connector("postgresql://\(role):shop@\(host.name):\(host.port)/\(name)")
        let order = fixture.order(of: [try Fixture.email("ada@example.com")])
        let refused = await connector.perform(order)
        #expect(refused.verdict == .refused("no_progress_table"))
        #expect(try await fixture.number("SELECT count(*) FROM account") == 1)

        guard case .postgres(let description) = fixture.system.connector else { return }
        try await fixture.run(PostgresConnector.progressTable(of: description))
        try await fixture.run("GRANT SELECT, INSERT, UPDATE ON habeas_progress TO \(role)")
        let done = await connector.perform(order)
        #expect(done.verdict == .done())
        #expect(done.findings.rows == 1)
        await connector.close()
        try await fixture.run("DROP OWNED BY \(role); DROP ROLE \(role)")
        await fixture.connector.close()
    }

    @Test("a table or column that the database does not have is refused, and found once it is there")
    func schema() async throws {
        let fixture = try await Fixture()
        try await fixture.run(
            "INSERT INTO account (client, email) VALUES ('ACME', 'ada@example.com'); ALTER TABLE account RENAME customer TO number"
        )
        let order = fixture.order(
            of: [try Fixture.email("ada@example.com"), try Fixture.identity(.controllerCustomerID, "C-1")]
        )
        let refused = await fixture.connector.perform(order)
        #expect(refused.verdict == .refused("no_column"))
        try await fixture.run("ALTER TABLE account RENAME number TO customer")
        let done = await fixture.connector.perform(order)
        #expect(done.verdict == .done())
        await fixture.connector.close()
    }
}
