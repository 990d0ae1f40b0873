/// An own database: which of its tables hold people, by what columns they are found, and what becomes of their rows.
package struct PostgresDescription: Sendable, Hashable {
    /// What an erasure does to a column of a row that stays.
    package enum ColumnAction: String, ClosedList {
        /// A fixed text, or NULL where the column may be.
        case mask
        /// What is left identifies nobody (K10).
        case deidentify
        case keep
    }

    /// How a table's rows are told to be a person's.
    package struct Match: Sendable, Hashable {
        package let column: String
        /// Whether letter case counts for nothing.
        package let ignoresCase: Bool

        package init(_ column: String, ignoresCase: Bool = false) {
            self.column = column
            self.ignoresCase = ignoresCase
        }
    }

    /// Rows that belong to rows of another table of this list.
    package struct Via: Sendable, Hashable {
        /// The other table, by its name here.
        package let table: String
        /// The column here that names the other table's row.
        package let column: String
        /// The other table's column that it names.
        package let references: String

        package init(table: String, column: String, references: String) {
            self.table = table
            self.column = column
            self.references = references
        }
    }

    package struct Table: Sendable, Hashable {
        /// `schema.table`, or the name alone.
        package let name: String
        /// Its primary key.
        package let key: [String]
        /// The column that names the client; nil for rows that are found through another table.
        package var tenant: String?
        package var match: [IdentityType: Match] = [:]
        package var via: Via?
        /// Nil where the rows stay and `columns` says what becomes of them; true: they are deleted.
        package var deletes = true
        package var columns: [String: ColumnAction] = [:]
        /// Columns that hold a list of people, of which this person is taken out: a thread that others take part in goes on
        /// without them. From the column to the column of ``via`` or ``match`` that it lists.
        package var removesFrom: [String: IdentityType] = [:]
        /// Which of the system's categories it is, for what is kept.
        package var category: String?
        /// From a correction's field to the column that it is written to.
        package var corrections: [String: String] = [:]
        /// The column that is set while processing is restricted.
        package var restricted: String?
        /// The column that is set where processing for this scope has been stopped.
        package var suppressed: [String: String] = [:]

        package init(_ name: String, key: [String]) {
            self.name = name
            self.key = key
        }
    }

    /// A reference to the secret that holds the URL.
    package let url: String
    /// The table in which the connector notes, in the same transactions, what it has done: how it knows a repetition and
    /// counts exactly.
    package var progress = "habeas_progress"
    /// What the client's column says for a client; itself where it is not named.
    package var tenants: [String: String] = [:]
    /// In the order in which rows are deleted: what refers to others first.
    package var tables: [Table] = []

    package init(url: String) { self.url = url }

    package var operations: Set<TargetOperation> {
        var operations: Set<TargetOperation> = [.erase, .collect]
        if tables.contains(where: { !$0.corrections.isEmpty }) { operations.insert(.rectify) }
        if tables.contains(where: { $0.restricted != nil }) { operations.formUnion([.restrict, .unrestrict]) }
        if tables.contains(where: { !$0.suppressed.isEmpty }) { operations.insert(.suppress) }
        if tables.contains(where: { $0.tenant != nil }) { operations.insert(.eraseTenant) }
        return operations
    }

    package var identities: [IdentityType] {
        let used = Set(tables.flatMap(\.match.keys))
        return IdentityType.leastTellingFirst.filter(used.contains)
    }
}
