import FoundationEssentials
import Postgres
import Rights

/// Erases everything of a client in one database (K8, K9): table after table in the order of the data map, in chunks of the
/// primary key, each a short transaction that notes its count and its place beside.
///
/// A slice of the work ends after a few seconds, by a kill at any moment too; the next goes on from the last chunk. Rows are
/// looked up without a lock, a page ahead, and deleted with one; a row that somebody holds is waited for briefly, then the
/// chunk is taken back and tried again. A table is gone through until a pass finds nothing, before the tables that it refers
/// to. Rows are deleted whatever an erasure of one person does with them, since they name the client still; categories that
/// are kept stay.
struct TenantErasure: Sendable {
    struct Slice: Sendable {
        var findings: TargetFindings
        /// How long to leave it alone; nil when all is done.
        var pause: Duration?
    }

    private let order: TargetOrder
    private let database: OwnDatabase
    private let shapes: TableShapes
    private let search: PersonSearch
    private let length: Duration
    private let tables: [PostgresDescription.Table]

    /// Looked up at once: a search through a table that is not sorted for it is paid by so many rows.
    private static let page = 5_000
    private static let passes = 50

    init(_ order: TargetOrder, _ database: OwnDatabase, _ shapes: TableShapes, length: Duration) throws {
        guard let client = order.client else { throw OwnDatabaseRefusal("no_client") }
        self.order = order
        self.database = database
        self.shapes = shapes
        self.length = length
        let keeps = order.keeps
        guard keeps.union(order.ends ?? []).isSubset(of: Set(database.description.tables.compactMap(\.category))) else {
            throw OwnDatabaseRefusal("kept_category_unknown")
        }
        let search = PersonSearch(database.description, shapes, identities: [], client: client.id, keeps: keeps)
        self.search = search
        tables = try database.tables.filter { table in
            guard try search.tenantRows(of: table) != nil else { return false }
            guard let ends = order.ends else { return true }
            // The client may have come back since: nothing goes but what was kept.
            if table.category.map(ends.contains) ?? false { return true }
            // Rows that had stayed only because kept ones are found through them nobody can tell from new ones.
            guard try search.isNeeded(table, by: ends) == nil else { throw OwnDatabaseRefusal("rest_by_person") }
            return false
        }
        guard !tables.isEmpty else { throw OwnDatabaseRefusal("no_tenant_column") }
    }

    private func part(_ table: PostgresDescription.Table) -> String { "tenant:\(table.name)" }
    private func kept(_ table: PostgresDescription.Table) -> String { "kept:\(table.name)" }

    // MARK: Act

