package import Foundation

/// The distribution's Python, in which other implementations check what ours wrote.
package enum Python {
    package struct Failure: Error {
        package let output: String

        package init(output: String) { self.output = output }
    }

    /// Not whichever comes first on the path: packages of the distribution belong to this one.
    package static let path = "/usr/bin/python3"

    /// Runs a script to its end and gives what it printed.
    package static func run(_ script: String, input: Data) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "habeas-python-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (given, printed) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try input.write(to: given)
        try Data().write(to: printed)
        let source = try FileHandle(forReadingFrom: given)
        let sink = try FileHandle(forWritingTo: printed)
        let child = try ChildProcess(
            path,
            ["-c", script],
            input: source.fileDescriptor,
            output: sink.fileDescriptor,
            errors: sink.fileDescriptor
        )
        let code = child.waitForEnd()
        try source.close()
        try sink.close()
        let text = String(decoding: try Data(contentsOf: printed), as: UTF8.self)
        guard code == 0 else { throw Failure(output: text) }
        return text
    }
}
