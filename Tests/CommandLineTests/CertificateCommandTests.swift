import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas requests certificate, evidence verify --certificate and keys", .database)
struct CertificateCommandTests {
    /// Systems as the data map keeps them.
    private static let systems = [
        ("crm", "{id: crm, title: Our CRM, kind: own, purposes: [support], connector: {kind: manual}}"),
        ("shop", "{id: shop, title: Shop, kind: client_integration, clients: [acme]}"),
        ("vault", "{id: vault, title: Vault, kind: backup, backups: 90 calendar_days}"),
    ]

    /// A case of acme's with parts at three systems, of which one is under way.
    private func begun(_ installation: Installation, canary: Canary) async throws -> UUID {
        try await installation.register()
        for (place, (id, body)) in Self.systems.enumerated() {
            _ = try await installation.query(
                "INSERT INTO habeas.system (id, body, place) VALUES (\(id), \(body), \(Int32(place)))"
            )
        }
        let event = Installation.event(ref: "REQ-1").replacingOccurrences(
            of: "anna.canary@example.org",
            with: canary.email
        )
        let id = try await installation.openCase(event: event)
        let targets: [FanOutTarget] = [
            .sample("crm", .pending, of: id, way: .person, level: .person) { $0.owner = canary.word },
            .sample("shop", .listed, of: id, way: .client, ordinal: 1),
            .sample("vault", .listed, of: id, way: .time, ordinal: 2) {
                $0.goneBy = Date(timeIntervalSinceNow: 90 * 86_400)
            },
        ]
        for statement in FanOutTarget.seed(targets) { _ = try await installation.query(statement) }
        return id
    }

    private func finish(_ id: UUID, _ installation: Installation) async throws {
        _ = try await installation.query(
            """
            UPDATE habeas.fan_out SET state = 'verified', outcome = 'done', acted_at = now(), verified_at = now(), verified_by = 'person'
             WHERE case_id = \(id) AND system_id = 'crm'
            """
        )
    }

