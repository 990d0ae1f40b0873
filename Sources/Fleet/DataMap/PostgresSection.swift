import Ledger
import Rights

/// Reads what the data map says of a `postgres` connector.
enum PostgresSection {
    private typealias Table = PostgresDescription.Table

    static func read(_ section: YAMLMapping) throws(PolicyFault) -> PostgresDescription {
        try section.allow(["kind", "url", "progress", "tenants", "rows_per_second", "tables"])
        let url = try section.required("url")
        guard SecretReference(url) != nil else {
            throw section.fault(
                "url",
                "is no reference to a secret",
                "put the URL elsewhere and write file:/path or env:NAME"
            )
        }
        var description = PostgresDescription(url: url)
        description.progress = try tableName("progress", section) ?? description.progress
        if let tenants = try section.section("tenants") { description.tenants = try texts(tenants) }
        description.rowsPerSecond = try section.number("rows_per_second", 1...1_000_000)
        let tables = try section.sections("tables")
        guard !tables.isEmpty else {
            throw section.fault("tables", "is missing or empty", "list the tables that hold people")
        }
        for table in tables { description.tables.append(try Self.table(table)) }
        for (table, place) in zip(description.tables, tables) { try check(table, description, place) }
        return description
    }

    // MARK: A table

    private static func table(_ section: YAMLMapping) throws(PolicyFault) -> Table {
        try section.allow([
            "name", "key", "tenant", "match", "via", "erase", "remove_from", "category", "corrections", "restricted",
            "suppressed", "withhold",
        ])
        guard let name = try tableName("name", section) else { throw section.fault("name", "is missing", "add it") }
        let key = section.isScalar("key") ? [try section.required("key")] : try section.list("key")
        guard !key.isEmpty, Set(key).count == key.count else {
            throw section.fault("key", "is missing, or names a column twice", "name the columns of its primary key")
        }
        for column in key { try check(column: column, "key", section) }
        var table = Table(name, key: key)
        table.tenant = try column("tenant", section)
        table.category = try section.text("category")
        table.restricted = try column("restricted", section)
        if let match = try section.section("match") {
            for word in match.keys { table.match[try identity(word, match)] = try Self.match(word, match) }
        }
        table.via = try section.section("via").map { via throws(PolicyFault) in try Self.via(via) }
        if let lists = try section.section("remove_from") {
            for name in lists.keys {
                try check(column: name, name, lists)
                table.removesFrom[name] = try listing(name, lists)
            }
        }
        if let corrections = try section.section("corrections") { table.corrections = try columns(corrections) }
        if let scopes = try section.section("suppressed") {
            for scope in scopes.keys where Suppressions.Scope(rawValue: scope) == nil {
                throw scopes.fault(
                    scope,
                    "is no scope",
                    "use \(Suppressions.Scope.words.joined(separator: ", "))"
                )
            }
            table.suppressed = try columns(scopes)
        }
        if let reasons = try section.section("withhold") {
            for name in reasons.keys {
                try check(column: name, name, reasons)
                table.withheld[name] = try withheld(name, of: table, reasons)
            }
        }
        try erase(&table, section)
        return table
    }

    private static func withheld(
        _ name: String,
        of table: Table,
        _ section: YAMLMapping
    ) throws(PolicyFault) -> PostgresDescription.Withheld {
        guard !table.key.contains(name) else {
            throw section.fault(name, "is of the primary key, by which rows are told apart", "leave it out")
        }
        guard let reason = PostgresDescription.Withheld(rawValue: try section.required(name)) else {
            let words = PostgresDescription.Withheld.words.joined(separator: ", ")
            throw section.fault(name, "is no reason to withhold it", "use \(words)")
        }
        return reason
    }

