import Postgres

/// A column that lists people, and one of them: whether it names them, whether it names others, and what it says without them.
struct PersonList: Sendable {
    /// Whether the list names the person.
    let holds: SQL
    /// Whether it names anybody else.
    let others: SQL
    /// The list without the person.
    let rest: SQL
    /// What of the list is the person.
    let own: SQL

    init(_ column: SQL, _ shape: ColumnShape, field: String?, values: [String], ignoresCase: Bool) throws {
        let bound: SQL = "\(values)::text[]"
        let isFast = shape.isArray && !ignoresCase
        try self.init(
            column,
            shape,
            field: field,
            those: ignoresCase ? PersonSearch.lowered(bound) : bound,
            ignoresCase: ignoresCase,
            // Overlap is what an index over arrays answers.
            holds: isFast ? "\(column) && \(bound)::\(raw: shape.type)" : nil
        )
    }

    init(_ column: SQL, _ shape: ColumnShape, field: String?, ids: SQL) throws {
        try self.init(
            column,
            shape,
            field: field,
            those: ids,
            ignoresCase: false,
            holds: shape.isArray ? "\(column) && \(ids)::\(raw: shape.type)" : nil
        )
    }

    private init(
        _ column: SQL,
        _ shape: ColumnShape,
        field: String?,
        those: SQL,
        ignoresCase: Bool,
        holds: SQL?
    ) throws {
        let items: SQL
        let text: SQL
        let gathered: SQL
        if shape.isArray {
            items = "unnest(\(column)) WITH ORDINALITY AS i (x, n)"
            text = "i.x::text"
            gathered = "ARRAY(SELECT i.x FROM \(items) WHERE"
        } else if shape.isJSON {
            items = """
                jsonb_array_elements(CASE WHEN jsonb_typeof(\(column)) = 'array' THEN \(column) ELSE '[]' END)
                  WITH ORDINALITY AS i (x, n)
                """
            text = field.map { "i.x ->> \($0)" } ?? "i.x #>> '{}'"
            gathered = "(SELECT coalesce(jsonb_agg(i.x ORDER BY i.n), '[]') FROM \(items) WHERE"
        } else {
            throw OwnDatabaseRefusal("column_type")
        }
        let item: SQL = ignoresCase ? "lower(\(text))" : text
        let isThem: SQL = "coalesce(\(item) = ANY(\(those)), false)"
        self.holds = holds ?? "EXISTS (SELECT FROM \(items) WHERE \(isThem))"
        others = "EXISTS (SELECT FROM \(items) WHERE NOT \(isThem))"
        rest = shape.isArray ? "\(gathered) NOT \(isThem) ORDER BY i.n)" : "\(gathered) NOT \(isThem))"
        own = shape.isArray ? "\(gathered) \(isThem) ORDER BY i.n)" : "\(gathered) \(isThem))"
    }
}
