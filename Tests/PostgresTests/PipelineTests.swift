import Postgres
import TestKit
import Testing

@Suite("Pipelines and their prepared statements", .database)
struct PipelineTests {
    private func connect() async throws -> PostgresConnection {
        try await PostgresConnection.connect(try Database.current)
    }

    private func counts(_ connection: PostgresConnection) async throws -> Int {
        try await connection.query("SELECT count(*) FROM t").only.decode(0, as: Int.self)
    }

    @Test(arguments: ["'; DROP TABLE t; --", "$1", "\\", "\" OR 1=1", "x' OR 'x'='x", "\u{0000FF07}; DELETE FROM t"])
    func `an injection is stored as the text it is`(text: String) async throws {
        let connection = try await connect()
        try await connection.execute("CREATE TABLE t (a text)")
        try await connection.query("INSERT INTO t VALUES (\(text))")
        try await connection.query("INSERT INTO t SELECT * FROM unnest(\([text, nil]))")
        let found = try await connection.query("SELECT a FROM t WHERE a = \(text)").decode(as: String.self)
        #expect(found == [text, text])
        try await connection.execute("CREATE TABLE \"\(text.replacing("\"", with: "\"\""))\" (a int)")
        #expect(try await connection.query("SELECT * FROM \(identifier: text)").isEmpty)
        await connection.close()
    }

    @Test func `results come in order`() async throws {
        let connection = try await connect()
        for _ in 0..<3 {
            let results = try await connection.pipeline((0..<50).map { "SELECT \($0), \(String($0))" })
            for (index, rows) in results.enumerated() {
                let (number, text) = try rows.only.decode(Int.self, String.self)
                #expect(number == index && text == String(index))
            }
        }
        let prepared = try await connection.query("SELECT count(*) FROM pg_prepared_statements").only
        #expect(try prepared.decode(0, as: Int.self) == 2)
        #expect(try await connection.pipeline([]).isEmpty)
        await connection.close()
    }

    @Test func `a failure in the middle names its statement, undoes all and leaves the connection usable`() async throws
    {
        let connection = try await connect()
        try await connection.execute("CREATE TABLE t (a bigint PRIMARY KEY)")
        let error = await #expect(throws: PostgresError.self) {
            try await connection.pipeline([
                "INSERT INTO t VALUES (\(1))", "INSERT INTO t VALUES (\(2))", "INSERT INTO t VALUES (\(1))",
                "DELETE FROM t WHERE a = \(5)",
            ])
        }
        #expect(error?.statementIndex == 2)
        #expect(error?.code == .server(.uniqueViolation))
        #expect(error?.constraint == "t_pkey")
        #expect(error?.table == "t")
        #expect(error?.isUndecided == false)
        #expect(connection.isUsable)
        #expect(try await counts(connection) == 0)
        // Statements after the failing one were not prepared, and are now.
        #expect(try await connection.query("DELETE FROM t WHERE a = \(5)").affected == 0)
        await connection.close()
    }

    @Test func `BEGIN and COMMIT may be members, and a failed pipeline leaves no transaction behind`() async throws {
        let connection = try await connect()
        try await connection.execute("CREATE TABLE t (a bigint PRIMARY KEY)")
        let results = try await connection.pipeline([
            "BEGIN", "INSERT INTO t SELECT * FROM unnest(\([1, 2, 3])) RETURNING a", "COMMIT",
        ])
        #expect(try results[1].decode(as: Int.self) == [1, 2, 3])
        #expect(results[1].affected == 3)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.pipeline(["BEGIN", "DELETE FROM t", "INSERT INTO t VALUES (\("x")::bigint)", "COMMIT"])
        }
        #expect(error?.statementIndex == 2)
        #expect(error?.retryClass == .data)
        #expect(await !connection.isInTransaction)
        #expect(try await counts(connection) == 3)
        await connection.close()
    }

    @Test func `a text that does not parse names its position`() async throws {
        let connection = try await connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.pipeline(["SELECT 1", "SELECT 1 FORM t"])
        }
        #expect(error?.code == .server(.syntaxError))
        #expect(error?.statementIndex == 1)
        #expect(error?.position != nil)
        let nul = await #expect(throws: PostgresError.self) { try await connection.query(SQL(raw: "SELECT 1\0, 2")) }
        #expect(nul?.code == .encoding)
        #expect(connection.isUsable)
        await connection.close()
    }

    @Test func `prepared statements stay bounded on both sides`() async throws {
        var configuration = try Database.current
        configuration.statementCacheSize = 8
        let connection = try await PostgresConnection.connect(configuration)
        for round in 0..<3 {
            for number in 0..<40 {
                let value = try await connection.query("SELECT \(round) + \(raw: String(number))").only
                #expect(try value.decode(0, as: Int.self) == round + number)
            }
        }
        let count = try await connection.query("SELECT count(*) FROM pg_prepared_statements").only
        #expect(try count.decode(0, as: Int.self) <= 9)
        await connection.close()
    }

    @Test func `a statement whose columns changed is prepared anew without anyone noticing`() async throws {
        let connection = try await connect()
        try await connection.execute("CREATE TABLE t (a bigint); INSERT INTO t VALUES (1)")
        #expect(try await connection.query("SELECT * FROM t").columns.count == 1)
        try await connection.execute("ALTER TABLE t ADD b text")
        #expect(try await connection.query("SELECT * FROM t").columns.count == 2)
        try await connection.execute("ALTER TABLE t ADD c text")
        let results = try await connection.pipeline(["BEGIN", "SELECT * FROM t", "COMMIT"])
        #expect(results[1].columns.count == 3)
        try await connection.execute("DISCARD ALL")
        #expect(try await connection.query("SELECT * FROM t").columns.count == 3)
        await connection.close()
    }

    @Test func `inside a transaction a stale plan makes the transaction run again`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 1)
        try await pool.withConnection { connection in
            try await connection.execute("CREATE TABLE t (a bigint)")
            try await connection.query("SELECT * FROM t")
            try await connection.execute("ALTER TABLE t ADD b text")
        }
        var runs = 0
        try await pool.withTransaction { connection in
            runs += 1
            try await connection.query("SELECT 1")
            try await connection.query("SELECT * FROM t")
        }
        #expect(runs == 2)
        await pool.shutdown()
    }

    @Test func `answers larger than the buffers of both sides do not block`() async throws {
        let connection = try await connect()
        let long = String(repeating: "x", count: 3_000_000)
        let results = try await connection.pipeline((0..<8).map { _ in "SELECT \(long), \([UInt8](long.utf8))" })
        #expect(try results[7].only.decode(0, as: String.self) == long)
        await connection.close()
    }

    @Test func `a COPY is refused and costs the connection only`() async throws {
        let connection = try await connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.execute("COPY (SELECT 1) TO STDOUT")
        }
        #expect(error?.code == .protocolViolation)
        #expect(!connection.isUsable)
        let closed = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
        #expect(closed?.code == .closed)
    }
}
