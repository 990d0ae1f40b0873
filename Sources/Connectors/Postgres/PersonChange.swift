import FoundationEssentials
import Postgres
import Rights

/// Corrects a person's rows, or sets or clears a flag on them, in one transaction; and looks whether they say so.
struct PersonChange: Sendable {
    /// What one column of one table is to say.
    private struct Setting {
        let column: String
        let value: SQL
        /// Whether a row says something else.
        let differs: SQL
    }

    private let order: TargetOrder
    private let database: OwnDatabase
    private let shapes: TableShapes
    private let search: PersonSearch
    private let settings: [(table: PostgresDescription.Table, settings: [Setting])]
    private let action: String

    init(_ order: TargetOrder, _ database: OwnDatabase, _ shapes: TableShapes) throws {
        self.order = order
        self.database = database
        self.shapes = shapes
        search = PersonSearch(
            database.description,
            shapes,
            identities: order.identities,
            client: order.client?.id,
            keeps: []
        )
        switch order.operation {
        case .rectify: action = "corrected"
        case .restrict: action = "restricted"
        case .unrestrict: action = "unrestricted"
        default: action = "suppressed"
        }
        var all: [(PostgresDescription.Table, [Setting])] = []
        for table in database.tables {
            let settings = try Self.settings(of: table, order, shapes)
            if !settings.isEmpty { all.append((table, settings)) }
        }
        settings = all
        try checkDescribed()
    }

    /// All corrections have a column somewhere: half of what was asked for is not what was asked for. Of several scopes one may
    /// mean nothing here.
    private func checkDescribed() throws {
        let tables = database.tables
        switch order.operation {
        case .rectify:
            guard !order.corrections.isEmpty else { throw OwnDatabaseRefusal("no_correction") }
            for correction in order.corrections
            where !tables.contains(where: { $0.corrections[correction.field] != nil }) {
                throw OwnDatabaseRefusal("field_unknown")
            }
        case .restrict, .unrestrict:
            guard !settings.isEmpty else { throw OwnDatabaseRefusal("no_flag") }
        default:
            guard !settings.isEmpty else { throw OwnDatabaseRefusal("scope_unknown") }
        }
    }

    private static func settings(
        of table: PostgresDescription.Table,
        _ order: TargetOrder,
        _ shapes: TableShapes
    ) throws -> [Setting] {
        func flag(_ name: String, _ isSet: Bool) throws -> Setting {
            let shape = try shapes.column(name, of: table.name)
            guard let value = shape.flag(isSet) else { throw OwnDatabaseRefusal("column_type") }
            return Setting(
                column: name,
                value: value,
                differs: shape.isNotFlagged(SQL.column(name, of: "t"), isSet)
            )
        }
        switch order.operation {
        case .rectify:
            return try order.corrections.compactMap { correction in
                guard let name = table.corrections[correction.field] else { return nil }
                let value = try shapes.column(name, of: table.name).value(correction.value)
                let differs: SQL = "\(SQL.column(name, of: "t")) IS DISTINCT FROM \(value)"
                return Setting(column: name, value: value, differs: differs)
            }
        case .restrict, .unrestrict:
            return try table.restricted.map { [try flag($0, order.operation == .restrict)] } ?? []
        default:
            let columns = Set(order.suppresses.compactMap { table.suppressed[$0] })
            return try columns.sorted().map { try flag($0, true) }
        }
    }

    private var part: String { order.operation.rawValue }

    func act() async throws -> TargetFindings? {
        guard !order.identities.isEmpty else { throw OwnDatabaseRefusal("no_identity") }
        return try await database.pool.withTransaction { connection in
            let asked = database.progress.findings(of: order.key, part)
            var tables: [(table: PostgresDescription.Table, settings: [Setting])] = []
            var statements: [SQL] = [asked]
            for (table, settings) in settings {
                guard let rows = try search.ownRows(of: table) else { continue }
                tables.append((table, settings))
                statements.append(
                    """
                    SELECT \(PersonRows.columns(table)) FROM \(SQL.table(table.name)) AS t WHERE \(rows)
                    ORDER BY \(PersonRows.order(table)) FOR UPDATE OF t
                    """
                )
            }
            guard !tables.isEmpty else { throw OwnDatabaseRefusal("no_common_identity") }
            let read = try await connection.pipeline(statements)
            if let row = read[0].first {
                return TargetFindings(reading: try row.decode(0, as: JSONText.self).text)
            }
            if let done = try await change(tables, Array(read.dropFirst()), connection) { return done }
            // Another attempt may have ended while this one waited for its locks.
            return try await connection.query(asked).first.map { row in
                TargetFindings(reading: try row.decode(0, as: JSONText.self).text)
            }
        }
    }

    private func change(
        _ tables: [(table: PostgresDescription.Table, settings: [Setting])],
        _ read: [Rows],
        _ connection: PostgresConnection
    ) async throws -> TargetFindings? {
        var findings = TargetFindings()
        var statements: [SQL] = []
        for ((table, settings), rows) in zip(tables, read) where !rows.isEmpty {
            var found = try PersonRows(table, shapes)
            for row in rows { try found.add(row) }
            findings.parts.append(.init(table.name, action, rows: found.count))
            findings.rows = (findings.rows ?? 0) + found.count
            statements.append(
                """
                UPDATE \(SQL.table(table.name)) AS t
                SET \(settings.map { "\(identifier: $0.column) = \($0.value)" as SQL }.joined(", ")) WHERE \(found.condition)
                """
            )
        }
        guard !statements.isEmpty else { return nil }
        statements.append(database.progress.note(findings, of: order.key, part))
        let done = try await connection.pipeline(statements)
        for (rows, part) in zip(done, findings.parts) where rows.affected != part.rows {
            throw OwnDatabaseRefusal("not_carried_out")
        }
        guard done[findings.parts.count].affected == 1 else { throw OwnDatabaseConflict() }
        return findings
    }

    /// How many rows of the person say something else.
    func look() async throws -> Int {
        guard !order.identities.isEmpty else { throw OwnDatabaseRefusal("no_identity") }
        var statements: [SQL] = []
        for (table, settings) in settings {
            guard let rows = try search.ownRows(of: table) else { continue }
            let differs = settings.map(\.differs).joined(" OR ")
            statements.append("SELECT count(*) FROM \(SQL.table(table.name)) AS t WHERE \(rows) AND (\(differs))")
        }
        guard !statements.isEmpty else { return 0 }
        let counted = try await database.pool.withConnection { try await $0.pipeline(statements) }
        return try counted.reduce(0) { $0 + Int(try $1.only.decode(0, as: Int64.self)) }
    }
}
