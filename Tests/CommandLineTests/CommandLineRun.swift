import Foundation
import TestKit
import Testing

/// What one run of the program left behind.
struct CommandLineRun: Sendable {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// Each line of the output as a JSON object.
    var objects: [[String: Any]] {
        get throws {
            try lines.map { line in
                try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                    "no JSON object: \(line)"
                )
            }
        }
    }

    /// The one JSON object of the output.
    var object: [String: Any] {
        get throws {
            let objects = try objects
            try #require(objects.count == 1, "one object expected: \(output) \(errors)")
            return objects[0]
        }
    }
}

/// The built program, as a person or script would start it.
enum CommandLine {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "HABEAS_TEST_BIN is not set: run the tests with scripts/test" }
    }

    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) async throws -> CommandLineRun {
        guard let folder = ProcessInfo.processInfo.environment["HABEAS_TEST_BIN"] else { throw Missing() }
        let scratch = try ScratchFolder()
        defer { scratch.remove() }
        // Files, not pipes: nobody has to read them for the program to go on. Nothing of the surrounding run's configuration reaches the
        // program under test.
        let input = try FileHandle(forReadingFrom: scratch.write("input", input))
        let output = try FileHandle(forWritingTo: scratch.write("output", ""))
        let errors = try FileHandle(forWritingTo: scratch.write("errors", ""))
        let child = try ChildProcess(
            "\(folder)/habeas",
            arguments,
            environment: environment,
            input: input.fileDescriptor,
            output: output.fileDescriptor,
            errors: errors.fileDescriptor
        )
        let status: Int32 = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: child.waitForEnd() ?? -1) }
        }
        for handle in [input, output, errors] { try handle.close() }
        return CommandLineRun(status: status, output: try scratch.read("output"), errors: try scratch.read("errors"))
    }
}

/// A folder of a test's own.
struct ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("habeas-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> URL {
        let file = URL(fileURLWithPath: path).appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path).appendingPathComponent(name)), as: UTF8.self)
    }
}
