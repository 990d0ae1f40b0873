import FoundationEssentials
import Postgres
import Rights

/// What of a person's identities would give them away in any column of a row that stays (K10).
///
/// What is short says little: a customer's number of four digits is many an amount, too.
struct IdentityTraces: Sendable {
    /// A cell that is this and nothing else.
    let whole: [String]
    /// A cell that holds this anywhere.
    let parts: [String]

    init(_ identities: [Identity]) {
        let values = identities.map { $0.value.lowercased() }
        whole = values.filter { $0.count >= (Self.isNumber($0) ? 6 : 3) }
        parts = values.filter { $0.count >= (Self.isNumber($0) ? 8 : 6) }
    }

    private static func isNumber(_ value: String) -> Bool { value.utf8.allSatisfy { (0x30...0x39).contains($0) } }

    /// Whether any of these rows says who it was. Nil where there is nothing to look for.
    func search(_ rows: PersonRows, _ shapes: TableShapes) throws -> SQL? {
        guard !whole.isEmpty || !parts.isEmpty else { return nil }
        let table = rows.table
        var cell: SQL = "lower(f.v) = ANY(\(whole)::text[])"
        cell =
            "(\(cell) OR EXISTS (SELECT FROM unnest(\(parts)::text[]) AS p (x) WHERE position(p.x IN lower(f.v)) > 0))"
        // The client's own name is nobody's.
        if let tenant = table.tenant { cell = "f.k <> \(tenant) AND \(cell)" }
        return """
            SELECT EXISTS (SELECT FROM \(SQL.table(table.name)) AS t, jsonb_each_text(to_jsonb(t)) AS f (k, v)
              WHERE \(rows.condition) AND \(cell))
            """
    }
}