    func act() async throws -> Slice {
        let end = ContinuousClock.now + length
        return try await database.pool.withConnection { connection in
            var places = try await open(connection)
            var pace = ChunkPace(perSecond: database.description.rowsPerSecond)
            for table in tables {
                guard var place = places[part(table)], !place.isDone else { continue }
                let isThrough: Bool
                do {
                    isThrough = try await clear(table, &place, &pace, until: end, connection)
                } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
                    // Rows came in that refer to these: all goes through once more before it is tried again.
                    try await connection.query(database.progress.again(order.key))
                    throw error
                }
                places[place.part] = place
                guard isThrough else { return Slice(findings: findings(places, at: table), pause: .zero) }
            }
            return Slice(findings: findings(places, at: nil), pause: nil)
        }
    }

    /// Counts, once and without a lock, what there is.
    private func open(_ connection: PostgresConnection) async throws -> [String: ProgressTable.Place] {
        let asked = database.progress.places(of: order.key)
        var places = try ProgressTable.places(try await connection.query(asked))
        guard tables.contains(where: { places[part($0)] == nil }) else { return places }
        for table in tables where places[part(table)] == nil {
            guard let rows = try search.tenantRows(of: table) else { continue }
            let isKept = search.isKept(table)
            let count = try await count(table, rows, connection)
            var stays: Int?
            if let needed = try search.isNeeded(table) {
                stays = try await self.count(table, "\(rows) AND \(needed)", connection)
            }
            let goes = isKept ? 0 : count.map { $0 - (stays ?? 0) }
            var statements = [database.progress.open(order.key, part(table), rows: 0, total: goes, isDone: isKept)]
            if let kept = isKept ? count : stays, kept > 0 {
                statements.append(
                    database.progress.open(order.key, self.kept(table), rows: kept, total: nil, isDone: true)
                )
            }
            try await connection.pipeline(statements)
        }
        places = try ProgressTable.places(try await connection.query(asked))
        return places
    }

    /// Nil where counting takes too long: then nobody knows how much there is.
    private func count(
        _ table: PostgresDescription.Table,
        _ rows: SQL,
        _ connection: PostgresConnection
    ) async throws -> Int? {
        do {
            let counted = try await connection.pipeline([
                "BEGIN", "SELECT set_config('statement_timeout', '2s', true)",
                "SELECT count(*) FROM \(SQL.table(table.name)) AS t WHERE \(rows)", "COMMIT",
            ])
            return Int(try counted[2].only.decode(0, as: Int64.self))
        } catch let error as PostgresError where error.sqlState == .queryCanceled {
            return nil
        }
    }

    /// Whether the table is through; false when the slice's time is over.
    private func clear(
        _ table: PostgresDescription.Table,
        _ place: inout ProgressTable.Place,
        _ pace: inout ChunkPace,
        until end: ContinuousClock.Instant,
        _ connection: PostgresConnection
    ) async throws -> Bool {
        while true {
            let page = try await page(of: table, after: place.place, connection)
            guard !page.isEmpty else {
                // Nothing behind the place, and nothing from the beginning either: through. Whoever writes on and on is
                // found by the look afterwards.
                let isDone = place.place == nil || place.pass >= Self.passes
                let turned = try await connection.query(database.progress.turn(order.key, place, isDone: isDone))
                guard turned.affected == 1 else { throw OwnDatabaseConflict() }
                place.place = nil
                place.pass += 1
                place.isDone = isDone
                if isDone { return true }
                continue
            }
            var begun = 0
            while begun < page.count {
                guard ContinuousClock.now < end else { return false }
                let chunk = page[begun..<min(page.count, begun + pace.rows)]
                let since = ContinuousClock.now
                do {
                    place.rows += try await delete(chunk, place, connection)
                } catch let error as PostgresError where error.sqlState == .lockNotAvailable || error.isRetryable {
                    pace.collided()
                    // Long enough for whoever holds the row to go on.
                    try await Task.sleep(for: ChunkPace.lockTimeout)
                    continue
                }
                place.place = chunk.last
                begun += chunk.count
                let time = ContinuousClock.now - since
                pace.took(time, chunk.count)
                let pause = pace.pause(after: chunk.count, taking: time)
                if pause > .zero { try await Task.sleep(for: pause) }
            }
        }
    }

    private func page(
        of table: PostgresDescription.Table,
        after place: [String]?,
        _ connection: PostgresConnection
    ) async throws -> PersonRows {
        var page = try PersonRows(table, shapes)
        guard let rows = try goes(table) else { return page }
        let condition: SQL = place.map { "\(rows) AND \(page.isAfter($0))" } ?? rows
        let found = try await connection.query(
            """
            SELECT \(PersonRows.columns(table)) FROM \(SQL.table(table.name)) AS t WHERE \(condition)
            ORDER BY \(PersonRows.order(table)) LIMIT \(raw: String(Self.page))
            """
        )
        for row in found { try page.add(row) }
        return page
    }

    private func goes(_ table: PostgresDescription.Table) throws -> SQL? {
        guard !search.isKept(table), let rows = try search.tenantRows(of: table) else { return nil }
        return try search.isNeeded(table).map { "\(rows) AND NOT \($0)" } ?? rows
    }

    /// The wait for the disk is left out: the count is lost with the rows' deletion or neither is, and the table's end, which
    /// comes later, is waited for.
    private func delete(
        _ rows: PersonRows,
        _ place: ProgressTable.Place,
        _ connection: PostgresConnection
    ) async throws -> Int {
        guard let goes = try goes(rows.table) else { return 0 }
        let settings: SQL = """
            SELECT set_config('lock_timeout', \("\(ChunkPace.lockTimeout.wholeMilliseconds)ms"), true),
              set_config('synchronous_commit', 'off', true)
            """
        let done = try await connection.pipeline([
            "BEGIN", settings, database.progress.lock(order.key, place),
            database.progress.advance(
                order.key,
                place,
                to: rows.last,
                deleting: SQL.table(rows.table.name),
                where: "\(rows.condition) AND \(goes)"
            ), "COMMIT",
        ])
        guard let row = done[3].first else { throw OwnDatabaseConflict() }
        return Int(try row.decode(0, as: Int64.self))
    }

    private func findings(
        _ places: [String: ProgressTable.Place],
        at table: PostgresDescription.Table?
    ) -> TargetFindings {
        var findings = TargetFindings()
        var total: Int? = 0
        for table in tables {
            if let place = places[part(table)] {
                findings.rows = (findings.rows ?? 0) + place.rows
                total = total.flatMap { sum in place.total.map { sum + max($0, place.rows) } }
                if place.rows > 0 { findings.parts.append(.init(table.name, "deleted", rows: place.rows)) }
            }
            if let place = places[kept(table)] { findings.parts.append(.init(table.name, "kept", rows: place.rows)) }
        }
        findings.done = findings.rows
        findings.total = total
        findings.checkpoint = table?.name
        return findings
    }

    // MARK: Verify

    /// How many rows of the client are there that should not be.
    func look() async throws -> Int {
        let statements = try tables.compactMap { table in
            try goes(table).map { "SELECT count(*) FROM \(SQL.table(table.name)) AS t WHERE \($0)" as SQL }
        }
        let counted = try await database.pool.withConnection { try await $0.pipeline(statements) }
        return try counted.reduce(0) { $0 + Int(try $1.only.decode(0, as: Int64.self)) }
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
