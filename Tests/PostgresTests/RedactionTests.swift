import Postgres
import TestKit
import Testing

@Suite("No error shows a value", .database)
struct RedactionTests {
    private static let canary = "canary-7f3a@example.org"

    private func texts(of value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return [String(describing: value), String(reflecting: value), dumped]
    }

    @Test func `whatever is wrong with the data or the statement`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        try await connection.execute(
            """
            CREATE TABLE parent (a text PRIMARY KEY);
            CREATE TABLE t (
                a text PRIMARY KEY CHECK (length(a) > 3),
                b text NOT NULL REFERENCES parent,
                c varchar(3)
            );
            """
        )
        let canary = Self.canary
        try await connection.query("INSERT INTO parent VALUES (\(canary))")
        try await connection.query("INSERT INTO t VALUES (\(canary), \(canary))")
        let faults: [SQL] = [
            "INSERT INTO t VALUES (\(canary), \(canary))",
            "INSERT INTO t VALUES (\(canary + "2"), \(canary + "3"))",
            "INSERT INTO t VALUES (\(canary + "2"), \(Optional<String>.none))",
            "INSERT INTO t VALUES (\(canary + "2"), \(canary), \(canary))",
            "SELECT \(canary)::bigint",
            "SELECT \(canary)::uuid",
            "SELECT \(canary)::jsonb",
            "SELECT \(canary)::timestamptz",
            "SELECT '\(raw: canary)' FORM t",
            "SELECT \(identifier: canary) FROM t",
            "SELECT * FROM \(identifier: canary)",
            "SELECT \(canary + "\0")",
        ]
        for fault in faults {
            let error = await #expect(throws: PostgresError.self) { try await connection.query(fault) }
            let shown = error.map(texts) ?? []
            #expect(shown.count == 3)
            for text in shown { #expect(!text.contains("canary-7f3a"), "\(text)") }
            #expect(error?.sqlState != nil)
        }
        let raised = await #expect(throws: PostgresError.self) {
            try await connection.execute(
                "DO $$BEGIN RAISE EXCEPTION 'about \(canary)' USING DETAIL = '\(canary)'; END$$"
            )
        }
        for text in raised.map(texts) ?? [] { #expect(!text.contains("canary-7f3a")) }
        let row = try await connection.query("SELECT \(canary) AS name").only
        let decoding = #expect(throws: PostgresError.self) { try row.decode(0, as: Int.self) }
        for text in decoding.map(texts) ?? [] { #expect(!text.contains("canary-7f3a")) }
        await connection.close()
    }

    @Test func `nor do statements, results and documents`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let statement: SQL = "SELECT \(Self.canary)"
        let rows = try await connection.query(statement)
        let document = JSONText("\"\(Self.canary)\"")
        for value in [statement, rows, rows[0], document] as [Any] {
            for text in texts(of: value) { #expect(!text.contains("canary-7f3a"), "\(text)") }
        }
        await connection.close()
    }
}