    /// What OpenSSL says of the body of a certificate file, with the first key that `keys public` prints.
    private func openSSL(_ folder: ScratchFolder, file: String, pem: String, alter: Bool = false) throws -> Int32? {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(try folder.read(file).utf8)) as? [String: Any]
        )
        let body = try #require(object["body"] as? String)
        let signature = try #require((object["signature"] as? String).flatMap { Data(base64Encoded: $0) })
        try folder.write("body", alter ? body.replacingOccurrences(of: "REQ", with: "REX") + " " : body)
        try signature.write(to: URL(filePath: "\(folder.path)/signature"))
        try folder.write("key.pem", pem)
        let nothing = try FileHandle(forUpdating: URL(filePath: "/dev/null"))
        defer { try? nothing.close() }
        let arguments = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "\(folder.path)/key.pem"]
        let child = try ChildProcess(
            "/usr/bin/openssl",
            arguments + ["-sigfile", "\(folder.path)/signature", "-in", "\(folder.path)/body"],
            input: nothing.fileDescriptor,
            output: nothing.fileDescriptor
        )
        return child.waitForEnd()
    }

    @Test("N2: an interim one is signed, counted and recorded; habeas and OpenSSL check it with the public key alone")
    func interim() async throws {
        try await Installation.with { installation in
            let canary = Canary()
            let id = try await begun(installation, canary: canary)
            let folder = installation.folder
            let paths = ["--out", "\(folder.path)/c.json", "--html", "\(folder.path)/c.html"]
            let none = try await installation.run("requests", "certificate", id.uuidString)
            #expect(none.status == 1 && none.errors.contains("--interim"), "\(none.errors)")
            try await installation.withOperators(1) { people in
                let run = try await CommandLine.run(
                    ["requests", "certificate", "helpdesk/REQ-1", "--interim"] + paths,
                    environment: people[0].environment
                )
                #expect(run.status == 0 && run.output.isEmpty, "\(run.errors)")
            }
            let text = try folder.read("c.json") + folder.read("c.html")
            for trace in canary.traces { #expect(!text.lowercased().contains(trace.text), "\(trace.kind)") }
            let pem = try await installation.run("keys", "public", "--file", "\(folder.path)/keys")
            #expect(pem.status == 0 && pem.output.contains("BEGIN PUBLIC KEY"))
            try folder.write("public.pem", pem.output)
            // Nothing of this installation is known to whoever checks.
            let checked = try await CommandLine.run([
                "evidence", "verify", "--certificate", "\(folder.path)/c.json", "--public-key",
                "\(folder.path)/public.pem",
                "--json",
            ])
            let said = try checked.object
            #expect(checked.status == 0 && said["ok"] as? Bool == true && said["key_given"] as? Bool == true)
            #expect(said["interim"] as? Bool == true && said["request"] as? String == id.uuidString.lowercased())
            let bare = pem.output.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n") + "\n"
            #expect(try openSSL(folder, file: "c.json", pem: bare) == 0)
            #expect(try openSSL(folder, file: "c.json", pem: bare, alter: true) != 0)
            let made = try #require(try await EffectSeed.bodies(installation, "certificate.made").first)
            #expect(made.contains("\"interim\":true") && made.contains(said["sha256"] as? String ?? "?"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("the latest is printed, or the one of a number; one that would repeat what is certified is not made")
    func latest() async throws {
        try await Installation.with { installation in
            let id = try await begun(installation, canary: Canary())
            for _ in 0..<2 {
                #expect(try await installation.run("requests", "certificate", id.uuidString, "--interim").status == 0)
            }
            try await finish(id, installation)
            let latest = try await installation.run("requests", "certificate", id.uuidString)
            #expect(latest.status == 0 && latest.output.contains("number       2"), "\(latest.output)")
            #expect(latest.output.contains("the client's own to clean: shop"))
            let first = try await installation.run("requests", "certificate", id.uuidString, "--number", "1", "--json")
            let body = try #require(try first.object["body"] as? String)
            #expect(body.contains("\"number\":1,"))
            #expect(try await installation.run("requests", "certificate", id.uuidString, "--number", "9").status == 1)
            let repeated = try await installation.run("requests", "certificate", id.uuidString, "--interim")
            #expect(repeated.status == 1 && repeated.errors.contains("leave it out"), "\(repeated.errors)")
            let both = try await installation.run(
                "requests",
                "certificate",
                id.uuidString,
                "--interim",
                "--number",
                "1"
            )
            #expect(both.status == 64)
        }
    }

    @Test("without a key file an interim one is neither signed nor counted, and recorded all the same")
    func unsigned() async throws {
        try await Installation.with { installation in
            let id = try await begun(installation, canary: Canary())
            var without = installation
            without.environment["HABEAS_KEYS_FILE"] = nil
            let run = try await without.run("requests", "certificate", id.uuidString, "--interim", "--json")
            let object = try run.object
            #expect(run.status == 0 && object["signature"] == nil && object["key"] == nil)
            try installation.folder.write("c.json", run.output)
            let check = try await CommandLine.run([
                "evidence", "verify", "--certificate", "\(installation.folder.path)/c.json",
            ])
            #expect(check.status == 1 && check.errors.contains("is not signed"))
            #expect(try await installation.query("SELECT count(*) FROM habeas.certificate").only.decode(Int.self) == 0)
            #expect(try await EffectSeed.bodies(installation, "certificate.made").count == 1)
        }
    }

    @Test("what has no part at any target has no certificate")
    func nothing() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.openCase(ref: "REQ-2")
            let run = try await installation.run("requests", "certificate", "helpdesk/REQ-2", "--interim")
            #expect(run.status == 1 && run.errors.contains("nothing is planned"), "\(run.errors)")
        }
    }

    @Test("N2: an altered certificate, one of another key and what is no certificate end with 1 and say why")
    func faults() async throws {
        try await Installation.with { installation in
            let id = try await begun(installation, canary: Canary())
            let folder = installation.folder
            let out = "\(folder.path)/c.json"
            #expect(
                try await installation.run("requests", "certificate", id.uuidString, "--interim", "--out", out).status
                    == 0
            )
            func fault(_ more: String...) async throws -> String? {
                let run = try await CommandLine.run(["evidence", "verify", "--json", "--certificate", out] + more)
                #expect(run.status == (try run.object["ok"] as? Bool == true ? 0 : 1))
                return try run.object["fault"] as? String
            }
            #expect(try await fault() == nil)
            #expect(try await installation.run("keys", "create", "--file", "\(folder.path)/other").status == 0)
            let other = try await installation.run("keys", "public", "--file", "\(folder.path)/other", "--json")
            let keys = try #require(try other.object["keys"] as? [[String: Any]])
            let key = try #require(keys.first?["public_key"] as? String)
            #expect(try await fault("--public-key", key) == "other_key")
            let text = try folder.read("c.json")
            try folder.write("c.json", text.replacingOccurrences(of: "pending", with: "verified"))
            #expect(try await fault() == "wrong_signature")
            try folder.write("c.json", "{}")
            #expect(try await fault() == "not_a_certificate")
            for arguments in [
                ["--certificate", out, "--all"], ["--public-key", key], ["--certificate", out, "--public-key", out],
            ] {
                #expect(try await CommandLine.run(["evidence", "verify"] + arguments).status == 64, "\(arguments)")
            }
        }
    }
}

