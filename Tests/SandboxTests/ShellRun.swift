import Foundation

/// A shell script run to its end.
struct ShellRun: Sendable {
    let status: Int32
    let output: String

    static func run(_ script: String, _ argument: String) async throws -> ShellRun {
        let folder = try TestFolder()
        defer { folder.remove() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, "sh", argument]
        process.standardInput = FileHandle.nullDevice
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.write("output", "")))
        process.standardOutput = output
        process.standardError = output
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return ShellRun(status: status, output: try folder.read("output"))
    }
}
