import FoundationEssentials
import Postgres
import Rights

/// Erases one person in one database, in one transaction: finds and locks the rows, carries out what the data map says of each
/// table, looks whether what stays still tells who it is, and notes the counts beside.
struct PersonErasure: Sendable {
    /// What was found in one table.
    private struct Found {
        let table: PostgresDescription.Table
        /// Rows that are the person's alone.
        var alone: PersonRows
        /// Rows that somebody else has a part in.
        var shared: PersonRows
        /// Those of them that are the person's by a column besides.
        var sharedOwn: PersonRows
        /// Rows that stay for a time (K11).
        var kept = 0
    }

    private let order: TargetOrder
    private let database: OwnDatabase
    private let shapes: TableShapes
    private let search: PersonSearch
    /// Of what is erased now that its time is over; nil where everything is.
    private let rest: Set<String>?
    private let traces: IdentityTraces
    static let part = "erase"

    init(_ order: TargetOrder, _ database: OwnDatabase, _ shapes: TableShapes) throws {
        self.order = order
        self.database = database
        self.shapes = shapes
        let known = Set(database.description.tables.compactMap(\.category))
        guard order.keeps.union(order.ends ?? []).isSubset(of: known) else {
            throw OwnDatabaseRefusal("kept_category_unknown")
        }
        rest = order.ends
        traces = IdentityTraces(order.identities)
        search = PersonSearch(
            database.description,
            shapes,
            identities: order.identities,
            client: order.client?.id,
            keeps: order.keeps
        )
    }

    // MARK: Act

    func act() async throws -> TargetFindings? {
        guard !order.identities.isEmpty else { throw OwnDatabaseRefusal("no_identity") }
        return try await database.pool.withTransaction { connection in
            let (tables, statements) = try looks()
            let asked = database.progress.findings(of: order.key, Self.part)
            let read = try await connection.pipeline([asked] + statements)
            if let before = try Self.before(read[0]) { return before }
            var found: [Found] = []
            for (table, rows) in zip(tables, read.dropFirst()) { found.append(try self.found(table, rows)) }
            guard found.contains(where: { !$0.alone.isEmpty || !$0.shared.isEmpty || $0.kept > 0 }) else {
                // Another attempt may have ended while this one waited for its locks.
                return try Self.before(try await connection.query(asked))
            }
            return try await carryOut(found, connection)
        }
    }

    private static func before(_ rows: Rows) throws -> TargetFindings? {
        guard let row = rows.first else { return nil }
        return TargetFindings(reading: try row.decode(0, as: JSONText.self).text)
    }

    /// Locks in the order of the keys, so that two that meet wait for each other in one direction only.
    private func looks() throws -> ([PostgresDescription.Table], [SQL]) {
        var tables: [PostgresDescription.Table] = []
        var statements: [SQL] = []
        for table in database.tables {
            guard let rows = try search.rows(of: table) else { continue }
            if search.isKept(table) {
                tables.append(table)
                statements.append("SELECT count(*) FROM \(SQL.table(table.name)) AS t WHERE \(rows)")
                continue
            }
            guard let condition = try isDue(table, rows) else { continue }
            tables.append(table)
            statements.append(
                """
                SELECT \(PersonRows.columns(table)), \(try search.isNeeded(table) ?? "false"), \(try search.isShared(table)),
                  coalesce(\(try search.own(table) ?? "false"), false)
                FROM \(SQL.table(table.name)) AS t WHERE \(condition) ORDER BY \(PersonRows.order(table)) FOR UPDATE OF t
                """
            )
        }
        guard !tables.isEmpty else { throw OwnDatabaseRefusal("no_common_identity") }
        return (tables, statements)
    }

    /// Nil where nothing of this table goes now.
    private func isDue(_ table: PostgresDescription.Table, _ rows: SQL) throws -> SQL? {
        guard let rest, !(table.category.map(rest.contains) ?? false) else { return rows }
        return try search.isNeeded(table, by: rest).map { "\(rows) AND \($0)" }
    }

    private func found(_ table: PostgresDescription.Table, _ rows: Rows) throws -> Found {
        let empty = try PersonRows(table, shapes)
        var found = Found(table: table, alone: empty, shared: empty, sharedOwn: empty)
        if search.isKept(table) {
            found.kept = Int(try rows.only.decode(0, as: Int64.self))
            return found
        }
        let width = table.key.count
        for row in rows {
            if try row.decode(width, as: Bool.self) {
                found.kept += 1
            } else if try row.decode(width + 1, as: Bool.self) {
                try found.shared.add(row)
                if try row.decode(width + 2, as: Bool.self) { try found.sharedOwn.add(row) }
            } else {
                try found.alone.add(row)
            }
        }
        return found
    }

    // MARK: Carrying out

