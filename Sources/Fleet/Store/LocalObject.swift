import Glibc

/// An object as a local file, for as long as this is kept: a copy is deleted with it.
package final class LocalObject: Sendable {
    package let path: String
    private let isCopy: Bool

    init(_ path: String, isCopy: Bool) {
        self.path = path
        self.isCopy = isCopy
    }

    deinit {
        if isCopy { unlink(path) }
    }
}
