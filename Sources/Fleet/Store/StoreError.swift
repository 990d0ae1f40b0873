import Glibc
import Outbound

/// Why the store of exports did not do what was asked. The text is fixed: it never holds a name or a path.
package struct StoreError: Error, Equatable, CustomStringConvertible {
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// No room is left, in the store or in its scratch: the same succeeds once somebody has made some.
        package static let full = Code(rawValue: "full")
        /// Nothing changes by itself: rights, settings, a name that is none.
        package static let refused = Code(rawValue: "refused")
        /// No answer, or not now.
        package static let unreachable = Code(rawValue: "unreachable")
        /// There is no object of that name.
        package static let missing = Code(rawValue: "missing")
        /// A disk failed, or an answer cannot be used.
        package static let io = Code(rawValue: "io")
    }

    package let code: Code
    private let sentence: String

    private init(_ code: Code, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }

    /// Whether the same may succeed later.
    package var isRetryable: Bool { [.full, .unreachable, .io].contains(code) }

    package var description: String { sentence }

    static let name = StoreError(
        .refused,
        "an object's name is segments of a-z, 0-9 and -, each with one ending at most, joined by /"
    )
    static let range = StoreError(.refused, "a range of an object begins at 0 or later and is not negative")
    static let foreign = StoreError(.refused, "only a file of the store's own scratch can become an object")
    static let occupied = StoreError(.refused, "something else stands where the store would have a file or folder")
    static let missing = StoreError(.missing, "the store has no such object")
    static let absent = StoreError(.unreachable, "the store's folder is not there")
    package static let differs = StoreError(.io, "the store gave back something else than it was given")

    /// What the system says of a file or folder.
    init(system number: Int32) {
        switch number {
        case ENOSPC, EDQUOT: self.init(.full, "the store has no room left")
        case EACCES, EPERM, EROFS: self.init(.refused, "the store's folder may not be read or written")
        case ELOOP, ENOTDIR, EISDIR, ENOTEMPTY, EEXIST: self = .occupied
        case ENOENT: self = .missing
        case ESTALE, EHOSTDOWN, EHOSTUNREACH, ETIMEDOUT, ENOTCONN:
            self.init(.unreachable, "the store's file system does not answer (errno \(number))")
        default: self.init(.io, "the store's disk failed (errno \(number))")
        }
    }

    /// What an object store says.
    init(_ error: S3Error) {
        let code: Code =
            switch error.code {
            case .full: .full
            case .noKey: .missing
            case .unavailable: .unreachable
            case .unreachable: error.isRetryable ? .unreachable : .refused
            case .accessDenied, .clock, .noBucket, .other: .refused
            default: .io
            }
        self.init(code, error.description)
    }
}
