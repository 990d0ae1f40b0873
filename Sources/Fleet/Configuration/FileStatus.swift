import Glibc

/// What the system says of a file.
package struct FileStatus: Sendable {
    /// Whether it is a file, and no folder, pipe or device.
    package let isRegular: Bool
    /// Whether nobody but its owner may do anything with it.
    package let isPrivate: Bool
    /// In bytes.
    package let size: Int

    /// Nil where it is not there, or not to be seen. Links are followed.
    package init?(_ path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        self.init(found)
    }

    /// Of an open descriptor.
    package init?(descriptor: Int32) {
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { return nil }
        self.init(found)
    }

    private init(_ found: stat) {
        isRegular = found.st_mode & S_IFMT == S_IFREG
        isPrivate = found.st_mode & 0o077 == 0
        size = Int(found.st_size)
    }
}
