import FoundationEssentials
import Postgres
import Rights

/// Collects what one database holds about one person: table after table in the order of the data map, each by its primary key, as
/// one JSON object a row.
///
/// A slice of the work ends after a few seconds; the next goes on behind the last row that was put into the store. Each row is as
/// it was when it was read. Columns that the data map withholds say only that there is something; of a list that names several
/// people only this person is shown.
struct PersonCopy: Sendable {
    struct Slice: Sendable {
        var findings: TargetFindings
        /// Whether everything has been read.
        var isThrough: Bool
    }

    /// Where a slice ended.
    private struct Place: Codable {
        var table = 0
        /// Of the last row that was taken; nil at the beginning of a table.
        var key: [String]?
        /// Rows that the person has in this table, counted when it was begun, and up to one more than are sorted.
        var counted: Int?
        var pieces = 0
        /// Rows of each table that is through, and of the one that is being read.
        var rows: [Int] = []
        /// How many rows the database's planner believes the person to have in each table; nil while nobody has asked.
        var expected: [Int]?

        var isLong: Bool { counted.map { $0 > PersonCopy.few } ?? false }

        /// How many rows there are in all, as far as that can be known without reading them.
        var total: Int? {
            guard let expected else { return nil }
            return expected.indices.reduce(0) { sum, index in
                let read = index < rows.count ? rows[index] : 0
                if index < table { return sum + read }
                if index == table, let counted, !isLong { return sum + max(counted, read) }
                return sum + max(expected[index], read, index == table ? counted ?? 0 : 0)
            }
        }
    }

    /// The JSON text of a row as it came over the wire.
    private struct RowText: PostgresDecodable {
        let bytes: [UInt8]

        init(postgres cell: Cell) { bytes = [UInt8](cell.bytes) }
    }

    private struct Query {
        let table: PostgresDescription.Table
        let condition: SQL
        let columns: [String]
    }

    private let database: OwnDatabase
    private let desk: CopyDesk
    private let search: PersonSearch
    private let shapes: TableShapes
    private let checkpoint: String?
    private let queries: [Query]

    /// Up to so many rows are looked for by whatever finds them and sorted; more are read along the key, without sorting.
    private static let few = 20_000
    /// A page of rows in memory.
    private static let page = 1 << 20

    init(_ order: TargetOrder, _ database: OwnDatabase, _ shapes: TableShapes) throws {
        guard let desk = order.copy else { throw OwnDatabaseRefusal("no_store") }
        guard !order.identities.isEmpty else { throw OwnDatabaseRefusal("no_identity") }
        self.database = database
        self.desk = desk
        self.shapes = shapes
        checkpoint = order.checkpoint
        let search = PersonSearch(
            database.description,
            shapes,
            identities: order.identities,
            client: order.client?.id,
            keeps: []
        )
        self.search = search
        queries = try database.description.tables.compactMap { table in
            guard order.only.map({ only in table.category.map(only.contains) ?? false }) ?? true else { return nil }
            guard let condition = try search.rows(of: table) else { return nil }
            return Query(table: table, condition: condition, columns: try shapes.columns(of: table.name))
        }
        guard !queries.isEmpty else { throw OwnDatabaseRefusal("no_common_identity") }
    }

    func act() async throws -> Slice {
        var pieces: [CopiedPiece] = []
        do {
            return try await act(&pieces)
        } catch {
            await desk.takeBack(pieces)
            throw error
        }
    }

    /// - Parameter pieces: gets what is in the store.
    private func act(_ pieces: inout [CopiedPiece]) async throws -> Slice {
        let end = ContinuousClock.now + desk.slice
        var place = try checkpoint.map { try desk.opened($0, as: Place.self) } ?? Place()
        while place.table < queries.count {
            if place.rows.count <= place.table { place.rows.append(0) }
            let isThrough = try await read(queries[place.table], &place, &pieces, until: end)
            guard isThrough else { break }
            place.table += 1
            place.key = nil
            place.counted = nil
        }
        // Only of a copy that takes its time somebody asks how long.
        if place.table < queries.count, place.expected == nil { place.expected = try await expected() }
        return Slice(findings: findings(place, pieces), isThrough: place.table == queries.count)
    }

    private func findings(_ place: Place, _ pieces: [CopiedPiece]) -> TargetFindings {
        var findings = TargetFindings()
        findings.pieces = pieces
        let rows = place.rows.reduce(0, +)
        guard place.table == queries.count else {
            findings.done = rows
            findings.total = place.total
            findings.checkpoint = desk.sealed(place)
            return findings
        }
        findings.rows = rows
        findings.level = .attestation
        findings.parts = zip(queries, place.rows).map { TargetFindings.Part($0.table.name, "copied", rows: $1) }
        return findings
    }

