import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas holds on clients and people", .database)
struct WideHoldCommandTests {
    static let why = ["--basis", "proceedings", "--reviewer", "legal"]

    static func place(_ installation: Installation, _ arguments: [String], input: String = "") async throws
        -> CommandLineRun
    {
        try await CommandLine.run(
            ["holds", "place"] + arguments + why,
            environment: installation.environment,
            input: input
        )
    }

    static func held(_ installation: Installation) async throws -> [UUID] {
        try await installation.query("SELECT id FROM habeas.effect WHERE held_at IS NOT NULL ORDER BY id").decode(
            column: 0,
            as: UUID.self
        )
    }

    static func effect(_ installation: Installation, of request: UUID) async throws -> UUID {
        try await EffectSeed.effect(
            installation,
            of: request,
            .targetAct,
            to: "system:crm",
            state: .planned,
            attempts: 0,
            waitsOnHold: true
        )
    }

    @Test("K18: a hold on a client holds what has not begun, is listed with its client, and lifting it frees all")
    func client() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation, "system:crm", client: nil)
            let id = try await installation.openCase(ref: "r")
            let effect = try await Self.effect(installation, of: id)
            try await installation.withOperators(1) { people in
                let placed = try await Self.place(people[0], ["--client", "acme", "--ref", "LIT-5", "--json"])
                #expect(placed.status == 0, "\(placed.errors)")
                #expect(try await Self.held(installation) == [effect])
                let twice = try await Self.place(people[0], ["--client", "acme", "--ref", "LIT-5"])
                #expect(twice.status == 1 && twice.errors.contains("--ref"))
                let listed = try await people[0].run("holds", "list", "--json").object
                #expect(listed["client"] as? String == "acme" && listed["people"] as? Int == 0)
                let lifted = try await people[0].run("holds", "lift", "--ref", "LIT-5", "--reason", "settled")
                #expect(lifted.status == 0, "\(lifted.errors)")
                #expect(try await Self.held(installation).isEmpty)
                let gone = try await people[0].run("holds", "lift", "--ref", "LIT-5", "--reason", "settled")
                #expect(gone.status == 1 && gone.errors.contains("holds list"))
            }
            let facts = try await installation.query(
                """
                SELECT e.fact || ' ' || (e.actor LIKE 'operator:op\\_%')::text FROM habeas.evidence e
                  JOIN habeas.client c ON c.chain_id = e.chain_id WHERE e.fact LIKE 'hold.%' ORDER BY e.seq
                """
            ).decode(column: 0, as: String.self)
            #expect(facts == ["hold.placed true", "hold.lifted true"])
            let body = try await EffectSeed.bodies(installation, "hold.placed").joined()
            #expect(body.contains("proceedings") && body.contains("legal") && body.contains("LIT-5"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("K18: people are read from standard input, never seen again, and held where they are")
    func people() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await EffectSeed.target(installation, "system:crm", client: nil)
            let id = try await installation.openCase(ref: "r")
            let effect = try await Self.effect(installation, of: id)
            try await installation.withOperators(1) { people in
                let placed = try await Self.place(
                    people[0],
                    ["--identity-file", "-", "--ref", "LIT-6"],
                    input: "# the accused\nemail Anna.Canary@example.org\n\nphone +49 30 1234567\n"
                )
                #expect(placed.status == 0, "\(placed.errors)")
                #expect(!placed.output.lowercased().contains("canary"))
            }
            #expect(try await Self.held(installation) == [effect])
            // Two identities at two clients, and where there is none.
            let rows = try await installation.query("SELECT count(*)::int8 FROM habeas.hold_identity").only
            #expect(try rows.decode(0, as: Int.self) == 6)
            let facts = try await EffectSeed.bodies(installation, "hold.placed").joined().lowercased()
            #expect(facts.contains(#""people":2"#) && !facts.contains("canary") && !facts.contains("4930"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test(
        "what cannot be read of a list of people is named by its line and never repeated",
        arguments: [
            ("mail canary@example.org", "line 1", "type of identity"),
            ("# x\nemail canary.example.org", "line 2", "email"),
            ("", "names nobody", "type value"),
        ]
    )
    func faults(_ input: String, _ place: String, _ fault: String) async throws {
        try await Installation.with { installation in
            let run = try await Self.place(installation, ["--identity-file", "-", "--ref", "x"], input: input)
            #expect(run.status == 1 && run.errors.contains(place) && run.errors.contains(fault), "\(run.errors)")
            #expect(!run.errors.contains("canary"))
        }
    }

    @Test("a request, a client or people: one of them has to be named, and a client has to be registered")
    func usage() async throws {
        try await Installation.with { installation in
            try await installation.register()
            #expect(try await Self.place(installation, ["--ref", "x"]).status == 64)
            #expect(try await Self.place(installation, ["helpdesk/r", "--client", "acme", "--ref", "x"]).status == 64)
            let unknown = try await Self.place(installation, ["--client", "acmee", "--ref", "x"])
            #expect(unknown.status == 1 && unknown.errors.contains("--client"))
            let past = try await Self.place(
                installation,
                ["--client", "acme", "--ref", "x", "--until", "2020-01-01T00:00:00Z"]
            )
            #expect(past.status == 64 && past.errors.contains("--until"))
        }
    }

    @Test("K18: a client that is registered under a hold on people is reached by it, and needs the key for that")
    func newClient() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let placed = try await Self.place(
                installation,
                ["--identity-file", "-", "--ref", "LIT-6"],
                input: "email anna.canary@example.org"
            )
            #expect(placed.status == 0, "\(placed.errors)")
            let new = "- id: initech\n"
            var keyless = installation
            keyless.environment["HABEAS_KEYS_FILE"] = nil
            let refused = try await keyless.run("clients", "apply", "-", "--without-broker", input: new)
            #expect(refused.status == 78 && refused.errors.contains("keys.file"), "\(refused.errors)")
            let clients: SQL = "SELECT client_id FROM habeas.hold_identity ORDER BY client_id"
            #expect(
                try await installation.query(clients).decode(column: 0, as: String.self) == ["", "acme", "globex"]
            )
            // Changes of clients that are there need none.
            let change = try await keyless.run(
                "clients",
                "apply",
                "-",
                "--without-broker",
                input: "- id: globex\n  names: [Globex]\n"
            )
            #expect(change.status == 0, "\(change.errors)")
            try await installation.withOperators(1) { people in
                let applied = try await people[0].run("clients", "apply", "-", "--without-broker", input: new)
                #expect(applied.status == 0, "\(applied.errors)")
            }
            #expect(
                try await installation.query(clients).decode(column: 0, as: String.self)
                    == ["", "acme", "globex", "initech"]
            )
            let id = try await installation.openCase(
                event: Installation.event(ref: "later", client: "initech")
            )
            let isHeld = try await installation.query(
                "SELECT habeas.is_held(id, client_id) FROM habeas.case_file WHERE id = \(id)"
            ).only.decode(0, as: Bool.self)
            #expect(isHeld)
        }
    }
}
