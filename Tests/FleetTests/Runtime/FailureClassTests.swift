import AMQP
import Foundation
import Postgres
import TestKit
import Testing

@testable import Fleet
@testable import Ledger

@Suite("What the runtime does about an error", .database)
struct FailureClassTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let state: String
        let isGuilty: Bool
        let failure: FailureClass?
        var testDescription: String { state }
    }

    static let rows: [Row] =
        ["40001", "40P01"].map { Row(state: $0, isGuilty: false, failure: .conflict) }
        + ["08006", "53100", "53300", "57P01", "57P03", "58030", "55P03", "57014"].map {
            Row(state: $0, isGuilty: false, failure: .outage)
        }
        // Nobody's message is at fault when a grant or a table is missing.
        + ["42501", "42P01", "42703", "P0001", "XX000"].map {
            Row(state: $0, isGuilty: false, failure: .defect(code: $0))
        }
        + ["22001", "22P02", "23502", "23503", "23505", "23514"].map { Row(state: $0, isGuilty: true, failure: nil) }

    @Test("of the database is decided by its state", arguments: rows)
    func states(_ row: Row) async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let error = await #expect(throws: PostgresError.self) {
            try await BatchWorkerTests.fail(row.state, on: connection)
        }
        await connection.close()
        let failure = FailureClass(try #require(error))
        if row.isGuilty {
            guard case .guilty(let code) = failure else {
                Issue.record("\(row.state) is \(failure)")
                return
            }
            #expect(code.contains(row.state))
        } else {
            #expect(failure == row.failure)
        }
    }

    @Test("of a lost connection is an outage")
    func lost() async throws {
        var configuration = try Database.current
        configuration.hosts = [.init(name: "127.0.0.1", port: 1)]
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
        #expect(FailureClass(try #require(error)) == .outage)
        let connection = try await PostgresConnection.connect(try Database.current)
        await connection.close()
        let closed = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
        #expect(FailureClass(try #require(closed)) == .outage)
    }

    @Test("of our own is decided by its type")
    func own() {
        struct Odd: Error {}
        #expect(FailureClass(RegistryChanged()) == .conflict)
        #expect(FailureClass(CancellationError()) == .outage)
        #expect(FailureClass(StoredWordError(column: "case_file.state")) == .guilty(code: "unknown_word"))
        #expect(FailureClass(Odd()) == .guilty(code: "Odd"))
    }
}
