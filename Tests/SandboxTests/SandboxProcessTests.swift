import Foundation
import Outbound
import TestKit
import Testing

@testable import Sandbox

struct SandboxProcessTests {
    @Test("It says where it listens, and ends within a second of being told to, whatever hangs, drips or waits")
    func end() async throws {
        // A busy machine may hold the first one up.
        var fastest = Duration.seconds(3_600)
        for _ in 0..<3 where fastest >= .seconds(1) { fastest = min(fastest, try await timeToEnd()) }
        #expect(fastest < .seconds(1))
    }

    private func timeToEnd() async throws -> Duration {
        let folder = try TestFolder()
        defer { folder.remove() }
        let script = """
            hangs: {hang: true}
            waits: {delay: {ms: 600000}}
            drips: {trickle: {every_ms: 1000, bytes: 1000}}
            acme: {opendsr: {pending_ms: 600000}}
            """
        let process = try SandboxProcess(
            ["--port", "0", "--port-file", "\(folder.path)/port", "--script", try folder.write("script.yaml", script)],
            in: folder
        )
        let port = try #require(try await process.port(in: "port"))
        #expect(try await eventually { try process.output == "listening on http://127.0.0.1:\(port)\n" })
        let client = try HTTPClient()
        let sandbox = RunningSandbox(port: port, client: client)
        #expect(try await sandbox.call("POST", "/opendsr/acme/v2/requests", OpenDSRTests.body()).status == 201)
        let time = try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["hangs", "waits", "drips"] {
                group.addTask {
                    await #expect(throws: OutboundError.self) { _ = try await sandbox.post(to: name) }
                }
            }
            for name in ["hangs", "waits", "drips"] {
                #expect(try await eventually { try await sandbox.report(name)["under_way_now"] == .whole(1) })
            }
            let start = ContinuousClock.now
            #expect(await process.terminate() == 0)
            let time = ContinuousClock.now - start
            try await group.waitForAll()
            return time
        }
        await client.close()
        #expect(try process.errors == "")
        return time
    }

    @Test(
        "What it cannot be started with is said in one line, with the exit code of a wrong configuration",
        arguments: [
            (
                ["--script", "/nowhere"], 78,
                "habeas-sandbox: --script: /nowhere cannot be read; give a file of scripts\n"
            ),
            (
                ["--secret", "acme"], 78,
                "habeas-sandbox: --secret: is not NAME=file:PATH; write the secret into a file"
            ),
            (
                ["--secrets-folder", "/nowhere"], 78,
                "habeas-sandbox: --secrets-folder: /nowhere is not a folder; make it\n"
            ),
            (
                ["--certificate", "/nowhere", "--key", "/nowhere"], 78,
                "habeas-sandbox: --certificate: /nowhere cannot be read"
            ),
            (["--certificate", "/nowhere"], 64, "Error: --certificate and --key belong together; give both or none\n"),
            (["--colour", "red"], 64, "Error: Unknown option '--colour'\n"),
        ] as [([String], Int32, String)]
    )
    func refusals(arguments: [String], code: Int32, sentence: String) async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let process = try SandboxProcess(["--port", "0"] + arguments, in: folder)
        #expect(await process.exitCode == code)
        let errors = try process.errors
        #expect(errors.contains(sentence), "\(errors)")
        #expect(try process.output == "")
    }

    @Test("A script with a fault is refused by file, name and key")
    func script() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let file = try folder.write("peers.yaml", "acme: {statsu: 500}")
        let process = try SandboxProcess(["--port", "0", "--script", file], in: folder)
        #expect(await process.exitCode == 78)
        #expect(try process.errors.hasPrefix("habeas-sandbox: \(file): acme: statsu is not a key here; use acts, "))
    }

    @Test("A certificate and key of the user's are served and signed with")
    func certificate() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let made = try await ShellRun.run(
            """
            cd "$1" && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj '/CN=x' \
                -addext 'subjectAltName=DNS:privacy.example.com'
            """,
            folder.path
        )
        #expect(made.status == 0, "\(made.output)")
        let identity = try ProcessorIdentity(
            certificatePath: "\(folder.path)/cert.pem",
            keyPath: "\(folder.path)/key.pem"
        )
        let name = try #require(PeerName("acme"))
        #expect(identity.domain(of: name) == "privacy.example.com")
        #expect(try identity.certificate(of: name) == (try folder.read("cert.pem")))
        try folder.write("body", "hello")
        try folder.write("signature", try identity.signature(of: Array("hello".utf8), isWrong: false))
        let verified = try await ShellRun.run(
            """
            cd "$1" && openssl base64 -d -A -in signature -out raw && openssl x509 -in cert.pem -pubkey -noout >key &&
            openssl dgst -sha256 -verify key -signature raw body
            """,
            folder.path
        )
        #expect(verified.status == 0, "\(verified.output)")
        let other = try await ShellRun.run("openssl genrsa -out \"$1/other.pem\" 2048", folder.path)
        #expect(other.status == 0)
        let fault = #expect(throws: SandboxError.self) {
            try ProcessorIdentity(certificatePath: "\(folder.path)/cert.pem", keyPath: "\(folder.path)/other.pem")
        }
        #expect(fault?.description.contains("is not the key of --certificate") == true)
    }
}
