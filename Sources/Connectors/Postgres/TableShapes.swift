import Postgres

/// The columns of the tables that the data map describes, as the database's catalog has them.
struct TableShapes: Sendable {
    private var columns: [String: [String: ColumnShape]] = [:]
    private var order: [String: [String]] = [:]

    static func reading(_ names: [String]) -> SQL {
        """
        SELECT w.name, a.attname::text, format_type(a.atttypid, NULL), t.typname::text, t.typcategory::text,
          NOT a.attnotnull AND NOT t.typnotnull,
          EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey)),
          CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END
        FROM unnest(\(names)::text[], \(names.map { SQL.table($0).text })::text[]) AS w (name, quoted)
        JOIN pg_attribute a ON a.attrelid = to_regclass(w.quoted) AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        ORDER BY w.name, a.attnum
        """
    }

    init(_ rows: Rows) throws {
        for row in rows {
            let (table, name, type, typeName, category, isNullable, isUnique, length) = try row.decode(
                String.self,
                String.self,
                String.self,
                String.self,
                String.self,
                Bool.self,
                Bool.self,
                Int32?.self
            )
            order[table, default: []].append(name)
            columns[table, default: [:]][name] = ColumnShape(
                type: type,
                typeName: typeName,
                category: category,
                isNullable: isNullable,
                isUnique: isUnique,
                length: length.map(Int.init)
            )
        }
    }

    /// All of them, in the table's own order.
    func columns(of table: String) throws(OwnDatabaseRefusal) -> [String] {
        guard let columns = order[table] else { throw OwnDatabaseRefusal("no_table") }
        return columns
    }

    func column(_ name: String, of table: String) throws(OwnDatabaseRefusal) -> ColumnShape {
        guard let columns = columns[table] else { throw OwnDatabaseRefusal("no_table") }
        guard let shape = columns[name] else { throw OwnDatabaseRefusal("no_column") }
        return shape
    }
}

/// A reason of a closed list not to do it: what is begun is rolled back.
struct OwnDatabaseRefusal: Error, Hashable {
    let cause: String

    init(_ cause: String) { self.cause = cause }
}

/// Another attempt with the same key was faster.
struct OwnDatabaseConflict: Error {}
