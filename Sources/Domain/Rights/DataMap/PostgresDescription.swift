/// An own database: which of its tables hold people, by what columns they are found, and what becomes of their rows.
package struct PostgresDescription: Sendable, Hashable {
    /// What an erasure does to a column of a row that stays.
    package enum ColumnAction: String, ClosedList {
        /// NULL where the column may be, else a value that says nothing.
        case mask
        /// What is left identifies nobody (K10): the year of a date, the size of a number, the network of an address; NULL for
        /// everything else.
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

    /// A column that lists several people: an array, or a JSON array.
    package struct Listing: Sendable, Hashable {
        package enum Item: Sendable, Hashable {
            case identity(IdentityType, ignoresCase: Bool)
            /// What the person's rows of another table of this list say in a column.
            case row(table: String, references: String)
        }

        package let item: Item
        /// Of a JSON array of objects, the member that says who it is.
        package let field: String?

        package init(_ item: Item, field: String? = nil) {
            self.item = item
            self.field = field
        }
    }

    /// Why a copy says of a column only that there is something in it.
    package enum Withheld: String, ClosedList {
        /// It is about other people, too (GDPR Art. 15(4)).
        case rightsOfOthers = "rights_of_others"
        /// A password's hash, a token: whoever read it could act as the person.
        case secret
        /// A trade secret or intellectual property (GDPR recital 63).
        case tradeSecret = "trade_secret"
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
        /// Whether rows are deleted; else they stay, and ``columns`` says what becomes of them.
        package var deletes = true
        package var columns: [String: ColumnAction] = [:]
        /// Columns that list people, of which this person is taken out: a thread that others take part in goes on without them,
        /// and one in which nobody else is left goes.
        package var removesFrom: [String: Listing] = [:]
        /// Which of the system's categories it is, for what is kept.
        package var category: String?
        /// From a correction's field to the column that it is written to.
        package var corrections: [String: String] = [:]
        /// The column that is set while processing is restricted.
        package var restricted: String?
        /// The column that is set where processing for this scope has been stopped.
        package var suppressed: [String: String] = [:]
        /// Columns that a copy does not show, each with the reason it gives for that.
        package var withheld: [String: Withheld] = [:]

        package init(_ name: String, key: [String]) {
            self.name = name
            self.key = key
        }

        /// The tables whose rows have to be there for this one's to be found.
        package var parents: [String] {
            let listed = removesFrom.values.compactMap { listing -> String? in
                if case .row(let table, _) = listing.item { table } else { nil }
            }
            return (via.map { [$0.table] } ?? []) + listed.sorted()
        }
    }

    /// A reference to the secret that holds the URL.
    package let url: String
    /// The table in which the connector notes, in the same transactions, what it has done: how it knows a repetition and
    /// counts exactly.
    package var progress = "habeas_progress"
    /// What the client's column says for a client; itself where it is not named.
    package var tenants: [String: String] = [:]
    /// How many rows a second go at most when everything of a client goes; nil: no limit.
    package var rowsPerSecond: Int?
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
        var used = Set(tables.flatMap(\.match.keys))
        for table in tables {
            for listing in table.removesFrom.values {
                if case .identity(let type, _) = listing.item { used.insert(type) }
            }
        }
        return IdentityType.leastTellingFirst.filter(used.contains)
    }

    package func table(_ name: String) -> Table? { tables.first { $0.name == name } }

    /// As listed, but each before those through which its rows are found.
    ///
    /// Of tables that find each other in a circle, which the data map refuses, the first listed comes first.
    package var inOrder: [Table] {
        var left = tables
        var ordered: [Table] = []
        while !left.isEmpty {
            let index = left.firstIndex { table in !left.contains { $0.parents.contains(table.name) } } ?? 0
            ordered.append(left.remove(at: index))
        }
        return ordered
    }
}
