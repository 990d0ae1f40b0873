/// Why an archive could not be written. The text is fixed: it never holds a name or anything of the content.
public struct ArchiveError: Error, Equatable, CustomStringConvertible {
    /// Open: later versions add codes, so a `switch` needs a default.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// The level of compression is none.
        public static let level = Code(rawValue: "level")
        /// The name is not one that every system can unpack; see ``ArchiveName``.
        public static let name = Code(rawValue: "name")
        /// An entry with this name, in whatever case, was written already, or one of the two would be the other's folder.
        public static let taken = Code(rawValue: "taken")
        /// The time lies outside the years 1980 to 2107.
        public static let time = Code(rawValue: "time")
        /// There is no entry to write to or to end.
        public static let noEntry = Code(rawValue: "no_entry")
        /// The entry before has to be ended first.
        public static let entryOpen = Code(rawValue: "entry_open")
        /// The archive is complete already.
        public static let finished = Code(rawValue: "finished")
        /// An earlier call failed half-way, so that what has been written is no archive and never will be.
        public static let broken = Code(rawValue: "broken")
        /// The library failed; see ``ArchiveError/libraryCode``.
        public static let library = Code(rawValue: "library")
    }

    public let code: Code
    /// The C library's own number, an `errno` or negative, where it was the library that failed.
    public let libraryCode: Int?

    public init(_ code: Code, libraryCode: Int? = nil) {
        self.code = code
        self.libraryCode = libraryCode
    }

    public var description: String {
        switch code {
        case .level: "the level of compression is not one from 1 to 9"
        case .name: "the name is not one that every system can unpack"
        case .taken: "the archive has an entry of that name already"
        case .time: "the time is outside the years an archive can tell"
        case .noEntry: "no entry was begun"
        case .entryOpen: "the entry before was not ended"
        case .finished: "the archive is finished"
        case .broken: "an earlier failure left the archive incomplete"
        default: "the archive could not be written" + (libraryCode.map { " (libarchive \($0))" } ?? "")
        }
    }
}
