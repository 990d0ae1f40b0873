import Foundation
import Ledger
import Postgres
import TestKit
import Testing

@Suite("habeas clients tokens", .database)
struct ClientTokenTests {
    @Test("a token is printed once, kept as a digest, listed without it, and revoked once; evidence says by whom")
    func life() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let made = try await installation.run(
                "clients",
                "tokens",
                "create",
                "acme",
                "--label",
                "desk",
                "--expires",
                "30d"
            )
            #expect(made.status == 0, "\(made.errors)")
            let text = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
            let token = try #require(ClientToken(text))
            let digest = try await installation.query("SELECT digest FROM habeas.client_token").only.decode(
                [UInt8].self
            )
            #expect(token.matches(digest))
            let listed = try await installation.run("clients", "tokens", "list", "--client", "acme", "--json")
            let line = try listed.object
            #expect(line["state"] as? String == "valid" && line["label"] as? String == "desk")
            #expect(!listed.output.contains(text.suffix(43)))
            #expect(try await installation.run("clients", "tokens", "list").output.contains("valid"))
            let id = token.id.uuidString
            let revoked = try await installation.run("clients", "tokens", "revoke", id, "--why", "lost", "--json")
            #expect(try revoked.object["result"] as? String == "revoked")
            let again = try await installation.run("clients", "tokens", "revoke", id, "--json")
            #expect(try again.object["result"] as? String == "unchanged")
            let facts = try await installation.query(
                "SELECT fact FROM habeas.evidence WHERE fact LIKE 'token.%' AND client_id = 'acme' ORDER BY seq"
            ).decode(column: 0, as: String.self)
            #expect(facts == ["token.created", "token.revoked"])
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("it is made for a client that exists, until a time to come; a made one is never changed")
    func refused() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let unknown = try await installation.run("clients", "tokens", "create", "nobody")
            #expect(unknown.status == 1 && unknown.errors.contains("no client has this id"))
            let over = try await installation.run(
                "clients",
                "tokens",
                "create",
                "acme",
                "--expires",
                "2020-01-01T00:00:00Z"
            )
            #expect(over.status == 1 && over.errors.contains("is over already"))
            #expect(try await installation.run("clients", "tokens", "create", "acme", "--expires", "soon").status == 64)
            #expect(try await installation.run("clients", "tokens", "create", "acme").status == 0)
            await #expect(throws: PostgresError.self) {
                try await installation.query("UPDATE habeas.client_token SET expires_at = now()")
            }
            await #expect(throws: PostgresError.self) {
                try await installation.query("DELETE FROM habeas.client_token")
            }
        }
    }

    @Test("the gateway's login and the publisher's id are nobody else's to have")
    func reserved() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let list = """
                - id: habeas-gateway
                  broker_user: other
                  profile: default
                  clients: ["*"]
                  event_types: ["*"]
                  source_prefixes: [/]
                """
            let run = try await installation.run("publishers", "apply", "-", "--without-broker", input: list)
            #expect(run.status == 1 && run.errors.contains("is the gateway's"), "\(run.errors)")
        }
    }
}
