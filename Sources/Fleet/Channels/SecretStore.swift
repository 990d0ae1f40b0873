import FoundationEssentials
import Glibc
package import Logging
import Threads

/// Finds the secrets that references name. A file is read again when it has changed, so that a secret is replaced without a
/// restart; what a reference leads to is never printed.
package final class SecretStore: Sendable {
    /// What tells that a file is not the one that was read.
    private struct Version: Equatable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int
        let inode: UInt64
    }

    private let environment: [String: String]
    private let logger: Logger
    private let read = Locked<[String: (version: Version, secret: String)]>([:])

    private static let sizeLimit = 65_536

    /// - Parameter environment: the process's; it does not change while it runs.
    package init(environment: [String: String], logger: Logger) {
        self.environment = environment
        self.logger = logger
    }

    /// The secret that `text`, a ``SecretReference``, leads to.
    package func secret(_ text: String) throws(SecretError) -> String {
        guard let reference = SecretReference(text) else { throw SecretError(.noReference) }
        switch reference {
        case .file(let path): return try contents(of: path, reference)
        case .environment(let name):
            guard let value = environment[name] else { throw SecretError(.absent, reference) }
            return try Self.line(value, reference)
        }
    }

    private func contents(of path: String, _ reference: SecretReference) throws(SecretError) -> String {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size <= Self.sizeLimit else { throw SecretError(.absent, reference) }
        let version = Version(
            seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec,
            size: Int(status.st_size),
            inode: UInt64(status.st_ino)
        )
        if let known = read.withLock({ $0[path] }), known.version == version { return known.secret }
        guard let data = FileManager.default.contents(atPath: path) else { throw SecretError(.absent, reference) }
        guard let text = String(validating: data, as: UTF8.self) else { throw SecretError(.content, reference) }
        let secret = try Self.line(text, reference)
        if status.st_mode & 0o007 != 0 {
            // Containers mount secrets like this, so it is no reason to stop.
            logger.warning("a secret can be read by everybody on this machine", metadata: ["reason": "\(reference)"])
        }
        read.withLock { $0[path] = (version, secret) }
        return secret
    }

    private static func line(_ text: String, _ reference: SecretReference) throws(SecretError) -> String {
        var line = Substring(text)
        while let last = line.last, last.isNewline { line.removeLast() }
        guard !line.isEmpty, !line.contains(where: \.isNewline) else { throw SecretError(.content, reference) }
        return String(line)
    }
}
