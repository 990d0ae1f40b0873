/// Why a schema and a program do not fit together. Its text says what to do about it.
public struct MigrationError: Error, Sendable, Hashable, CustomStringConvertible {
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let name: String
        public var description: String { name }

        /// The program's own list is not 1, 2, 3 ….
        public static let notNumbered = Code(name: "notNumbered")
        /// A step was applied in another wording.
        public static let changed = Code(name: "changed")
        /// A step is missing below one that was applied.
        public static let gap = Code(name: "gap")
        /// The database has steps that the program does not know.
        public static let newer = Code(name: "newer")
        /// The program has steps that the database has not seen.
        public static let pending = Code(name: "pending")
        /// A step failed; `cause` says why.
        public static let failed = Code(name: "failed")
    }

    public let code: Code
    /// The first step concerned.
    public let number: Int
    public let name: String
    public let cause: String?

    init(_ code: Code, number: Int, name: String, cause: String? = nil) {
        self.code = code
        self.number = number
        self.name = name
        self.cause = cause
    }

    public var description: String {
        let step = "migration \(number) (\(name))"
        return switch code {
        case .notNumbered:
            "\(step) breaks the numbering: number the program's migrations 1, 2, 3 … without gaps"
        case .changed:
            "\(step) was applied in another wording: put back the text it had and write the change as a new migration"
        case .gap:
            "\(step) is missing in the database though later ones were applied: "
                + "restore the migration table from a backup, or apply it by hand and record it there"
        case .newer:
            "the database has \(step), which this program does not know: run a newer version of the program"
        case .pending:
            "the database lacks \(step): run the program's migrations first"
        case .failed:
            "\(step) failed and can be run again once the cause is removed: \(cause ?? "unknown")"
        default:
            "\(step): \(code)"
        }
    }
}
