import Glibc

/// An open folder; closed when it goes. What is below is reached from its descriptor, one segment at a time, and no link is
/// followed: whoever may write into the store's folder cannot lead us out of it.
struct OpenFolder: ~Copyable {
    let descriptor: Int32

    private static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

    /// The operator's own, which may be a link.
    init(_ path: String) throws(StoreError) {
        let descriptor = open(path, Self.flags)
        guard descriptor >= 0 else { throw errno == ENOENT ? .absent : StoreError(system: errno) }
        self.descriptor = descriptor
    }

    /// A folder in a folder.
    ///
    /// - Parameter isMade: with mode 0700 where it is not there.
    init(_ name: String, in parent: borrowing OpenFolder, isMade: Bool) throws(StoreError) {
        if isMade {
            if mkdirat(parent.descriptor, name, 0o700) == 0 {
                try parent.sync()
            } else if errno != EEXIST {
                throw StoreError(system: errno)
            }
        }
        let descriptor = openat(parent.descriptor, name, Self.flags | O_NOFOLLOW)
        guard descriptor >= 0 else { throw StoreError(system: errno) }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Waits until what was made, renamed or deleted in it is on the disk.
    func sync() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw StoreError(system: errno) }
    }

    /// A file in it: a regular one, not a link to one.
    ///
    /// - Returns: a descriptor to be closed by the caller, and the file's status.
    func file(_ name: String) throws(StoreError) -> (descriptor: Int32, status: stat) {
        // Something else than a file might keep an open call waiting.
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw StoreError(system: errno) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw .occupied
        }
        return (file, status)
    }

    /// What the system knows of an entry, of a link itself; nil where there is none.
    func status(of name: String) throws(StoreError) -> stat? {
        var status = stat()
        if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        guard errno == ENOENT else { throw StoreError(system: errno) }
        return nil
    }

    /// The names of its entries, in no order.
    func entries() throws(StoreError) -> [String] {
        // Opened anew: the position belongs to the descriptor.
        let copy = openat(descriptor, ".", Self.flags)
        guard copy >= 0 else { throw StoreError(system: errno) }
        guard let stream = fdopendir(copy) else {
            close(copy)
            throw StoreError(system: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw StoreError(system: errno) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }
}
