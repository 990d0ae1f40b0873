import Fleet
import FoundationEssentials
import Logging
import Postgres

/// The command's one connection to the database.
enum DatabaseSession {
    /// Connects, runs `body` and closes, whatever comes of it.
    static func run<Result>(
        _ configuration: FleetConfiguration,
        statementTimeout: Duration = .seconds(30),
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        var target = try PostgresConfiguration(url: configuration.required(.databaseURL))
        target.applicationName = target.applicationName ?? "habeas"
        target.statementTimeout = statementTimeout
        target.responseTimeout = statementTimeout == .zero ? .seconds(3600) : statementTimeout + .seconds(30)
        let connection = try await PostgresConnection.connect(target, logger: .silent)
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

extension Logger {
    /// A command says what happened in its own words; what libraries log would only stand between them.
    static var silent: Logger { Logger(label: "habeas") { _ in SwiftLogNoOpLogHandler() } }
}