@Suite("habeas keys")
struct KeyCommandTests {
    @Test("adds a key of each kind to a file whose mode stays, and prints the public halves of all that sign")
    func adds() async throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let path = "\(folder.path)/keys"
        #expect(try await CommandLine.run(["keys", "create", "--file", path]).status == 0)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        for (kind, id) in [("kek", "k2"), ("lookup", "l2"), ("sign", "s2"), ("intake", "i2")] {
            let run = try await CommandLine.run(["keys", "create", "--file", path, "--add", kind, "--json"])
            let object = try run.object
            #expect(run.status == 0 && object["id"] as? String == id && object["in_use"] as? Bool == false)
        }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let ring = try KeyRing(file: path)
        #expect(ring.signingKeys.map(\.id) == ["s1", "s2"] && ring.wrapping.id == "k1")
        let listed = try await CommandLine.run(["keys", "public", "--file", path, "--json"])
        let keys = try #require(try listed.object["keys"] as? [[String: Any]])
        #expect(keys.map { $0["public_key"] as? String } == ring.signingKeys.map(\.verifyingKey.base64))
        #expect(keys.map { $0["in_use"] as? Bool } == [true, false])
        let sealing = try await CommandLine.run(["keys", "public", "--file", path, "--intake"])
        #expect(sealing.output == ring.intakeKeys.map { $0.receiver.jwk + "\n" }.joined())
        let both = try await CommandLine.run(["keys", "public", "--file", path, "--intake", "--json"])
        #expect(try #require(try both.object["keys"] as? [[String: Any]]).map { $0["id"] as? String } == ["i1", "i2"])
        for line in try folder.read("keys").split(separator: "\n") where !line.hasPrefix("#") {
            let secret = try #require(line.split(separator: " ").last)
            #expect(!listed.output.contains(secret) && !sealing.output.contains(secret))
        }
    }

    @Test("gives a file from before there were signatures a key that is in use at once")
    func first() async throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let path = "\(folder.path)/keys"
        let old = KeyRing.newFile().split(separator: "\n").filter { !$0.hasPrefix("sign") }.joined(separator: "\n")
        try folder.write("keys", old)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let none = try await CommandLine.run(["keys", "public", "--file", path])
        #expect(none.status == 78 && none.errors.contains("--add sign"))
        let run = try await CommandLine.run(["keys", "create", "--file", path, "--add", "sign"])
        #expect(run.status == 0 && run.output.contains("in use"), "\(run.errors)")
        #expect(try folder.read("keys").hasPrefix(old + "\n"), "what was there stays as it was")
        #expect(try KeyRing(file: path).signing?.id == "s1")
    }

    @Test("adds nothing to a file that is not there, that others can read, or that is none")
    func refused() async throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let path = "\(folder.path)/keys"
        let missing = try await CommandLine.run(["keys", "create", "--file", path, "--add", "sign"])
        #expect(missing.status == 1 && missing.errors.contains("without --add"))
        try folder.write("keys", KeyRing.newFile())
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let open = try await CommandLine.run(["keys", "create", "--file", path, "--add", "sign"])
        #expect(open.status == 78 && open.errors.contains("chmod 600"))
        try folder.write("keys", "kek k1 nonsense\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let wrong = try await CommandLine.run(["keys", "create", "--file", path, "--add", "sign"])
        #expect(wrong.status == 78 && wrong.errors.contains("line 1"))
        #expect(try folder.read("keys") == "kek k1 nonsense\n")
        #expect(try await CommandLine.run(["keys", "create", "--file", path, "--add", "salt"]).status == 64)
    }
}
