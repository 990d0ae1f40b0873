import Postgres

/// What the database says of one column: what can be compared with it, and what may stand in it when nobody shall be known by it.
struct ColumnShape: Sendable, Hashable {
    /// Its type without length, as SQL writes it: trusted text, since the catalog wrote it.
    let type: String
    /// The type's own name: `int4`, `_uuid`.
    let typeName: String
    /// The catalog's letter: `S` for texts, `N` for numbers, `D` for times, `A` for arrays.
    let category: String
    let isNullable: Bool
    let isUnique: Bool
    /// The most characters, where there is a limit.
    let length: Int?

    var isInteger: Bool { ["int2", "int4", "int8"].contains(typeName) }
    var isUUID: Bool { typeName == "uuid" }
    var isPlainText: Bool { typeName == "text" || typeName == "varchar" }
    var isAddress: Bool { typeName == "inet" }
    var isJSON: Bool { typeName == "jsonb" }
    var isArray: Bool { category == "A" }
    private var isTime: Bool { ["date", "timestamp", "timestamptz"].contains(typeName) }

    /// Of an array, what is said of its elements; nil for everything else.
    var element: ColumnShape? {
        guard isArray, type.hasSuffix("[]"), typeName.hasPrefix("_") else { return nil }
        let name = String(typeName.dropFirst())
        let isText = ["text", "varchar", "bpchar", "name", "citext"].contains(name)
        return ColumnShape(
            type: String(type.dropLast(2)),
            typeName: name,
            category: isText ? "S" : "U",
            isNullable: true,
            isUnique: false,
            length: nil
        )
    }

    /// A bound list of texts as an array of this type.
    func array(_ values: [String]) -> SQL {
        isPlainText ? "\(values)::text[]" : "\(values)::text[]::\(raw: type)[]"
    }

    func value(_ text: String) -> SQL { isPlainText ? "\(text)::text" : "\(text)::text::\(raw: type)" }

    /// A value that says nothing; nil where there is none for such a column.
    var masked: SQL? {
        if isNullable { return "NULL" }
        switch category {
        case "S" where isUnique:
            let text: SQL = "'erased-' || gen_random_uuid()"
            return length.map { "left(\(text), \(raw: String($0)))" } ?? text
        case "S": return length.map { "left('erased', \(raw: String($0)))" } ?? "'erased'"
        case "N": return isUnique ? nil : "0"
        case "B": return "false"
        case "A": return "'{}'"
        default: break
        }
        switch typeName {
        case "date", "timestamp", "timestamptz": return "'1970-01-01'"
        case "time", "timetz": return "'00:00'"
        case "interval": return "'0'"
        case "uuid": return "gen_random_uuid()"
        case "json", "jsonb": return "'{}'"
        case "bytea": return "''"
        case "inet", "cidr": return "'0.0.0.0'"
        default: return nil
        }
    }

    /// What is left of `column` when it identifies nobody; nil where nothing can be.
    func deidentified(_ column: SQL) -> SQL? {
        if isTime { return "date_trunc('year', \(column))::\(raw: type)" }
        switch category {
        case "B": return column
        case "N" where !isUnique:
            // One significant figure: 34 is 30, 61800 is 60000.
            return """
                CASE WHEN \(column) = 0 THEN 0
                  ELSE round(\(column)::numeric, -floor(log(abs(\(column)::numeric)))::int4) END::\(raw: type)
                """
        default: break
        }
        if isAddress {
            return "network(set_masklen(\(column), CASE family(\(column)) WHEN 4 THEN 16 ELSE 32 END))::inet"
        }
        return masked
    }

    /// The column says that something has been stopped; `isSet` false: that it has not. Nil for types that cannot say so.
    func flag(_ isSet: Bool) -> SQL? {
        if category == "B" { return isSet ? "true" : "false" }
        if isTime { return isSet ? "now()" : "NULL" }
        return nil
    }

    /// Whether a row's flag is not what ``flag(_:)`` sets.
    func isNotFlagged(_ column: SQL, _ isSet: Bool) -> SQL {
        if category == "B" { return "\(column) IS DISTINCT FROM \(raw: isSet ? "true" : "false")" }
        return isSet ? "\(column) IS NULL" : "\(column) IS NOT NULL"
    }
}
