import Foundation
import TestKit
import Testing

/// A program of the fleet running as a process of its own, as an operator would start it.
final class FleetProcess: Sendable {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "HABEAS_TEST_BIN is not set: run the tests with scripts/test" }
    }

    private let process: Process
    private let ended: Task<Int32, Never>

    /// - Parameter log: a file that gets what it prints; nowhere if nil.
    init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String],
        log: String? = nil
    ) throws {
        guard let folder = ProcessInfo.processInfo.environment["HABEAS_TEST_BIN"] else { throw Missing() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(folder)/\(program)")
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
        process.standardInput = FileHandle.nullDevice
        var output = FileHandle.nullDevice
        if let log {
            let file = URL(fileURLWithPath: log)
            try Data().write(to: file)
            output = try FileHandle(forWritingTo: file)
        }
        process.standardOutput = output
        process.standardError = output
        let (ends, end) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        try process.run()
        self.process = process
        ended = Task {
            for await status in ends { return status }
            return -1
        }
    }

    /// Ends it without a chance to say goodbye.
    func kill() async {
        Foundation.kill(process.processIdentifier, SIGKILL)
        _ = await ended.value
    }

    /// Asks it to drain and returns its exit code.
    func terminate() async -> Int32 {
        process.terminate()
        return await ended.value
    }

    /// Its exit code, once it has ended by itself.
    var exitCode: Int32 { get async { await ended.value } }
}
