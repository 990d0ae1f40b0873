/// Why there is no bundle. Names a section or file by its number from 1, never what stands in it.
struct BundleError: Error, Hashable, CustomStringConvertible {
    struct Code: RawRepresentable, Hashable, Sendable {
        let rawValue: String

        /// A section has not as many rows as were promised, or no byte where rows were promised.
        static let rows = Code(rawValue: "rows")
        /// A line is not one JSON object ended by LF.
        static let line = Code(rawValue: "line")
        /// A section did not give the same when it was read again.
        static let changed = Code(rawValue: "changed")
        /// A file has not as many bytes as were promised.
        static let size = Code(rawValue: "size")
        /// A file belongs to a section that is not described.
        static let section = Code(rawValue: "section")
        /// Whoever wanted the bundle wants it no more.
        static let cancelled = Code(rawValue: "cancelled")
        /// No thread could be started.
        static let thread = Code(rawValue: "thread")
    }

    let code: Code
    /// Of the section or file, from 1.
    var number: Int?

    init(_ code: Code, _ number: Int? = nil) {
        self.code = code
        self.number = number
    }

    var description: String {
        let sentence =
            switch code {
            case .rows: "a section has not the number of rows that was promised"
            case .line: "a section has a line that is not one JSON object"
            case .changed: "a section gave other rows when it was read again"
            case .size: "a file has not the number of bytes that was promised"
            case .section: "a file belongs to a section that is not described"
            case .cancelled: "the making of the bundle was cancelled"
            case .thread: "no thread could be started to write the bundle"
            default: "the bundle cannot be made"
            }
        return number.map { "\(sentence) (number \($0))" } ?? sentence
    }
}
