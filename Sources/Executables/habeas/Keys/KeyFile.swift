import Fleet
import Glibc
import Ledger

/// An existing key file that gets one more key.
///
/// The line is added in place: owner, mode and links stay as they are. The file is locked meanwhile, so that two runs do not choose
/// the same id, and cut back to what it was should the line not get onto the disk whole.
struct KeyFile {
    private let path: String

    init(path: String) { self.path = path }

    func add(_ kind: KeyRing.Kind) throws -> (id: String, isInUse: Bool) {
        let descriptor = open(path, O_RDWR | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT
                ? Failure("--file", "does not exist", "make it with `habeas keys create` and without --add")
                : Failure("--file", "cannot be written", "run this as its owner")
        }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure("--file", "is being written by another run", "run the command again when that has ended")
        }
        guard let status = FileStatus(descriptor: descriptor), status.isRegular else {
            throw Failure("--file", "is no file", "name the key file itself")
        }
        // Whoever can read it has its keys already: a new one in it would be no secret either.
        guard status.isPrivate else { throw KeyRingError(.tooOpen) }
        let (line, id, isInUse) = try KeyRing.line(adding: kind, to: try InputFile.text(path))
        let bytes = Array(line.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            _ = ftruncate(descriptor, status.size)
            throw Failure("--file", "cannot be written", "make room on its file system")
        }
        return (id, isInUse)
    }
}
