import FoundationEssentials
public import Postgres
public import Testing

/// Makes an empty database, lends its settings to `body`, and drops it again, whoever is still connected.
public nonisolated(nonsending) func withDatabase<Result>(
    _ body: nonisolated(nonsending) (PostgresConfiguration) async throws -> Result
) async throws -> Result {
    let server = try DatabaseServer.configuration
    let name = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
    try await administer(server, "CREATE DATABASE \(identifier: name)")
    var configuration = server
    configuration.keywords["dbname"] = name
    configuration.applicationName = name
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(try await body(configuration))
    } catch {
        outcome = .failure(error)
    }
    // In a task of its own: a test that ran out of time is cancelled, and its database shall go nevertheless.
    try await Task { try await administer(server, "DROP DATABASE \(identifier: name) WITH (FORCE)") }.value
    return try outcome.get()
}

/// Makes an empty database, opens one connection to it, and cleans up both.
public nonisolated(nonsending) func withDatabaseConnection<Result>(
    _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Result
) async throws -> Result {
    try await withDatabase { configuration in
        let connection = try await PostgresConnection.connect(configuration)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}

private func administer(_ server: PostgresConfiguration, _ statement: SQL) async throws {
    let connection = try await PostgresConnection.connect(server)
    do {
        try await connection.query(statement)
    } catch {
        await connection.close()
        throw error
    }
    await connection.close()
}

/// Gives each test of a suite a database of its own: ``Database/current``.
public struct Database: TestTrait, SuiteTrait, TestScoping {
    @TaskLocal private static var configuration: PostgresConfiguration?

    /// The settings of the running test's database.
    public static var current: PostgresConfiguration {
        get throws {
            guard let configuration else {
                throw DatabaseServer.Missing(name: "the trait .database of this test or suite")
            }
            return configuration
        }
    }

    /// All tests begin at once, and one may hold a dozen of the server's 200 connections.
    private static let turns = Turns(12)

    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Self.turns.take()
        do {
            try await withDatabase { configuration in
                try await Self.$configuration.withValue(configuration) { try await function() }
            }
        } catch {
            await Self.turns.giveBack()
            throw error
        }
        await Self.turns.giveBack()
    }
}

extension Trait where Self == Database {
    /// A database of its own for each test.
    public static var database: Database { Database() }
}
