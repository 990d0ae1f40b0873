import Fleet
import FoundationEssentials
import Logging
import Postgres
package import Rights

/// Reaches own databases: acts in one transaction for each person and system, and knows what it did by reading again.
///
/// A repetition with the same key does nothing and reports the same counts, since they were written in the transaction that
/// did it. What of a client goes in chunks, a slice of some seconds at a time.
package struct PostgresConnector: Connector {
    private let secrets: SecretStore
    private let timeout: Duration
    /// How long a client's rows are deleted before it is said how far it has come.
    private let slice: Duration
    private let logger: Logger
    private let databases = OwnDatabases()

    package init(_ services: ConnectorServices) {
        // Far from the end of the lease, and not so short that the way to the next slice shows.
        let slice = min(.seconds(4), services.timeout / 2)
        self.init(secrets: services.secrets, timeout: services.timeout, slice: slice, logger: services.logger)
    }

    init(secrets: SecretStore, timeout: Duration, slice: Duration, logger: Logger) {
        self.secrets = secrets
        self.timeout = timeout
        self.slice = slice
        self.logger = logger
    }

    package var longestCall: Duration { timeout + .seconds(5) }
    package var looksAtOnce: Bool { true }
    private static let storing: Duration = .seconds(100)

    package func close() async { await databases.close() }

    /// The SQL of the table in which a database notes what was done there, for one in which the connector may make none itself.
    package static func progressTable(of description: PostgresDescription) -> String {
        ProgressTable(description.progress).definition.text + ";\n"
    }

    package func perform(_ order: TargetOrder) async -> TargetReport {
        guard case .postgres(let description) = order.system.connector else {
            return TargetReport(.refused("no_connector"))
        }
        guard order.step == .act || order.step == .verify else { return TargetReport(.refused("nothing_to_ask")) }
        let tables = Set(description.tables.map(\.name))
        let database: OwnDatabase
        do {
            database = try await databases.database(
                of: order.system,
                description,
                url: secrets.secret(description.url),
                timeout: timeout,
                logger: logger
            )
        } catch {
            return TargetReport(.database(error, tables: tables))
        }
        do {
            // What was collected has to get to the store, too.
            let limit = order.operation == .collect ? timeout + Self.storing : timeout
            return try await bounded(limit) { [slice] in try await Self.perform(order, database, slice: slice) }
        } catch {
            // Whoever mends the schema is not made to restart the worker.
            if error is OwnDatabaseRefusal || (error as? PostgresError)?.sqlState?.classCode == "42" {
                database.forget()
            }
            guard Task.isCancelled else { return TargetReport(.database(error, tables: tables)) }
            // This worker ends; whatever was noted is found again.
            return TargetReport(.retry(AttemptVerdict.notBegun, blamesTarget: false, mayHaveActed: true))
        }
    }

    /// Within the time of one attempt; what has been committed by then is found again by its key.
    private func bounded(_ limit: Duration, _ body: @escaping @Sendable () async throws -> TargetReport) async throws
        -> TargetReport
    {
        try await withThrowingTaskGroup(of: TargetReport.self) { group in
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: limit)
                return TargetReport(.retry("timeout", blamesTarget: true, mayHaveActed: true))
            }
            defer { group.cancelAll() }
            guard let report = try await group.next() else { throw CancellationError() }
            return report
        }
    }

    private static func perform(
        _ order: TargetOrder,
        _ database: OwnDatabase,
        slice: Duration
    ) async throws -> TargetReport {
        let shapes = try await database.known()
        switch (order.operation, order.step) {
        case (.erase, .act): return acted(try await PersonErasure(order, database, shapes).act())
        case (.erase, _): return looked(try await PersonErasure(order, database, shapes).look())
        case (.rectify, .act), (.restrict, .act), (.unrestrict, .act), (.suppress, .act):
            return acted(try await PersonChange(order, database, shapes).act())
        case (.rectify, _), (.restrict, _), (.unrestrict, _), (.suppress, _):
            return looked(try await PersonChange(order, database, shapes).look())
        case (.eraseTenant, .act):
            let slice = try await TenantErasure(order, database, shapes, length: slice).act()
            if let pause = slice.pause { return TargetReport(.waiting(after: pause), slice.findings) }
            return acted(slice.findings.parts.isEmpty ? nil : slice.findings)
        case (.eraseTenant, _):
            return looked(try await TenantErasure(order, database, shapes, length: slice).look())
        case (.collect, .act):
            let slice = try await PersonCopy(order, database, shapes).act()
            guard slice.isThrough else { return TargetReport(.waiting(after: .zero), slice.findings) }
            return TargetReport(.done(slice.findings.rows == 0 ? .alreadyAbsent : .done), slice.findings)
        case (.collect, _): throw OwnDatabaseRefusal("nothing_to_ask")
        }
    }

    /// - Parameter findings: nil where nothing was found.
    private static func acted(_ findings: TargetFindings?) -> TargetReport {
        if let findings { return TargetReport(.done(), findings) }
        var nothing = TargetFindings()
        nothing.rows = 0
        return TargetReport(.done(.alreadyAbsent), nothing)
    }

    private static func looked(_ left: Int) -> TargetReport {
        var findings = TargetFindings()
        findings.stillThere = left
        findings.level = .reRead
        return TargetReport(.done(), findings)
    }
}
