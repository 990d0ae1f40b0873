import Foundation
import Glibc

/// The distribution's Python, in which other implementations check what ours wrote.
enum Python {
    struct Failure: Error {
        let output: String
    }

    /// Not whichever comes first on the path: packages of the distribution belong to this one.
    static let path = "/usr/bin/python3"

    /// Runs a script to its end and gives what it printed.
    static func run(_ script: String, input: Data) throws -> String {
        // Files and not pipes: another child that is started meanwhile would keep the ends of a pipe open.
        let folder = FileManager.default.temporaryDirectory.appending(path: "outbound-python-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (given, printed) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try input.write(to: given)
        try Data().write(to: printed)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", script]
        process.standardInput = try FileHandle(forReadingFrom: given)
        let output = try FileHandle(forWritingTo: printed)
        process.standardOutput = output
        process.standardError = output
        try process.runToEnd()
        let text = String(decoding: try Data(contentsOf: printed), as: UTF8.self)
        guard process.terminationStatus == 0 else { throw Failure(output: text) }
        return text
    }
}

extension Process {
    /// Blocks until the process has ended. `waitUntilExit` would turn the thread's run loop meanwhile, and threads that
    /// run tasks are none to have one.
    func runToEnd() throws {
        let end = DispatchSemaphore(value: 0)
        terminationHandler = { _ in end.signal() }
        try run()
        end.wait()
    }

    /// Ends the process for sure: children inherit blocked signals from the thread that starts them, the polite one too.
    func end() {
        kill(processIdentifier, SIGKILL)
    }
}
