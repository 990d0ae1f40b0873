import Foundation
import Outbound
import TestKit
import Testing

@testable import Sandbox

struct WebhookTests {
    @Test("A post that is signed right is taken, any other is refused and counted; its id is not remembered")
    func signatures() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let secret = WebhookSecret.random()
        let file = try folder.write("acme", secret.revealed + "\n")
        try await RunningSandbox.run(.with { $0.secrets = ["acme=file:\(file)"] }) { sandbox in
            #expect(try await sandbox.post(to: "acme", secrets: [secret]).status == 204)
            let refused = try await sandbox.post(to: "acme", id: "evt_2", secrets: [.random()])
            #expect(refused.status == 401)
            #expect(refused.text.contains("no signature of the webhook is the right one"))
            let stale = try WebhookSignature.headers(id: "evt_3", timestamp: 1_000, body: [], secrets: [secret])
            #expect(try await sandbox.call("POST", "/hooks/acme", headers: stale, "").status == 401)
            #expect(try await sandbox.call("POST", "/hooks/acme", "{}").status == 401)
            let report = try await sandbox.report("acme")
            #expect(report["calls"] == .whole(4))
            #expect(report["bad_signatures"] == .whole(3))
            #expect(report["distinct_ids"] == .whole(1))
            #expect(report["unverified"] == .whole(0))
            #expect(report["by_status"] == .object(["204": .whole(1), "401": .whole(3)]))
        }
    }

    @Test("While a secret rotates the old and the new one are believed; when the file says so, only the new one")
    func rotation() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let (old, new) = (WebhookSecret.random(), WebhookSecret.random())
        let files = [try folder.write("old", old.revealed), try folder.write("new", new.revealed)]
        try await RunningSandbox.run(.with { $0.secrets = files.map { "acme=file:\($0)" } }) { sandbox in
            for secrets in [[old], [new], [old, new]] {
                #expect(try await sandbox.post(to: "acme", secrets: secrets).status == 204)
            }
            try folder.write("old", new.revealed)
            #expect(try await eventually { try await sandbox.post(to: "acme", secrets: [old]).status == 401 })
            #expect(try await sandbox.post(to: "acme", secrets: [new]).status == 204)
        }
    }

    @Test("In a folder a peer's own file comes before the one for all, and may come while the sandbox runs")
    func folderOfSecrets() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let (all, own) = (WebhookSecret.random(), WebhookSecret.random())
        try folder.write("default.whsec", all.revealed)
        try await RunningSandbox.run(.with { $0.secretsFolder = folder.path }) { sandbox in
            #expect(try await sandbox.post(to: "acme", secrets: [all]).status == 204)
            try folder.write("acme.whsec", own.revealed)
            #expect(try await eventually { try await sandbox.post(to: "acme", secrets: [own]).status == 204 })
            #expect(try await sandbox.post(to: "acme", secrets: [all]).status == 401)
            #expect(try await sandbox.post(to: "globex", secrets: [all]).status == 204)
        }
    }

    @Test("Where no secret is known a post is taken, and counted as unverified")
    func unverified() async throws {
        try await RunningSandbox.run { sandbox async throws in
            #expect(try await sandbox.post(to: "acme").status == 204)
            #expect(try await sandbox.report("acme")["unverified"] == .whole(1))
        }
    }

    @Test("Duplicates are counted, with the same body and with another")
    func duplicates() async throws {
        try await RunningSandbox.run { sandbox in
            for (id, body) in [("a", "1"), ("a", "1"), ("b", "1"), ("a", "2")] {
                #expect(try await sandbox.post(to: "acme", id: id, body).status == 204)
            }
            let report = try await sandbox.report("acme")
            #expect(report["distinct_ids"] == .whole(2))
            #expect(report["duplicates"] == .whole(2))
            #expect(report["duplicates_other_body"] == .whole(1))
            #expect(report["acted_again"] == .whole(2))
        }
    }

    @Test("A post that is not believed takes no step of the script")
    func script() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let secret = WebhookSecret.random()
        let file = try folder.write("acme", secret.revealed)
        try await RunningSandbox.run(
            .with { $0.secrets = ["acme=file:\(file)"] },
            script: "acme: {sequence: [{status: 503}]}"
        ) { sandbox async throws in
            #expect(try await sandbox.post(to: "acme").status == 401)
            #expect(try await sandbox.post(to: "acme", secrets: [secret]).status == 503)
            #expect(try await sandbox.post(to: "acme", secrets: [secret]).status == 204)
        }
    }

    @Test(
        "A sandbox whose secrets cannot be read does not start, and says why",
        arguments: [
            ("acme", "--secret: is not NAME=file:PATH; write the secret into a file and name that"),
            ("acme=whsec_x", "--secret: is not NAME=file:PATH; write the secret into a file and name that"),
            (
                "acme=file:/nowhere",
                "--secret acme: /nowhere holds no webhook secret; write `whsec_` and base64 into it"
            ),
        ]
    )
    func start(reference: String, sentence: String) {
        let fault = #expect(throws: SandboxError.self) { try SecretBook(references: [reference], folder: nil) }
        #expect(fault?.description == sentence)
    }
}
