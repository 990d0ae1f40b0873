import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas suppressions", .database)
struct SuppressionCommandTests {
    /// As the erasure worker writes them.
    static func suppress(
        _ installation: Installation,
        _ scopes: [Suppressions.Scope],
        by id: UUID,
        email: String = "anna.canary@example.org",
        client: String? = "acme",
        at now: Date = Date()
    ) async throws {
        let digest = KeyedDigest(try KeyRing(file: "\(installation.folder.path)/keys").looking)
        let person = try #require(Identity(.email, email))
        let lookup = digest.lookup(person, client: client)
        _ = try await installation.query(
            Suppressions.insert(
                scopes.map { Suppressions.Entry(lookup: lookup, scope: $0) },
                client: client,
                keyID: digest.keyID,
                case: id,
                at: now
            )
        )
    }

    static func check(_ installation: Installation, at client: String = "acme", _ input: String) async throws
        -> CommandLineRun
    {
        try await CommandLine.run(
            ["suppressions", "check", "--identity-file", "-", "--json", "--client", client],
            environment: installation.environment,
            input: input
        )
    }

    @Test("C4, Y8: who asks is told line by line for what people may not be used, at that client, and is on record")
    func check() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r")
            try await Self.suppress(installation, [.marketing, .thirdPartyTransfers], by: id)
            try await installation.withOperators(1) { people in
                let run = try await Self.check(people[0], "email bob@example.org\nemail ANNA.canary@example.org\n")
                #expect(run.status == 0, "\(run.errors)")
                let lines = try run.objects
                #expect(lines.map { $0["line"] as? Int } == [1, 2])
                #expect(
                    lines.map { $0["scopes"] as? [String] } == [[], ["marketing", "third_party_transfers"]]
                )
                #expect(!run.output.lowercased().contains("canary"))
                let elsewhere = try await Self.check(
                    people[0],
                    at: "globex",
                    "email anna.canary@example.org"
                )
                #expect(try elsewhere.object["scopes"] as? [String] == [])
                let mistyped = try await Self.check(people[0], at: "acmee", "email bob@example.org")
                #expect(mistyped.status == 1 && mistyped.errors.contains("--client"))
            }
            let facts = try await installation.query(
                """
                SELECT body || ' ' || (actor LIKE 'operator:op\\_%')::text FROM habeas.evidence
                 WHERE fact = 'suppressions.checked' ORDER BY seq
                """
            ).decode(column: 0, as: String.self)
            #expect(
                facts == [
                    #"{"client":"acme","identities":2,"suppressed":1} true"#,
                    #"{"client":"globex","identities":1,"suppressed":0} true"#,
                ]
            )
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("Y5: an entry made under a look-up key that is not in use any more is found all the same")
    func olderKey() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r")
            try await Self.suppress(installation, [.objection], by: id)
            let old = try installation.folder.read("keys")
            let fresh = KeyRing.newFile().split(separator: "\n").filter { $0.hasPrefix("lookup") }.joined()
            try installation.folder.write("keys", fresh.replacing("l1", with: "l2") + "\n" + old)
            let run = try await Self.check(installation, "email anna.canary@example.org")
            #expect(try run.object["scopes"] as? [String] == ["objection"], "\(run.errors)")
        }
    }

    @Test("the list shows hashes, scopes and cases, and no people")
    func list() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "r")
            try await Self.suppress(installation, [.sale], by: id)
            try await Self.suppress(installation, [.sharing], by: id, client: "globex")
            try await installation.withOperators(1, role: "habeas_auditor") { people in
                let all = try await people[0].run("suppressions", "list", "--json").objects
                #expect(all.count == 2)
                let one = try await people[0].run("suppressions", "list", "--client", "acme", "--json").object
                #expect(one["scope"] as? String == "sale" && one["client"] as? String == "acme")
                #expect((one["hash"] as? String)?.count == 64)
                #expect(one["request"] as? String == id.uuidString.lowercased())
                let text = try await people[0].run("suppressions", "list")
                #expect(text.output.contains("SCOPE") && !text.output.lowercased().contains("canary"))
            }
        }
    }

    @Test("Y5: a person lifts what a request suppressed, with a reason; what a later one wants stays")
    func lift() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let first = try await installation.openCase(ref: "a")
            let second = try await installation.openCase(ref: "b")
            try await Self.suppress(installation, [.marketing, .sale], by: first)
            try await Self.suppress(installation, [.sale], by: second)
            try await installation.withOperators(1) { people in
                #expect(try await people[0].run("suppressions", "lift", "helpdesk/a", "--reason", " ").status == 64)
                let run = try await people[0].run(
                    "suppressions",
                    "lift",
                    "helpdesk/a",
                    "--reason",
                    "opted in again",
                    "--json"
                )
                #expect(run.status == 0, "\(run.errors)")
                #expect(try run.object["scopes"] as? [String] == ["marketing"])
                let again = try await people[0].run("suppressions", "lift", "helpdesk/a", "--reason", "x")
                #expect(again.status == 1 && again.errors.contains("suppressions list"))
            }
            let checked = try await Self.check(installation, "email anna.canary@example.org")
            #expect(try checked.object["scopes"] as? [String] == ["sale"])
            #expect(
                try await WaitingCase.facts(installation, first) == ["case.opened", "suppression.lifted"]
            )
            let body = try await EffectSeed.bodies(installation, "suppression.lifted").joined()
            #expect(body.contains("opted in again") && body.contains("marketing"))
            // The same wish, said again, holds again.
            try await Self.suppress(installation, [.marketing], by: second)
            let later = try await Self.check(installation, "email anna.canary@example.org")
            #expect(try later.object["scopes"] as? [String] == ["marketing", "sale"])
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }
}