    /// Reads on in one table; answers whether it is through, false when the slice's time is over.
    private func read(
        _ query: Query,
        _ place: inout Place,
        _ pieces: inout [CopiedPiece],
        until end: ContinuousClock.Instant
    ) async throws -> Bool {
        let start = place
        let (counted, piece, last, isThrough) = try await database.pool.withTransaction { connection in
            // What a row says must not hang on whose session it is read in.
            try await connection.pipeline([
                "SET TRANSACTION READ ONLY", "SET LOCAL timezone = 'UTC'", "SET LOCAL intervalstyle = 'iso_8601'",
                "SET LOCAL bytea_output = 'hex'", "SET LOCAL extra_float_digits = 1",
            ])
            let counted = if let known = start.counted { known } else { try await count(query, connection) }
            // All rows are wanted, not the first few at once; of many the way along the key is the one that does not sort.
            try await connection.pipeline([
                "SET LOCAL cursor_tuple_fraction = 1",
                counted > Self.few ? "SET LOCAL enable_sort = off" : "SET LOCAL enable_sort = on",
            ])
            var piece: CopyPiece?
            var last = start.key
            var isThrough = true
            do {
                try await connection.streamPages(try statement(query, after: start.key), fetch: 4096, bytes: Self.page)
                {
                    page in
                    let writing =
                        try piece ?? desk.rows(query.table.name, ordinal: start.pieces, columns: query.columns)
                    piece = writing
                    for row in page { try writing.add(row: try row.decode(0, as: RowText.self).bytes) }
                    last = try page.last.map(key)
                    try Task.checkCancellation()
                    if ContinuousClock.now >= end { throw SliceOver() }
                }
            } catch is SliceOver {
                isThrough = false
            }
            return (counted, try piece?.close(), last, isThrough)
        }
        place.counted = counted
        place.key = last
        if let piece {
            place.rows[place.table] += piece.piece.rows
            pieces.append(try await piece.store())
            place.pieces += 1
        }
        return isThrough
    }

    private struct SliceOver: Error {}

    private func key(_ row: Row) throws -> [String] {
        try (1..<row.count).map { try row.decode($0, as: String.self) }
    }

    /// Up to one more than are sorted.
    private func count(_ query: Query, _ connection: PostgresConnection) async throws -> Int {
        let counted: SQL = """
            SELECT count(*) FROM (SELECT FROM \(SQL.table(query.table.name)) AS t WHERE \(query.condition)
              LIMIT \(raw: String(Self.few + 1))) AS few
            """
        return Int(try await connection.query(counted).only.decode(0, as: Int64.self))
    }

    /// What the planner expects of each table, without reading a row; nil where it cannot be asked.
    private func expected() async throws -> [Int]? {
        let questions: [SQL] = queries.map {
            "EXPLAIN SELECT FROM \(SQL.table($0.table.name)) AS t WHERE \($0.condition)"
        }
        let plans: [Rows]
        do {
            plans = try await database.pool.withConnection { try await $0.pipeline(questions) }
        } catch is PostgresError {
            return nil
        }
        // The first line of each alone: below it stand conditions, with whom they are about.
        let counts = try plans.compactMap { plan in
            try plan.first?.decode(0, as: String.self).firstMatch(of: /rows=([0-9]+)/).flatMap { Int($0.output.1) }
        }
        return counts.count == queries.count ? counts : nil
    }

    private func statement(_ query: Query, after key: [String]?) throws -> SQL {
        let table = query.table
        let shown = try query.columns.map { "\(try self.shown($0, of: table)) AS \(identifier: $0)" as SQL }
        var condition = query.condition
        if let key { condition = "\(condition) AND \(try PersonRows(table, shapes).isAfter(key))" }
        let keys = table.key.map { SQL.column($0, of: "d") }
        return """
            SELECT row_to_json(d)::text, \(keys.map { "\($0)::text" as SQL }.joined(", "))
              FROM (SELECT \(shown.joined(", ")) FROM \(SQL.table(table.name)) AS t WHERE \(condition)) AS d
             ORDER BY \(keys.joined(", "))
            """
    }

    /// What a copy says of a column.
    private func shown(_ name: String, of table: PostgresDescription.Table) throws -> SQL {
        let column = SQL.column(name, of: "t")
        if table.withheld[name] != nil { return "CASE WHEN \(column) IS NOT NULL THEN \(Self.withheld)::text END" }
        if let list = try search.list(name, of: table) { return list.own }
        return column
    }

    /// What stands where there is something that is not shown.
    static let withheld = "[withheld]"
}
