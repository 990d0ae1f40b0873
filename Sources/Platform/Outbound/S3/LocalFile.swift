import Glibc
import Threads

/// A local file on its way to or from an object store, on a thread of its own: disks may be slow, and other tasks are not to
/// wait for them.
actor LocalFile {
    private let loop = ThreadLoop(name: "s3-file")
    private let descriptor: Int32
    /// Bytes, when it was opened.
    nonisolated let size: Int

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Opens an existing regular file; a link is not followed.
    init(reading path: String) throws(S3Error) {
        try self.init(path, O_RDONLY)
    }

    /// The same, and empties it.
    init(writing path: String) throws(S3Error) {
        try self.init(path, O_WRONLY | O_TRUNC)
    }

    private init(_ path: String, _ flags: Int32) throws(S3Error) {
        let descriptor = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw S3Error(system: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw S3Error(.file)
        }
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit {
        close(descriptor)
        loop.stop()
    }

    /// The bytes at `offset`, all of them or an error, with their digest in hexadecimal.
    func read(at offset: Int, count: Int) throws(S3Error) -> (bytes: [UInt8], hash: String) {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let start = buffer.baseAddress.map { $0 + filled }
                let taken = pread(descriptor, start, count - filled, off_t(offset + filled))
                if taken < 0, errno == EINTR { continue }
                guard taken > 0 else {
                    failure = taken < 0 ? errno : 0
                    return
                }
                filled += taken
            }
        }
        if failure != 0 { throw S3Error(system: failure) }
        guard bytes.count == count else { throw S3Error(.file) }
        return (bytes, SignatureV4.hash(bytes))
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(S3Error) {
        let failure: Int32 = bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let start = buffer.baseAddress.map { $0 + done }
                let count = pwrite(descriptor, start, buffer.count - done, off_t(offset + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return count < 0 ? errno : EIO }
                done += count
            }
            return 0
        }
        if failure != 0 { throw S3Error(system: failure) }
    }
}
