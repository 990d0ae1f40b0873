import Postgres
import Rights

/// The conditions by which a person's rows, or a client's, are found in the tables of the data map.
struct PersonSearch: Sendable {
    private let description: PostgresDescription
    private let shapes: TableShapes
    private let values: [IdentityType: [String]]
    /// What the tenants' column says of the client; nil: rows of no client.
    private let tenant: String?
    private let keeps: Set<String>

    init(
        _ description: PostgresDescription,
        _ shapes: TableShapes,
        identities: [Identity],
        client: String?,
        keeps: Set<String>
    ) {
        self.description = description
        self.shapes = shapes
        self.keeps = keeps
        values = Dictionary(grouping: identities, by: \.type).mapValues { $0.map(\.value) }
        tenant = client.map { description.tenants[$0] ?? $0 }
    }

    /// Whether the whole table stays.
    func isKept(_ table: PostgresDescription.Table) -> Bool { table.category.map(keeps.contains) ?? false }

    // MARK: A person's rows

    /// Nil where nothing is known of the person by which this table's rows are found.
    func rows(of table: PostgresDescription.Table, as alias: String = "t") throws -> SQL? {
        let found = [try own(table, alias), try listed(table, alias)].compactMap { $0 }
        guard !found.isEmpty else { return nil }
        return try within(table, alias, "(\(found.joined(" OR ")))")
    }

    /// Rows that are the person's by a column of their own or by another table's row, not by a list that names them.
    func own(_ table: PostgresDescription.Table, _ alias: String = "t") throws -> SQL? {
        var found: [SQL] = []
        for type in IdentityType.leastTellingFirst {
            guard let match = table.match[type], let values = values[type] else { continue }
            let shape = try shapes.column(match.column, of: table.name)
            let column = SQL.column(match.column, of: alias)
            if let condition = Self.isOne(column, shape, of: values, type, ignoresCase: match.ignoresCase) {
                found.append(condition)
            }
        }
        if let via = table.via, let parent = description.table(via.table) {
            let other = alias + "p"
            // What hangs on a row that others have a part in may be theirs.
            if let rows = try rows(of: parent, as: other) {
                let condition: SQL = "\(rows) AND NOT \(try isShared(parent, other))"
                found.append(
                    """
                    \(SQL.column(via.column, of: alias)) IN (SELECT \(SQL.column(via.references, of: other))
                      FROM \(SQL.table(parent.name)) AS \(raw: other) WHERE \(condition))
                    """
                )
            }
        }
        return found.isEmpty ? nil : "(\(found.joined(" OR ")))"
    }

    /// The same, of this client or of none.
    func ownRows(of table: PostgresDescription.Table) throws -> SQL? {
        try own(table).map { try within(table, "t", $0) }
    }

    /// Whether a row that was found is somebody else's too: a list names others, or it is the person's by a list alone and a
    /// column says that it is somebody's.
    func isShared(_ table: PostgresDescription.Table, _ alias: String = "t") throws -> SQL {
        guard !table.removesFrom.isEmpty else { return "false" }
        var shared = try table.removesFrom.keys.sorted().compactMap { try list($0, of: table, alias)?.others }
        let owners = (table.match.values.map(\.column) + [table.via?.column].compactMap { $0 }).sorted()
        if !owners.isEmpty {
            let owned = owners.map { "\(SQL.column($0, of: alias)) IS NOT NULL" as SQL }.joined(" OR ")
            let own: SQL = try own(table, alias).map { "coalesce(\($0), false)" } ?? "false"
            shared.append("(NOT \(own) AND (\(owned)))")
        }
        return shared.isEmpty ? "false" : "coalesce(\(shared.joined(" OR ")), false)"
    }

    /// Rows with a list that names the person.
    func listed(_ table: PostgresDescription.Table, _ alias: String = "t") throws -> SQL? {
        var found: [SQL] = []
        for name in table.removesFrom.keys.sorted() {
            if let list = try list(name, of: table, alias) { found.append(list.holds) }
        }
        return found.isEmpty ? nil : found.joined(" OR ")
    }

    func list(_ name: String, of table: PostgresDescription.Table, _ alias: String = "t") throws -> PersonList? {
        guard let listing = table.removesFrom[name] else { return nil }
        let shape = try shapes.column(name, of: table.name)
        let column = SQL.column(name, of: alias)
        switch listing.item {
        case .identity(let type, let ignoresCase):
            guard let values = values[type] else { return nil }
            let known = shape.element.map { Self.comparable(values, $0) } ?? values
            guard !known.isEmpty else { return nil }
            return try PersonList(column, shape, field: listing.field, values: known, ignoresCase: ignoresCase)
        case .row(let name, let references):
            let other = alias + "l"
            guard let parent = description.table(name), let rows = try rows(of: parent, as: other) else { return nil }
            let own: SQL = try own(parent, other) ?? "false"
            let condition: SQL = "\(rows) AND (coalesce(\(own), false) OR NOT \(try isShared(parent, other)))"
            let ids: SQL = """
                ARRAY(SELECT \(SQL.column(references, of: other))::text FROM \(SQL.table(name)) AS \(raw: other)
                  WHERE \(condition))
                """
            return try PersonList(column, shape, field: listing.field, ids: ids)
        }
    }

