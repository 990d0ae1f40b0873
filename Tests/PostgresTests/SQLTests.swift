import Testing

@testable import Postgres

@Suite("Statements bind what is interpolated")
struct SQLTests {
    @Test func `values become parameters and never text`() {
        let sql: SQL = "SELECT \(1), \("a'; DROP TABLE t; --") WHERE \(Optional<Int>.none) IS NULL"
        #expect(sql.text == "SELECT $1, $2 WHERE $3 IS NULL")
        #expect(sql.parameters.map(\.type) == [.int8, .text, .int8])
        #expect(sql.parameters.map(\.length) == [8, 20, -1])
    }

    @Test func `raw text and names say so`() {
        let sql: SQL = "SELECT \(identifier: "a\"b.c") FROM t \(raw: "ORDER BY 1")"
        #expect(sql.text == "SELECT \"a\"\"b.c\" FROM t ORDER BY 1")
        #expect(sql.parameters.isEmpty)
    }

    @Test func `a fragment's parameters are renumbered where they stand`() {
        var condition: SQL = "a = \(1)"
        for index in 2...11 { condition = "\(condition) OR a = \(index)" }
        let sql: SQL = "SELECT \("é") FROM t WHERE (\(condition)) AND '$1' = \(false) \(SQL(raw: ""))"
        #expect(
            sql.text
                == "SELECT $1 FROM t WHERE (a = $2 OR a = $3 OR a = $4 OR a = $5 OR a = $6 OR a = $7 OR a = $8 "
                + "OR a = $9 OR a = $10 OR a = $11 OR a = $12) AND '$1' = $13 "
        )
        #expect(sql.parameters.count == 13)
        #expect(sql.parameters[12].offset == 2 + 11 * 8)
    }

    @Test func `the same statement with other values has the same text`() {
        func statement(_ values: [Int]) -> SQL { "SELECT unnest(\(values))" }
        #expect(statement([]).text == statement([1, 2, 3]).text)
        #expect(StatementCache.Key(sql: statement([])) == StatementCache.Key(sql: statement([4])))
        let other: SQL = "SELECT unnest(\(["x"]))"
        #expect(other.text == statement([]).text)
        #expect(StatementCache.Key(sql: other) != StatementCache.Key(sql: statement([])))
    }

    @Test(arguments: [
        ("COMMIT", SQL.Bracket.commit), ("  commit work", .commit), ("end", .commit),
        ("\nBEGIN ISOLATION LEVEL", .begin),
        ("start transaction", .begin), ("ROLLBACK", .none), ("SELECT 'COMMIT'", .none), ("", .none), ("co", .none),
    ])
    func `what brackets a transaction is told from the first word`(text: String, bracket: SQL.Bracket) {
        #expect(SQL(raw: text).bracket == bracket)
    }
}
