import Glibc

/// A file named on the command line, or standard input as `-`.
enum InputFile {
    /// Larger than anything a person writes; what is larger was a mistake of the path.
    static let limit = 1 << 30

    /// How error texts call it.
    static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0, bytes.count + count <= limit else { throw unreadable(path) }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    static func text(_ path: String) throws -> String {
        guard let text = String(validating: try read(path), as: UTF8.self) else {
            throw Failure(name(path), "is not UTF-8", "save it as UTF-8", status: .refused)
        }
        return text
    }

    /// The secret that `file:/path` refers to: the first line of that file.
    static func secret(_ reference: String, field: String) throws -> String {
        guard reference.hasPrefix("file:/") else {
            throw Failure(
                field,
                "holds a secret where others can read it",
                "write file:/path of a file that holds it",
                status: .configuration
            )
        }
        var content = Substring(try text(String(reference.dropFirst(5))))
        while let last = content.last, last.isNewline { content.removeLast() }
        guard !content.isEmpty, !content.contains(where: \.isNewline) else {
            throw Failure(
                field,
                "refers to a file that is empty or has several lines",
                "put the secret alone on its first line",
                status: .configuration
            )
        }
        return String(content)
    }

    private static func unreadable(_ path: String) -> Failure {
        Failure(name(path), "cannot be read", "give the path of a file that this user may read, or -")
    }
}