    private func within(_ table: PostgresDescription.Table, _ alias: String, _ found: SQL) throws -> SQL {
        guard let name = table.tenant else { return found }
        let column = SQL.column(name, of: alias)
        guard tenant != nil else { return "\(column) IS NULL AND \(found)" }
        return "\(try isTenant(table, name, alias)) AND \(found)"
    }

    private func isTenant(_ table: PostgresDescription.Table, _ name: String, _ alias: String) throws -> SQL {
        guard let tenant else { throw OwnDatabaseRefusal("no_client") }
        let shape = try shapes.column(name, of: table.name)
        let column = SQL.column(name, of: alias)
        if shape.isPlainText { return "\(column) = \(tenant)" }
        guard !Self.comparable([tenant], shape).isEmpty else { throw OwnDatabaseRefusal("no_tenant") }
        return "\(column) = \(shape.value(tenant))"
    }

    // MARK: A client's rows

    /// Nil where no row of this table can be told to be a client's.
    func tenantRows(of table: PostgresDescription.Table, as alias: String = "t") throws -> SQL? {
        if let name = table.tenant { return try isTenant(table, name, alias) }
        guard let via = table.via, let parent = description.table(via.table) else { return nil }
        let other = alias + "p"
        guard let condition = try tenantRows(of: parent, as: other) else { return nil }
        return """
            EXISTS (SELECT FROM \(SQL.table(parent.name)) AS \(raw: other)
              WHERE \(SQL.column(via.references, of: other)) = \(SQL.column(via.column, of: alias)) AND \(condition))
            """
    }

    // MARK: What stays

    /// Rows of tables that are not kept themselves stay while rows that are kept are found through them: else nobody would
    /// find those when their time is over. Nil where there are none such.
    func isNeeded(_ table: PostgresDescription.Table, _ alias: String = "t") throws -> SQL? {
        try isNeeded(table, alias) { isKept($0) }
    }

    /// The same for what an earlier part had kept, whose categories are `categories`.
    func isNeeded(_ table: PostgresDescription.Table, by categories: Set<String>, _ alias: String = "t") throws -> SQL?
    {
        try isNeeded(table, alias) { $0.category.map(categories.contains) ?? false }
    }

    private func isNeeded(
        _ table: PostgresDescription.Table,
        _ alias: String,
        _ isKept: (PostgresDescription.Table) -> Bool
    ) throws -> SQL? {
        var needed: [SQL] = []
        for child in description.tables {
            guard let via = child.via, via.table == table.name, child.match.isEmpty else { continue }
            let other = alias + "c"
            let below = isKept(child) ? nil : try isNeeded(child, other, isKept)
            guard isKept(child) || below != nil else { continue }
            needed.append(
                """
                EXISTS (SELECT FROM \(SQL.table(child.name)) AS \(raw: other) WHERE \(SQL.column(via.column, of: other)) =
                  \(SQL.column(via.references, of: alias))\(below.map { " AND \($0)" as SQL } ?? ""))
                """
            )
        }
        return needed.isEmpty ? nil : "(\(needed.joined(" OR ")))"
    }

    // MARK: Values

    /// Those that a column of this type can hold at all.
    private static func comparable(_ values: [String], _ shape: ColumnShape) -> [String] {
        if shape.isInteger { return values.filter { Int64($0) != nil } }
        if shape.isUUID { return values.filter { UUIDText.isOne($0) } }
        return values
    }

    private static func isOne(
        _ column: SQL,
        _ shape: ColumnShape,
        of values: [String],
        _ type: IdentityType,
        ignoresCase: Bool
    ) -> SQL? {
        let known = comparable(values, shape)
        guard !known.isEmpty else { return nil }
        if shape.isInteger { return "\(column) = ANY(\(known.compactMap { Int64($0) })::int8[])" }
        if shape.isUUID || (shape.isAddress && type == .ipAddress) { return "\(column) = ANY(\(shape.array(known)))" }
        guard shape.category == "S" else { return "\(column)::text = ANY(\(known)::text[])" }
        // An array made once, so that an index on lower(column) serves.
        if ignoresCase { return "lower(\(column)) = ANY(\(Self.lowered("\(known)::text[]")))" }
        return "\(column) = ANY(\(shape.array(known)))"
    }

    static func lowered(_ values: SQL) -> SQL { "ARRAY(SELECT lower(x) FROM unnest(\(values)) AS v (x))" }
}

enum UUIDText {
    /// In the one form that every database takes.
    static func isOne(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/) != nil
    }
}
