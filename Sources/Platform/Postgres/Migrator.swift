public import FoundationEssentials

/// Brings a database to the schema that a program was written for, by numbered steps that are applied once each.
///
/// What was applied is recorded with a checksum, so that an edited step is noticed. An advisory lock makes several
/// migrators take turns.
public struct Migrator: Sendable {
    public let migrations: [Migration]
    private let table: String
    private let stepTimeout: Duration

    /// - Parameters:
    ///   - table: where the applied steps are recorded, in the first schema of the search path.
    ///   - stepTimeout: for one step; the connection's own limits do not apply.
    /// - Throws: ``MigrationError/Code/notNumbered``.
    public init(_ migrations: [Migration], table: String = "schema_migration", stepTimeout: Duration = .seconds(3600))
        throws
    {
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            throw MigrationError(.notNumbered, number: migration.number, name: migration.name)
        }
        self.migrations = migrations
        self.table = table
        self.stepTimeout = stepTimeout
    }

    public struct Applied: Sendable, Hashable {
        public let number: Int
        public let name: String
        public let appliedAt: Date
    }

    public struct Status: Sendable, Hashable {
        public let applied: [Applied]
        public let pending: [Migration]
        /// Steps in the database that the program does not know.
        public let unknown: [Applied]
        /// What stands in the way of applying the pending ones.
        public let fault: MigrationError?

        public var isCurrent: Bool { pending.isEmpty && fault == nil }
    }

    /// Compares without changing anything; a database without the table has nothing applied.
    public func status(_ connection: PostgresConnection) async throws -> Status {
        let exists = try await connection.query("SELECT to_regclass(\("\"" + table + "\"")) IS NOT NULL").only.decode(
            0,
            as: Bool.self
        )
        guard exists else { return Status(applied: [], pending: migrations, unknown: [], fault: nil) }
        // The server does the hashing: the program needs no cryptography for it.
        let rows = try await connection.query(
            """
            SELECT m.number, m.name, m.applied_at,
                   k.number IS NOT NULL AS known,
                   k.number IS NOT NULL AND m.checksum <> sha256(k.sql) AS changed
            FROM \(identifier: table) AS m
            LEFT JOIN unnest(\(migrations.map(\.number)), \(migrations.map { Array($0.sql.utf8) })) AS k(number, sql)
                ON k.number = m.number
            ORDER BY m.number
            """
        ).decode(Int.self, String.self, Date.self, Bool.self, Bool.self)
        let applied = rows.map { Applied(number: $0.0, name: $0.1, appliedAt: $0.2) }
        let numbers = Set(applied.map(\.number))
        let pending = migrations.filter { !numbers.contains($0.number) }
        let unknown = zip(rows, applied).filter { !$0.0.3 }.map(\.1)
        var fault: MigrationError?
        if let changed = rows.first(where: { $0.4 }) {
            fault = MigrationError(.changed, number: changed.0, name: changed.1)
        } else if let gap = pending.first(where: { $0.number < (applied.last?.number ?? 0) }) {
            fault = MigrationError(.gap, number: gap.number, name: gap.name)
        } else if let newer = unknown.first {
            fault = MigrationError(.newer, number: newer.number, name: newer.name)
        }
        return Status(applied: applied, pending: pending, unknown: unknown, fault: fault)
    }

    /// What a program does when it starts: makes sure that the database is what it needs.
    /// - Parameter allowsNewer: whether steps that the program does not know are all right, because the schema only ever
    ///   grows while an older program runs.
    public func check(_ connection: PostgresConnection, allowsNewer: Bool = false) async throws {
        let status = try await status(connection)
        if let fault = status.fault, !(fault.code == .newer && allowsNewer) { throw fault }
        if let missing = status.pending.first {
            throw MigrationError(.pending, number: missing.number, name: missing.name)
        }
    }

    /// Applies what is missing, each step in a transaction of its own, and answers what it applied.
    /// - Parameter willApply: called before each step.
    @discardableResult
    public func up(
        _ connection: PostgresConnection,
        willApply: @Sendable (Migration) -> Void = { _ in }
    ) async throws -> [Migration] {
        try await lock(connection)
        let outcome: Swift.Result<[Migration], any Error>
        do {
            outcome = .success(try await applyPending(connection, willApply))
        } catch {
            outcome = .failure(error)
        }
        // A connection that cannot unlock any more is gone, and its lock with it.
        if connection.isUsable { try await unlock(connection) }
        return try outcome.get()
    }

    private func applyPending(
        _ connection: PostgresConnection,
        _ willApply: @Sendable (Migration) -> Void
    ) async throws -> [Migration] {
        try await connection.query(
            """
            CREATE TABLE IF NOT EXISTS \(identifier: table) (
                number integer PRIMARY KEY CHECK (number > 0),
                name text NOT NULL,
                checksum bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
        let status = try await status(connection)
        if let fault = status.fault { throw fault }
        for migration in status.pending {
            willApply(migration)
            do {
                try await apply(migration, connection)
            } catch let error as PostgresError {
                throw MigrationError(.failed, number: migration.number, name: migration.name, cause: error.description)
            }
        }
        return status.pending
    }

    private func apply(_ migration: Migration, _ connection: PostgresConnection) async throws {
        let record: SQL = """
            INSERT INTO \(identifier: table) (number, name, checksum)
            VALUES (\(migration.number), \(migration.name), sha256(\(Array(migration.sql.utf8))))
            """
        guard migration.isTransactional else {
            try await connection.execute(migration.sql, timeout: stepTimeout)
            try await connection.query(record)
            return
        }
        try await connection.transaction { connection in
            try await connection.query("SET LOCAL statement_timeout = 0")
            try await connection.execute(migration.sql, timeout: stepTimeout)
            try await connection.query(record)
        }
    }

    /// Taken by trying, not by waiting: a statement that waits holds a snapshot, on which another migrator's
    /// `CREATE INDEX CONCURRENTLY` would wait in turn.
    private func lock(_ connection: PostgresConnection) async throws {
        while true {
            let rows = try await connection.query("SELECT pg_try_advisory_lock(hashtextextended(\(lockName), 0))")
            if try rows.only.decode(0, as: Bool.self) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func unlock(_ connection: PostgresConnection) async throws {
        try await connection.query("SELECT pg_advisory_unlock(hashtextextended(\(lockName), 0))")
    }

    private var lockName: String { "migrations of " + table }
}
