import Foundation
import Postgres
import TestKit
import Testing

@Suite("habeas clients apply: the targets of channels", .database)
struct ClientTargetTests {
    static func list(url: String = "https://privacy.acme.example/hooks", secret: String = "env:A", limit: Int = 3)
        -> String
    {
        """
        - id: acme
          country: DE
          channels:
            - {kind: webhook, url: "\(url)", secrets: [\(secret)], limits: {in_flight: \(limit), per_second: 2.5}}
            - {kind: mail, addresses: [privacy@acme.example]}
        """
    }

    static func targets(_ installation: Installation) async throws -> [String] {
        try await installation.query(
            """
            SELECT id || ' ' || in_flight || ' ' || coalesce(per_second::text, '-') || CASE WHEN disabled_at IS NULL THEN '' ELSE ' off' END
              FROM habeas.target WHERE client_id = 'acme' ORDER BY id
            """
        ).decode(as: String.self)
    }

    /// A receiver has a line for everything and one for notices of incidents.
    static func lines(_ rest: String) -> [String] {
        ["breach:client:acme/webhook \(rest)", "client:acme/webhook \(rest)"]
    }

    @Test("K4: a channel has a target with its limits as soon as it is applied; mail has the relay's")
    func limits() async throws {
        try await Installation.with { installation in
            func apply(_ list: String) async throws {
                let run = try await installation.run("clients", "apply", "-", "--without-broker", input: list)
                #expect(run.status == 0, "\(run.errors)")
            }
            try await apply(Self.list())
            #expect(try await Self.targets(installation) == Self.lines("3 2.5"))
            try await apply(Self.list(limit: 7))
            #expect(try await Self.targets(installation) == Self.lines("7 2.5"))
        }
    }

    @Test("K4: a receiver that wanted nothing more is tried again once its address or its secrets are others")
    func enabled() async throws {
        try await Installation.with { installation in
            func apply(_ list: String) async throws {
                let run = try await installation.run("clients", "apply", "-", "--without-broker", input: list)
                #expect(run.status == 0, "\(run.errors)")
            }
            func disable() async throws {
                _ = try await installation.query(
                    "UPDATE habeas.target SET disabled_at = now(), disabled_cause = 'http_410' WHERE client_id = 'acme'"
                )
            }
            try await apply(Self.list())
            try await disable()
            try await apply(Self.list(limit: 5))
            #expect(try await Self.targets(installation) == Self.lines("5 2.5 off"))
            try await apply(Self.list(url: "https://new.acme.example/hooks", limit: 5))
            #expect(try await Self.targets(installation) == Self.lines("5 2.5"))
            try await disable()
            try await apply(Self.list(url: "https://new.acme.example/hooks", secret: "env:B", limit: 5))
            #expect(try await Self.targets(installation) == Self.lines("5 2.5"))
        }
    }
}
