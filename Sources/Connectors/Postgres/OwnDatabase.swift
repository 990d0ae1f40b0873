import FoundationEssentials
import Logging
import Postgres
import Rights
import Synchronization

/// One own database: a few connections, and what its catalog says of the tables that are described.
final class OwnDatabase: Sendable {
    let description: PostgresDescription
    let pool: PostgresPool
    let progress: ProgressTable
    /// In the order in which rows are deleted.
    let tables: [PostgresDescription.Table]
    private let shapes = Mutex<TableShapes?>(nil)

    init(_ description: PostgresDescription, _ configuration: PostgresConfiguration, size: Int, logger: Logger) {
        self.description = description
        tables = description.inOrder
        progress = ProgressTable(description.progress)
        pool = PostgresPool(configuration: configuration, size: size, acquireTimeout: .seconds(60), logger: logger)
    }

    /// Makes the progress table where it is not there, and learns the columns, once.
    func known() async throws -> TableShapes {
        if let known = shapes.withLock({ $0 }) { return known }
        let read = try await pool.withConnection { connection in
            if try await !hasProgress(connection) { try await makeProgress(connection) }
            return try TableShapes(try await connection.query(TableShapes.reading(description.tables.map(\.name))))
        }
        shapes.withLock { $0 = read }
        return read
    }

    private func hasProgress(_ connection: PostgresConnection) async throws -> Bool {
        do {
            try await connection.query("SELECT FROM \(progress.name) WHERE false")
            return true
        } catch let error as PostgresError where error.sqlState == .undefinedTable {
            return false
        }
    }

    /// Several calls may come first at once, and the server has more than one way to say that another was faster.
    private func makeProgress(_ connection: PostgresConnection) async throws {
        do {
            try await connection.query(progress.definition)
        } catch let error as PostgresError
            where error.sqlState == .insufficientPrivilege || error.sqlState?.rawValue == "3F000"
        {
            throw OwnDatabaseRefusal("no_progress_table")
        } catch let error as PostgresError {
            guard try await hasProgress(connection) else { throw error }
        }
    }

    /// The schema is not what it was.
    func forget() { shapes.withLock { $0 = nil } }
}

/// The own databases that have been asked for, one each until it is described otherwise or its URL changes.
actor OwnDatabases {
    private struct Entry {
        let url: String
        let database: OwnDatabase
    }

    private var entries: [String: Entry] = [:]
    private var isClosed = false

    /// - Parameter url: the secret itself.
    func database(
        of system: DataSystem,
        _ description: PostgresDescription,
        url: String,
        timeout: Duration,
        logger: Logger
    ) throws -> OwnDatabase {
        if let entry = entries[system.id], entry.url == url, entry.database.description == description {
            return entry.database
        }
        guard !isClosed else { throw CancellationError() }
        var configuration: PostgresConfiguration
        do {
            configuration = try PostgresConfiguration(url: url)
        } catch {
            throw OwnDatabaseRefusal("bad_url")
        }
        let encryption = configuration.keywords["sslmode"] ?? ""
        guard system.isInternal || ["require", "verify-ca", "verify-full"].contains(encryption) else {
            throw OwnDatabaseRefusal("no_tls")
        }
        configuration.applicationName = configuration.applicationName ?? "habeas"
        configuration.statementTimeout = timeout
        configuration.lockTimeout = min(timeout, .seconds(5))
        configuration.idleInTransactionTimeout = timeout
        configuration.responseTimeout = timeout
        let database = OwnDatabase(
            description,
            configuration,
            size: min(max(system.inFlight, 1), Self.connections),
            logger: logger
        )
        if let old = entries.updateValue(Entry(url: url, database: database), forKey: system.id) {
            Task { await old.database.pool.shutdown() }
        }
        return database
    }

    func close() async {
        isClosed = true
        let open = entries.values.map(\.database)
        entries = [:]
        for database in open { await database.pool.shutdown() }
    }

    /// To one database, at most: more of them share two cores there, too.
    private static let connections = 8
}