    private func carryOut(_ found: [Found], _ connection: PostgresConnection) async throws -> TargetFindings {
        var findings = TargetFindings()
        var statements: [SQL] = []
        /// What each statement has to come to.
        var wanted: [Int] = []
        var checks: [SQL] = []
        var acted = 0
        func act(_ statement: SQL, on rows: PersonRows) {
            statements.append(statement)
            wanted.append(rows.count)
        }
        for found in found {
            let table = found.table
            if !found.alone.isEmpty {
                acted += found.alone.count
                act(try ending(found.alone), on: found.alone)
                for action in actions(table) {
                    findings.parts.append(.init(table.name, action, rows: found.alone.count))
                }
                if !table.deletes {
                    checks += [try stillFound(found.alone), try traces.search(found.alone, shapes)].compactMap { $0 }
                }
            }
            if !found.shared.isEmpty {
                acted += found.shared.count
                act(try removal(found.shared), on: found.shared)
                findings.parts.append(.init(table.name, "removed_from", rows: found.shared.count))
                if !found.sharedOwn.isEmpty { act(try disowning(found.sharedOwn), on: found.sharedOwn) }
                checks += [try stillFound(found.shared)].compactMap { $0 }
            }
            if found.kept > 0 { findings.parts.append(.init(table.name, "kept", rows: found.kept)) }
        }
        findings.rows = acted
        let note = database.progress.note(findings, of: order.key, Self.part)
        let done = try await connection.pipeline(statements + [note] + checks)
        // A trigger can make of a deletion nothing, without a word.
        for (rows, wanted) in zip(done, wanted) where rows.affected != wanted {
            throw OwnDatabaseRefusal("not_carried_out")
        }
        guard done[statements.count].affected == 1 else { throw OwnDatabaseConflict() }
        for rows in done.dropFirst(statements.count + 1) {
            if try rows.only.decode(0, as: Bool.self) { throw OwnDatabaseRefusal("still_identifies") }
        }
        return findings
    }

    private func actions(_ table: PostgresDescription.Table) -> [String] {
        if table.deletes { return ["deleted"] }
        let used = Set(table.columns.values)
        return (used.contains(.mask) ? ["masked"] : []) + (used.contains(.deidentify) ? ["deidentified"] : [])
    }

    private func ending(_ rows: PersonRows) throws -> SQL {
        let table = rows.table
        if table.deletes { return "DELETE FROM \(SQL.table(table.name)) AS t WHERE \(rows.condition)" }
        var settings = try self.settings(table.columns, table)
        // A list in which nobody else is left names nobody at all.
        for name in table.removesFrom.keys.sorted() {
            if let list = try search.list(name, of: table) { settings.append("\(identifier: name) = \(list.rest)") }
        }
        return update(rows, settings)
    }

    private func removal(_ rows: PersonRows) throws -> SQL {
        var settings: [SQL] = []
        for name in rows.table.removesFrom.keys.sorted() {
            if let list = try search.list(name, of: rows.table) {
                settings.append("\(identifier: name) = \(list.rest)")
            }
        }
        return update(rows, settings)
    }

    /// A shared row stays, and says no more whose it was.
    private func disowning(_ rows: PersonRows) throws -> SQL {
        let table = rows.table
        var columns = table.columns
        for match in table.match.values where columns[match.column] ?? .keep == .keep { columns[match.column] = .mask }
        if let via = table.via, columns[via.column] ?? .keep == .keep { columns[via.column] = .mask }
        return update(rows, try settings(columns, table))
    }

    private func settings(
        _ columns: [String: PostgresDescription.ColumnAction],
        _ table: PostgresDescription.Table
    ) throws -> [SQL] {
        var settings: [SQL] = []
        for (name, action) in columns.sorted(by: { $0.key < $1.key }) {
            let shape = try shapes.column(name, of: table.name)
            let value: SQL?
            switch action {
            case .keep: continue
            case .mask: value = shape.masked
            case .deidentify: value = shape.deidentified(SQL.column(name, of: "t"))
            }
            guard let value else { throw OwnDatabaseRefusal("column_type") }
            settings.append("\(identifier: name) = \(value)")
        }
        return settings
    }

    private func update(_ rows: PersonRows, _ settings: [SQL]) -> SQL {
        "UPDATE \(SQL.table(rows.table.name)) AS t SET \(settings.joined(", ")) WHERE \(rows.condition)"
    }

    // MARK: Looking

    /// Whether any of these rows is still found by what is known of the person.
    private func stillFound(_ rows: PersonRows) throws -> SQL? {
        guard let condition = try search.rows(of: rows.table) else { return nil }
        return
            "SELECT EXISTS (SELECT FROM \(SQL.table(rows.table.name)) AS t WHERE \(rows.condition) AND \(condition))"
    }

    /// How many rows of the person are there that should not be.
    func look() async throws -> Int {
        guard !order.identities.isEmpty else { throw OwnDatabaseRefusal("no_identity") }
        var statements: [SQL] = []
        for table in database.tables where !search.isKept(table) {
            guard let rows = try search.rows(of: table), let due = try isDue(table, rows) else { continue }
            let condition: SQL = try search.isNeeded(table).map { "\(due) AND NOT \($0)" } ?? due
            statements.append("SELECT count(*) FROM \(SQL.table(table.name)) AS t WHERE \(condition)")
        }
        guard !statements.isEmpty else { return 0 }
        let counted = try await database.pool.withConnection { try await $0.pipeline(statements) }
        return try counted.reduce(0) { $0 + Int(try $1.only.decode(0, as: Int64.self)) }
    }
}
