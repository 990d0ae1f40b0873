import Foundation
import TestKit
import Testing

@Suite("What every command does alike")
struct ExitCodeTests {
    static let commands: [[String]] = [
        [], ["migrate"], ["migrate", "up"], ["migrate", "status"], ["migrate", "print"], ["topology"],
        ["topology", "definitions"], ["topology", "apply"], ["topology", "verify"], ["clients"], ["clients", "apply"],
        ["clients", "list"], ["clients", "show"], ["clients", "test"], ["publishers"], ["publishers", "apply"],
        ["publishers", "list"],
        ["publishers", "revoke"], ["keys"], ["keys", "create"], ["publish"], ["requests"], ["requests", "list"],
        ["requests", "show"], ["requests", "timeline"], ["parked"], ["parked", "list"], ["parked", "show"],
        ["parked", "replay"], ["parked", "discard"], ["evidence"], ["evidence", "verify"], ["status"],
        ["letters"], ["letters", "check"], ["letters", "preview"],
    ]

    @Test("help shows an example", arguments: commands)
    func help(_ command: [String]) async throws {
        let help = try await CommandLine.run(command + ["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("Example"))
        #expect(help.output.contains("habeas \(command.joined(separator: " "))"))
    }

    @Test("64 for what the command line does not mean")
    func usage() async throws {
        #expect(try await CommandLine.run(["frobnicate"]).status == 64)
        #expect(try await CommandLine.run(["requests", "show", "not-a-name"]).status == 64)
        #expect(try await CommandLine.run(["requests", "show", "a/b", "--reveal"]).status == 64)
        #expect(try await CommandLine.run(["parked", "replay"]).status == 64)
    }

    @Test("78 where a key is missing or wrong, and the line names it")
    func configuration() async throws {
        let missing = try await CommandLine.run(["status"])
        #expect(missing.status == 78)
        #expect(missing.errors.contains("database.url"))
        #expect(missing.errors.split(separator: "\n").count == 1)

        let scratch = try ScratchFolder()
        defer { scratch.remove() }
        let file = try scratch.write("habeas.yaml", "database:\n  urll: file:/x\n")
        let unknown = try await CommandLine.run(["status", "--config", file.path])
        #expect(unknown.status == 78)
        #expect(unknown.errors.contains("line 2"))
    }

    @Test("69 where the database or the broker does not answer")
    func unreachable() async throws {
        let nowhere = "postgresql://nobody:secretword@127.0.0.1:1/none"
        let run = try await CommandLine.run(["clients", "list"], environment: ["HABEAS_DATABASE_URL": nowhere])
        #expect(run.status == 69)
        #expect(!run.errors.contains("secretword"))
        #expect(run.errors.split(separator: "\n").count == 1)

        let event = Installation.event(ref: "r1")
        let publish = try await CommandLine.run(
            ["publish", "-"],
            environment: ["HABEAS_AMQP_URL": "amqp://a:secretword@127.0.0.1:1/"],
            input: event
        )
        #expect(publish.status == 69)
        #expect(!publish.errors.contains("secretword"))
    }

    @Test("keys create writes a private file once")
    func keys() async throws {
        let scratch = try ScratchFolder()
        defer { scratch.remove() }
        let path = "\(scratch.path)/keys"
        #expect(
            try await CommandLine.run(["keys", "create", "--file", path, "--json"]).object["file"] as? String == path
        )
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let before = try scratch.read("keys")
        #expect(try await CommandLine.run(["keys", "create", "--file", path]).status == 1)
        #expect(try scratch.read("keys") == before)
    }
}
