import Foundation
import Postgres
import TestKit
import Testing

@Suite("habeas policy", .database)
struct PolicyCommandTests {
    @Test("applies a folder once, refuses a version that changed, and lists what is in force")
    func apply() async throws {
        try await Installation.with { installation in
            let again = try await installation.run("policy", "apply", Installation.deploy, "--json")
            #expect(again.status == 0)
            #expect(try again.objects.count > 100)
            #expect(try again.objects.allSatisfy { $0["result"] as? String == "unchanged" })
            let listed = try await installation.run("policy", "list", "--json").objects
            #expect(Set(listed.compactMap { $0["profile"] as? String }) == ["kustomer", "customer360", "kayako"])

            let folder = URL(fileURLWithPath: installation.folder.path).appendingPathComponent("policy")
            let profiles = folder.appendingPathComponent("profiles")
            try FileManager.default.createDirectory(at: profiles, withIntermediateDirectories: true)
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("holidays"),
                withIntermediateDirectories: true
            )
            let file = profiles.appendingPathComponent("kustomer.yaml")
            let text = try String(contentsOfFile: Installation.deploy + "/profiles/kustomer.yaml", encoding: .utf8)
            try (text + "\n# a comment changes nothing\n").write(to: file, atomically: true, encoding: .utf8)
            #expect(try await installation.run("policy", "apply", folder.path).status == 0)
            try text.replacingOccurrences(of: "\ntitle:", with: "\ndispute_body: \"another\"\ntitle:")
                .write(to: file, atomically: true, encoding: .utf8)
            let refused = try await installation.run("policy", "apply", folder.path)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("next version"))
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test(
        "K1: refuses what no statement may say, with line, key and remedy",
        arguments: [
            ("clocks:\n  notify_clients: {within: 90 hours, clause: x, says: y}", "clocks.notify_clients.within"),
            ("clocks:\n  refer: {within: soon, clause: x, says: y}", "clocks.refer.within"),
            ("clocks:\n  reefer: {within: 1 hour, clause: x, says: y}", "clocks.reefer"),
            ("identity:\n  opt_out: {level: document, clause: x}", "identity.opt_out.level"),
            ("identity:\n  erasure: {level: none, clause: x}", "identity.erasure.level"),
            ("colour: blue", "colour"), ("clocks: [1]", "clocks"),
        ]
    )
    func bad(_ line: String, _ key: String) async throws {
        try await Installation.with { installation in
            let folder = URL(fileURLWithPath: installation.folder.path).appendingPathComponent("policy")
            for name in ["profiles", "holidays"] {
                let path = folder.appendingPathComponent(name)
                try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
            }
            let text = "profile: own\nversion: 1\neffective_from: 2026-01-01\ntitle: Own\n\(line)\n"
            let file = folder.appendingPathComponent("profiles/own.yaml")
            try text.write(to: file, atomically: true, encoding: .utf8)
            let refused = try await installation.run("policy", "apply", folder.path)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("own.yaml line") && refused.errors.contains(key), "\(refused.errors)")
        }
    }

    @Test("explains a case: every value with its layer, clause and article; the agreement wins over the statement")
    func explain() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r1")
            let text = try await installation.run("policy", "explain", "--case", id.uuidString)
            #expect(text.status == 0)
            for word in ["GDPR Art. 12(3)", "K7", "kustomer, version 1", "BINDS"] {
                #expect(text.output.contains(word), "\(word)")
            }

            let file = URL(fileURLWithPath: installation.folder.path).appendingPathComponent("clients.yaml")
            try """
            - id: acme
              agreement:
                name: DPA of 2026-03-01
                clocks:
                  refer: {within: 20 minutes, clause: "§ 4(1)", says: Letters reach Acme within 20 minutes.}
            """.write(to: file, atomically: true, encoding: .utf8)
            #expect(try await installation.run("clients", "apply", file.path, "--without-broker").status == 0)
            let explained = try #require(
                try await installation.run(
                    "policy",
                    "explain",
                    "--client",
                    "acme",
                    "--right",
                    "access",
                    "--regulation",
                    "gdpr",
                    "--json"
                ).objects.first
            )
            let clocks = try #require(explained["clocks"] as? [[String: Any]])
            let refer = try #require(clocks.first { $0["clock"] as? String == "refer" })
            #expect(refer["layer"] as? String == "agreement")
            #expect(refer["source"] as? String == "§ 4(1)")
            #expect(clocks.allSatisfy { ($0["source"] as? String)?.isEmpty == false })

            let tooLong = URL(fileURLWithPath: installation.folder.path).appendingPathComponent("long.yaml")
            try """
            - id: acme
              agreement:
                name: DPA
                clocks:
                  notify_clients: {within: 30 calendar_days, clause: "§ 9", says: In a month.}
            """.write(to: tooLong, atomically: true, encoding: .utf8)
            let refused = try await installation.run("clients", "apply", tooLong.path, "--without-broker")
            #expect(refused.status == 1)
            #expect(refused.errors.contains("notify_clients"))
        }
    }

    @Test(
        "A9: explain says which versions bind, since when and why: the statement's by its notice date, the use rules' by the client's term"
    )
    func versions() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r1")
            let folder = installation.folder.path
            for part in ["profiles", "holidays"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
            }
            let today = Date().formatted(.iso8601.year().month().day())
            let past = Date(timeIntervalSinceNow: -40 * 86_400).formatted(.iso8601.year().month().day())
            try installation.folder.write(
                "profiles/next.yaml",
                """
                profile: kustomer
                version: 2
                effective_from: \(today)
                posted: \(past)
                title: the next version
                harvest: {requests: 7, hours: 24, clause: use policy § 3}
                """
            )
            let applied = try await installation.run("policy", "apply", folder)
            #expect(applied.status == 0, "\(applied.errors)")
            func explained(_ arguments: String...) async throws -> [String: Any] {
                try await CommandLine.run(
                    ["policy", "explain", "--json"] + arguments,
                    environment: installation.environment
                ).object
            }
            func useRules() async throws -> [String: Any] {
                let whole = try await explained("--client", "acme", "--right", "access", "--regulation", "gdpr")
                #expect(whole["profile_version"] as? Int == 2 && whole["profile_effective_from"] as? String == today)
                return try #require(whole["use_policy"] as? [String: Any])
            }
            let posted = try await useRules()
            #expect(posted["version"] as? Int == 2 && posted["ground"] as? String == "posting")
            #expect((posted["harvest"] as? [String: Any])?["requests"] as? Int == 7)

            // With a term it waits for the renewal.
            let renewal = Date(timeIntervalSinceNow: 30 * 86_400).formatted(.iso8601.year().month().day())
            let term = "- id: acme\n  renews_on: \(renewal)\n  term_months: 24\n"
            #expect(try await installation.run("clients", "apply", "-", "--without-broker", input: term).status == 0)
            #expect(try await useRules()["version"] as? Int == 1)

            // The case goes on under what it began with.
            let text = try await installation.run("policy", "explain", "--case", id.uuidString)
            #expect(text.output.contains("kustomer, version 1, in force since 2026-01-01"))
            #expect(text.output.contains("version 1, binding since"))
            let wrong = "- id: acme\n  term_months: 0\n"
            let refused = try await installation.run("clients", "apply", "-", "--without-broker", input: wrong)
            #expect(refused.status == 1 && refused.errors.contains("term_months"))
        }
    }

    @Test("computes the dates of a hypothetical case without a database")
    func dates() async throws {
        let run = try await CommandLine.run(
            [
                "policy", "dates", "--policy", Installation.deploy, "--regulation", "gdpr", "--right", "access",
                "--place",
                "DE-BE", "--received", "2026-01-31T10:00:00+01:00", "--extend", "--json",
            ],
            environment: [:]
        )
        #expect(run.status == 0)
        let clocks = try #require(try run.objects.first?["clocks"] as? [[String: Any]])
        let respond = try #require(clocks.first { $0["clock"] as? String == "respond" })
        // Three months from receipt: 30 April; not two added to the end of February.
        #expect(respond["last_day"] as? String == "2026-04-30")
        let bad = try await CommandLine.run(
            [
                "policy", "dates", "--regulation", "gdpr", "--right", "access", "--place", "DE", "--received",
                "yesterday",
            ],
            environment: [:]
        )
        #expect(bad.status == 64)
    }
}
