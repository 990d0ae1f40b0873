import FoundationEssentials
import Glibc
import Threads

/// Objects as files of a folder, which several workers may share over a network file system.
///
/// Files have mode 0600 and lie in folders of mode 0700, named as the objects are. They grow in `.scratch` below the same folder and are
/// renamed when they are whole and on the disk. Folders that have become empty are removed. All of this happens on a thread of its own:
/// waiting for a disk holds up nobody else.
package actor FolderStore: ObjectStore {
    private let root: String
    private nonisolated let scratchFolder: ScratchFolder
    private let loop = ThreadLoop(name: "store")
    private static let scratchName = ".scratch"

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameter root: an absolute path. It is not made: a file system that is not mounted is to be noticed.
    package init(_ root: String) {
        var root = root
        while root.count > 1, root.hasSuffix("/") { root.removeLast() }
        self.root = root
        scratchFolder = ScratchFolder(path: "\(root)/\(Self.scratchName)")
    }

    deinit {
        loop.stop()
    }

    package nonisolated func scratch() throws -> String {
        let folder = try OpenFolder(Self.scratchName, in: OpenFolder(root), isMade: true)
        return try scratchFolder.makeFile(in: folder)
    }

    package func put(_ path: String, as name: String) throws {
        let name = try ObjectName(name)
        let leaf = try scratchFolder.leaf(of: path)
        let scratch = try OpenFolder(Self.scratchName, in: OpenFolder(root), isMade: false)
        try Self.settle(leaf, in: scratch)
        var attempts = 0
        while true {
            let folder = try open(name.folders, isMade: true)
            if renameat(scratch.descriptor, leaf, folder.descriptor, name.leaf) == 0 { return try folder.sync() }
            // Somebody who deleted the last object in it may just have removed the folder.
            guard errno == ENOENT, attempts < 8 else { throw StoreError(system: errno) }
            attempts += 1
        }
    }

    /// Waits until the file's content is on the disk.
    private static func settle(_ leaf: String, in scratch: borrowing OpenFolder) throws(StoreError) {
        let (file, status) = try scratch.file(leaf)
        defer { close(file) }
        guard status.st_nlink == 1 else { throw .foreign }
        guard fchmod(file, 0o600) == 0, fsync(file) == 0 else { throw StoreError(system: errno) }
    }

    package func local(_ name: String) throws -> LocalObject {
        let name = try ObjectName(name)
        close(try open(name.folders, isMade: false).file(name.leaf).descriptor)
        return LocalObject("\(root)/\(name.text)", isCopy: false)
    }

    package func read(_ name: String, offset: Int, length: Int) throws -> [UInt8] {
        let name = try ObjectName(name)
        guard offset >= 0, length >= 0 else { throw StoreError.range }
        let (file, status) = try open(name.folders, isMade: false).file(name.leaf)
        defer { close(file) }
        let count = max(0, min(length, Int(status.st_size) - offset))
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let start = buffer.baseAddress.map { $0 + filled }
                let taken = pread(file, start, count - filled, off_t(offset + filled))
                if taken < 0, errno == EINTR { continue }
                guard taken > 0 else {
                    failure = taken < 0 ? errno : EIO
                    return
                }
                filled += taken
            }
        }
        guard failure == 0 else { throw StoreError(system: failure) }
        return bytes
    }

    package func size(_ name: String) throws -> Int? {
        let name = try ObjectName(name)
        do {
            let (file, status) = try open(name.folders, isMade: false).file(name.leaf)
            close(file)
            return Int(status.st_size)
        } catch  where error.code == .missing {
            return nil
        }
    }

    package func delete(_ name: String) throws {
        let name = try ObjectName(name)
        do {
            let folder = try open(name.folders, isMade: false)
            if unlinkat(folder.descriptor, name.leaf, 0) == 0 {
                try folder.sync()
            } else if errno != ENOENT {
                throw StoreError(system: errno)
            }
        } catch let error as StoreError where error.code == .missing {
            return
        }
        try removeEmpty(name.folders)
    }

    /// From the innermost outwards, until one is not empty.
    private func removeEmpty(_ folders: ArraySlice<String>) throws {
        var folders = folders
        while let last = folders.popLast() {
            guard let parent = try? open(folders, isMade: false),
                unlinkat(parent.descriptor, last, AT_REMOVEDIR) == 0
            else { return }
        }
    }

    package func list(prefix: String) throws -> [String] {
        let segments = try ObjectName.segments(ofPrefix: prefix)
        var names: [String] = []
        do {
            let folder = try open(segments[...], isMade: false)
            try Self.collect(folder, segments, &names)
        } catch let error as StoreError where error.code == .missing {}
        return names.sorted()
    }

    /// What is not named like an object is not one.
    private static func collect(_ folder: borrowing OpenFolder, _ segments: [String], _ names: inout [String]) throws {
        for entry in try folder.entries() where ObjectName.isSegment(entry) {
            guard let status = try folder.status(of: entry),
                let name = try? ObjectName((segments + [entry]).joined(separator: "/"))
            else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: names.append(name.text)
            case S_IFDIR:
                // It may be gone by now.
                guard let inner = try? OpenFolder(entry, in: folder, isMade: false) else { continue }
                try collect(inner, name.segments, &names)
            default: continue
            }
        }
    }

    package func sweep() throws {
        let root = try OpenFolder(root)
        guard try root.status(of: Self.scratchName) != nil else { return }
        let folder = try OpenFolder(Self.scratchName, in: root, isMade: false)
        try scratchFolder.sweep(folder, before: Date(timeIntervalSinceNow: -86_400))
    }

    private func open(_ folders: ArraySlice<String>, isMade: Bool) throws(StoreError) -> OpenFolder {
        var folder = try OpenFolder(root)
        for name in folders { folder = try OpenFolder(name, in: folder, isMade: isMade) }
        return folder
    }
}
