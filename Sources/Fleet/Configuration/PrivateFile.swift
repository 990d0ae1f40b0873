import Glibc

/// A file that holds secrets.
package enum PrivateFile {
    /// Whether it is there, and nobody but its owner may read it.
    package static func isPrivate(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o077 == 0
    }
}
