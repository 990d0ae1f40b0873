import Foundation
import Glibc
package import Testing

/// A file system of a few megabytes that really gets full: a tmpfs that a child process has mounted for itself alone, reached through
/// `/proc`. An ordinary user may do that where users may have namespaces of their own, root where it may mount.
///
/// The file system goes with the child, which ends with its standard input: nothing is left, whatever becomes of us.
package final class SmallDisk: Sendable {
    package struct Refused: Error, CustomStringConvertible {
        package let description: String
    }

    /// Why there can be none here; nil where there can.
    package static let obstacle: String? = {
        do {
            _ = try SmallDisk(megabytes: 1)
            return nil
        } catch {
            return "\(error)"
        }
    }()

    package let path: String
    private let mountPoint: String
    private let child: ChildProcess
    private let input: Pipe
    private let output: Pipe

    package init(megabytes: Int) throws {
        mountPoint = FileManager.default.temporaryDirectory.appending(path: "habeas-disk-\(UUID())").path
        try FileManager.default.createDirectory(atPath: mountPoint, withIntermediateDirectories: false)
        (input, output) = (Pipe(), Pipe())
        child = try ChildProcess(
            "/bin/sh",
            ["-c", Self.script, mountPoint, "\(megabytes)m", Self.mount],
            input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor
        )
        try input.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        let answer = Self.line(of: output.fileHandleForReading)
        path = "/proc/\(answer)/root\(mountPoint)"
        guard Int32(answer) != nil else {
            throw Refused(description: answer.isEmpty ? "unshare and mount said nothing" : answer)
        }
        // Where a process of our own may not be looked into.
        guard access(path, W_OK) == 0 else { throw Refused(description: "what is mounted cannot be reached") }
    }

    deinit {
        child.end()
        rmdir(mountPoint)
    }

    /// Without a namespace of users it needs root.
    private static let script = """
        exec 2>&1
        if unshare -rm true 2>/dev/null; then exec unshare -rm sh -c "$2" "$0" "$1"; fi
        exec unshare -m sh -c "$2" "$0" "$1"
        """
    private static let mount = #"mount -t tmpfs -o "size=$1,mode=700" tmpfs "$0" && echo $$ && exec cat"#

    private static func line(of output: FileHandle) -> String {
        var line: [UInt8] = []
        while let byte = try? output.read(upToCount: 1), let first = byte.first, first != 0x0A { line.append(first) }
        return String(decoding: line, as: UTF8.self)
    }

    // MARK: Filling

    private var ballast: String { "\(path)/ballast" }

    /// Bytes that can still be written.
    package func room() throws -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw Refused(description: "statvfs: errno \(errno)") }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Takes all room but this many bytes.
    package func fill(leaving rest: Int) throws {
        let file = open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Refused(description: "open: errno \(errno)") }
        defer { close(file) }
        let block = [UInt8](repeating: 0x2A, count: 4_096)
        while try room() > rest {
            guard write(file, block, block.count) == block.count else { return }
        }
    }

    /// Gives back what ``fill(leaving:)`` took.
    package func makeRoom() throws { try FileManager.default.removeItem(atPath: ballast) }

    /// All files but the one that fills it up, named or not, below the disk's folder.
    package var files: [String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            var status = stat()
            return name != "ballast" && lstat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }.sorted()
    }
}

extension Trait where Self == ConditionTrait {
    /// Needs a ``SmallDisk``; where there can be none the test is skipped, and says why.
    package static var smallDisk: Self {
        .enabled(
            if: SmallDisk.obstacle == nil,
            "no small file system can be mounted here, as a user or as root: \(SmallDisk.obstacle ?? "")"
        )
    }
}
