import Glibc

/// Why a sealed file cannot be written or read. Holds neither names nor content nor keys.
package struct SealedFileError: Error, Equatable, CustomStringConvertible {
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// No room is left, or no share of it: the same may succeed once somebody has made some.
        package static let diskFull = Code(rawValue: "disk_full")
        /// The file cannot be opened, written or read; see ``SealedFileError/number``.
        package static let io = Code(rawValue: "io")
        /// Not a sealed file, or one of a version that is not known here.
        package static let format = Code(rawValue: "format")
        /// Does not open: cut, lengthened, changed or exchanged, or sealed under another key or name.
        package static let altered = Code(rawValue: "altered")
        /// Written to after it was finished or had failed.
        package static let closed = Code(rawValue: "closed")
    }

    package let code: Code
    /// The system's number of the error, of ``Code/diskFull`` and ``Code/io``.
    package let number: Int32?

    init(_ code: Code) {
        self.code = code
        number = nil
    }

    init(system number: Int32) {
        code = [ENOSPC, EDQUOT].contains(number) ? .diskFull : .io
        self.number = number
    }

    package var description: String {
        switch code {
        case .diskFull: "no room is left for a sealed file"
        case .format: "the file is not a sealed one of a known version"
        case .altered: "the sealed file does not open: it was changed, or it belongs to another key or name"
        case .closed: "the sealed file is finished, or has failed"
        default: "a sealed file cannot be written or read" + (number.map { " (errno \($0))" } ?? "")
        }
    }
}
