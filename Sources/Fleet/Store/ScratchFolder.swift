import FoundationEssentials
import Glibc
import Rights

/// The folder in which files grow before they become objects, or lie while an object is read.
struct ScratchFolder: Sendable {
    let path: String
    private static let mark = "scratch-"

    /// A new empty file of mode 0600, by its path.
    func makeFile(in folder: borrowing OpenFolder) throws(StoreError) -> String {
        let name = Self.mark + UUID().lowercaseText
        let file = openat(folder.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StoreError(system: errno) }
        close(file)
        return "\(path)/\(name)"
    }

    /// The name in this folder of a file that was made here.
    func leaf(of file: String) throws(StoreError) -> String {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        guard let leaf = parts.last, leaf.hasPrefix(Self.mark), ObjectName.isSegment(leaf), file == "\(path)/\(leaf)"
        else { throw .foreign }
        return String(leaf)
    }

    /// Removes the files that were last written to before `date`.
    func sweep(_ folder: borrowing OpenFolder, before date: Date) throws(StoreError) {
        for name in try folder.entries() where name.hasPrefix(Self.mark) {
            guard let status = try folder.status(of: name), status.st_mode & S_IFMT == S_IFREG,
                Double(status.st_mtim.tv_sec) < date.timeIntervalSince1970
            else { continue }
            guard unlinkat(folder.descriptor, name, 0) == 0 || errno == ENOENT else { throw StoreError(system: errno) }
        }
    }
}
