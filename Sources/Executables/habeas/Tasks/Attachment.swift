import Crypto
import Fleet
import Glibc

/// A file that shows what was done. Only its digest is kept: whoever has the file can prove that it is the one.
enum Attachment {
    /// SHA-256, hexadecimal. Read piece by piece, whatever its size.
    static func digest(_ path: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable }
        defer { close(descriptor) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unreadable }
            hash.update(data: buffer[..<count])
        }
        return Hex.text(hash.finalize())
    }

    private static let unreadable = Failure(
        "--attachment",
        "cannot be read",
        "give the path of a file that this user may read"
    )
}
