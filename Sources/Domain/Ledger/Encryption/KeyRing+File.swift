import FoundationEssentials
import Glibc

extension KeyRing {
    /// Reads the file at `path`; refuses one that group or others may read.
    package init(file path: String) throws(KeyRingError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw KeyRingError(.unreadable) }
        guard status.st_mode & 0o077 == 0 else { throw KeyRingError(.tooOpen) }
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw KeyRingError(.unreadable)
        }
        try self.init(parsing: text)
    }
}