    private static func match(_ word: String, _ section: YAMLMapping) throws(PolicyFault) -> PostgresDescription.Match {
        if section.isScalar(word) {
            guard let name = try column(word, section) else { throw section.fault(word, "is empty", "name the column") }
            return PostgresDescription.Match(name)
        }
        guard let match = try section.section(word) else { throw section.fault(word, "is empty", "name the column") }
        try match.allow(["column", "ignore_case"])
        guard let name = try column("column", match) else {
            throw match.fault("column", "is missing", "name the column that holds it")
        }
        return PostgresDescription.Match(name, ignoresCase: try match.flag("ignore_case") ?? false)
    }

    private static func via(_ section: YAMLMapping) throws(PolicyFault) -> PostgresDescription.Via {
        try section.allow(["table", "column", "references"])
        return PostgresDescription.Via(
            table: try section.required("table"),
            column: try requiredColumn("column", section),
            references: try requiredColumn("references", section)
        )
    }

    /// `participants: email`, or what is listed in full.
    private static func listing(
        _ name: String,
        _ lists: YAMLMapping
    ) throws(PolicyFault) -> PostgresDescription.Listing {
        if lists.isScalar(name) {
            return PostgresDescription.Listing(
                .identity(try identity(try lists.required(name), lists, at: name), ignoresCase: false)
            )
        }
        guard let section = try lists.section(name) else { throw lists.fault(name, "is empty", "say what it lists") }
        try section.allow(["identity", "ignore_case", "table", "references", "field"])
        let field = try section.text("field")
        switch (try section.text("identity"), try section.text("table")) {
        case (.some(let word), nil):
            let type = try identity(word, section, at: "identity")
            let ignoresCase = try section.flag("ignore_case") ?? false
            return PostgresDescription.Listing(.identity(type, ignoresCase: ignoresCase), field: field)
        case (nil, .some(let table)):
            let references = try requiredColumn("references", section)
            return PostgresDescription.Listing(.row(table: table, references: references), field: field)
        default:
            throw section.fault(
                "identity",
                "or table is missing, or both are there",
                "say whether it lists identities or rows of another table"
            )
        }
    }

    private static func erase(_ table: inout Table, _ section: YAMLMapping) throws(PolicyFault) {
        let remedy = "write `erase: delete`, or `columns` with mask, deidentify or keep for each"
        if section.isScalar("erase") {
            guard try section.text("erase") == "delete" else {
                throw section.fault("erase", "is no way to erase", remedy)
            }
            return
        }
        guard let erase = try section.section("erase") else { return }
        try erase.allow(["columns"])
        guard let columns = try erase.section("columns"), !columns.keys.isEmpty else {
            throw erase.fault("columns", "is missing or empty", remedy)
        }
        table.deletes = false
        for name in columns.keys {
            try check(column: name, name, columns)
            table.columns[name] = try SystemFile.word(name, columns)
        }
        guard table.columns.values.contains(where: { $0 != .keep }) else {
            throw erase.fault("columns", "keeps everything", "mask or de-identify what tells who it is (K10)")
        }
    }

    // MARK: The whole

    private static func check(
        _ table: Table,
        _ description: PostgresDescription,
        _ place: YAMLMapping
    ) throws(PolicyFault) {
        guard description.tables.filter({ $0.name == table.name }).count == 1, table.name != description.progress else {
            throw place.fault("name", "is there twice", "describe each table once, and not the progress table")
        }
        guard !table.match.isEmpty || table.via != nil || !table.removesFrom.isEmpty || table.tenant != nil else {
            throw place.fault(
                "match",
                "is missing, and so are via, remove_from and tenant: nobody's rows are found",
                "say by which column a row is told to be somebody's"
            )
        }
        for parent in table.parents where description.table(parent) == nil {
            throw place.fault(
                table.via?.table == parent ? "via" : "remove_from",
                "names a table that is not in the list",
                "add the table, with how its rows are found"
            )
        }
        guard !reaches(table.name, from: table.parents, description) else {
            throw place.fault("via", "leads back to the table itself", "find one of the tables by a column of its own")
        }
        guard description.tables.allSatisfy({ $0.tenant == nil }) || belongsToTenant(table, description) else {
            throw place.fault(
                "tenant",
                "is missing where other tables have it: a person's rows would go at every client, and stay at the end of a contract (K8)",
                "name the column, or describe the table as a system of its own"
            )
        }
        try checkColumns(table, place)
    }

