import Foundation
import Synchronization
import TestKit

/// The built program, as a person would start it.
final class SandboxProcess: Sendable {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "HABEAS_TEST_BIN is not set: run the tests with scripts/test" }
    }

    private let process: Process
    private let folder: TestFolder
    private let ended: Task<Int32, Never>

    init(_ arguments: [String], in folder: TestFolder) throws {
        guard let programs = ProcessInfo.processInfo.environment["HABEAS_TEST_BIN"] else { throw Missing() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(programs)/habeas-sandbox")
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.write("output", "")))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.write("errors", "")))
        let (ends, end) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        try process.run()
        self.process = process
        self.folder = folder
        ended = Task { await ends.first { _ in true } ?? -1 }
    }

    /// The port that it wrote into the file; nil when none came.
    func port(in file: String) async throws -> Int? {
        _ = await eventually { (try? self.folder.read(file)) != nil }
        return Int((try? folder.read(file))?.dropLast() ?? "")
    }

    /// Asks it to end; its exit code.
    func terminate() async -> Int32 {
        process.terminate()
        return await ended.value
    }

    var exitCode: Int32 { get async { await ended.value } }

    var output: String { get throws { try folder.read("output") } }
    var errors: String { get throws { try folder.read("errors") } }
}