    /// Whether its rows are told to be one client's: by themselves, or by what they are found through and by that alone.
    private static func belongsToTenant(_ table: Table, _ description: PostgresDescription) -> Bool {
        if table.tenant != nil { return true }
        let namesPeople = table.removesFrom.values.contains { if case .identity = $0.item { true } else { false } }
        guard table.match.isEmpty, !namesPeople else { return false }
        var next: Table? = table
        for _ in description.tables {
            guard let table = next else { return false }
            if table.tenant != nil { return true }
            next = table.via.flatMap { description.table($0.table) }
        }
        return false
    }

    private static func reaches(_ name: String, from parents: [String], _ description: PostgresDescription) -> Bool {
        var seen: Set<String> = []
        var open = parents
        while let next = open.popLast() {
            if next == name { return true }
            if seen.insert(next).inserted { open += description.table(next)?.parents ?? [] }
        }
        return false
    }

    private static func checkColumns(_ table: Table, _ place: YAMLMapping) throws(PolicyFault) {
        for (name, action) in table.columns where action != .keep {
            guard !table.key.contains(name), name != table.tenant, table.removesFrom[name] == nil else {
                throw place.fault(
                    "erase",
                    "changes a column of the key, of the tenant or of a list",
                    "leave those, or delete the row"
                )
            }
        }
        guard !table.deletes else { return }
        for match in table.match.values where (table.columns[match.column] ?? .keep) == .keep {
            throw place.fault(
                "erase",
                "keeps a column by which the person is found: the row would still identify them (K10)",
                "mask it, de-identify it or delete the row"
            )
        }
    }

    // MARK: Words

    private static func identity(
        _ word: String,
        _ section: YAMLMapping,
        at key: String? = nil
    ) throws(PolicyFault) -> IdentityType {
        guard let type = IdentityType(rawValue: word) else {
            throw section.fault(
                key ?? word,
                "is no type of identity",
                "use \(IdentityType.words.joined(separator: ", "))"
            )
        }
        return type
    }

    private static func tableName(_ key: String, _ section: YAMLMapping) throws(PolicyFault) -> String? {
        guard let name = try section.text(key) else { return nil }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ isName(String($0)) }) else {
            throw section.fault(key, "is no name of a table", "write `table` or `schema.table`")
        }
        return name
    }

    private static func column(_ key: String, _ section: YAMLMapping) throws(PolicyFault) -> String? {
        guard let name = try section.text(key) else { return nil }
        try check(column: name, key, section)
        return name
    }

    private static func requiredColumn(_ key: String, _ section: YAMLMapping) throws(PolicyFault) -> String {
        guard let name = try column(key, section) else { throw section.fault(key, "is missing", "name the column") }
        return name
    }

    private static func check(column: String, _ key: String, _ section: YAMLMapping) throws(PolicyFault) {
        guard isName(column) else {
            throw section.fault(key, "is no name of a column", "write it as the database has it, 1 to 63 bytes")
        }
    }

    private static func columns(_ section: YAMLMapping) throws(PolicyFault) -> [String: String] {
        let texts = try texts(section)
        for key in section.keys { try check(column: texts[key] ?? "", key, section) }
        return texts
    }

    private static func texts(_ section: YAMLMapping) throws(PolicyFault) -> [String: String] {
        var texts: [String: String] = [:]
        for key in section.keys { texts[key] = try section.required(key) }
        return texts
    }

    /// PostgreSQL cuts longer names without a word.
    private static func isName(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && CanonicalText.isOneLine(text) && !text.utf8.contains(0)
    }
}
