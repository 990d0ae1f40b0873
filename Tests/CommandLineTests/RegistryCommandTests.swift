import Foundation
import Postgres
import TestKit
import Testing

@Suite("habeas clients, habeas publishers", .database)
struct RegistryCommandTests {
    @Test("apply makes, changes and leaves clients, and keeps what a list does not mention")
    func clients() async throws {
        try await Installation.with { installation in
            func apply(_ list: String) async throws -> [[String: Any]] {
                let run = try await installation.run("clients", "apply", "-", "--without-broker", "--json", input: list)
                #expect(run.status == 0, "\(run.errors)")
                return try run.objects
            }
            let first = try await apply(Installation.clients)
            #expect(first.map { $0["result"] as? String } == ["created", "created"])
            #expect(try await apply(Installation.clients).allSatisfy { $0["result"] as? String == "unchanged" })

            let changed = try await apply("- id: acme\n  suspended: true\n  locale: null\n")
            #expect(try #require(changed.first)["changed"] as? [String] == ["locale", "suspended"])
            let shown = try await installation.run("clients", "show", "acme", "--json").object
            #expect(shown["suspended"] as? Bool == true)
            #expect(shown["locale"] as? String == "en")
            #expect(shown["country"] as? String == "DE")
            #expect(shown["time_zone"] as? String == "Europe/Berlin")
            #expect((shown["evidence"] as? [String: Any])?["facts"] as? Int == 2)

            let facts = try await installation.query(
                "SELECT fact, actor, body FROM habeas.evidence WHERE client_id = 'acme' ORDER BY seq"
            ).decode(String.self, String.self, String.self)
            #expect(facts.map(\.0) == ["client.applied", "client.applied"])
            #expect(facts.allSatisfy { $0.1 == "operator:admin" })
            #expect(facts.allSatisfy { !$0.2.contains("GmbH") })
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test(
        "K15: whether the vendor is a covered entity's agent is said of each client, and wakes every worker's registry"
    )
    func agency() async throws {
        try await Installation.with { installation in
            func apply(_ list: String) async throws -> [String: Any] {
                try await installation.run("clients", "apply", "-", "--without-broker", "--json", input: list).object
            }
            _ = try await apply("- id: acme\n  country: US-NY\n  baa_signed: true\n")
            func shown() async throws -> Bool? {
                try await installation.run("clients", "show", "acme", "--json").object["hipaa_agent"] as? Bool
            }
            #expect(try await shown() == true, "where nothing is said")
            func version() async throws -> Int64 {
                try await installation.query("SELECT registry_version FROM habeas.installation").only.decode(0)
            }
            let before = try await version()
            let changed = try await apply("- id: acme\n  hipaa_agent: false\n")
            #expect(changed["changed"] as? [String] == ["hipaa_agent"])
            #expect(try await shown() == false)
            #expect(try await version() > before)
            let sheet = try await installation.run("clients", "show", "acme").output
            #expect(sheet.contains(/HIPAA agent +no/))
            #expect(try await installation.run("clients", "list").output.contains("signed, no agent"))
            _ = try await apply("- id: acme\n  hipaa_agent: null\n")
            #expect(try await shown() == true)
        }
    }

    @Test(
        "a client nobody can read correctly is named with its line, and none of the list is applied",
        arguments: [
            ("- id: acme\n- id: beta\n  tme_zone: Europe/Berlin\n", "line 3", "tme_zone"),
            ("- id: acme\n- id: beta\n  time_zone: Europe/Atlantis\n", "line 3", "time_zone"),
            ("- id: acme\n- id: Beta\n", "line 2", "id"),
            ("- id: acme\n- id: beta\n  country: Germany\n", "line 3", "country"),
            ("- id: acme\n- id: beta\n  suspended: maybe\n", "line 3", "suspended"),
            ("- id: acme\n- id: acme\n", "line 2", "id"),
            ("- id: acme\n  names: [a\n", "line", "YAML"),
            ("id: acme\n", "line 1", "list"),
        ]
    )
    func badClients(_ list: String, _ line: String, _ word: String) async throws {
        try await Installation.with { installation in
            let run = try await installation.run("clients", "apply", "-", "--without-broker", input: list)
            #expect(run.status == 1)
            #expect(run.errors.contains(line) && run.errors.contains(word), "\(run.errors)")
            #expect(run.errors.split(separator: "\n").count == 1)
            #expect(try await installation.query("SELECT 1 FROM habeas.client").isEmpty)
        }
    }

    @Test(
        "A1, G11: the end of a suspension, or an addendum, lets the client's waiting cases go on, and only once nothing else is missing"
    )
    func gates() async throws {
        try await Installation.with { installation in
            func apply(_ list: String) async throws -> [String: Any] {
                let run = try await installation.run("clients", "apply", "-", "--without-broker", "--json", input: list)
                #expect(run.status == 0, "\(run.errors)")
                return try #require(try run.objects.first)
            }
            func waiting() async throws -> Int {
                try await installation.query("SELECT count(*) FROM habeas.case_gate").only.decode(0, as: Int.self)
            }
            _ = try await apply("- id: acme\n  country: DE\n  suspended: true\n")
            _ = try await installation.query(
                """
                WITH opened AS (
                  INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue,
                      publisher_id, anchor_at, received_at)
                  SELECT gen_random_uuid(), client, 'request', 'fulfilment', 'processor', 'gdpr', 'kustomer', 'in_progress', now(),
                      'habeas.export', 'helpdesk', now(), now()
                    FROM generate_series(1, 1203), unnest('{acme,globex}'::text[]) AS client
                  RETURNING id, client_id)
                INSERT INTO habeas.case_gate (case_id, client_id, queue, gates, since)
                SELECT id, client_id, 'habeas.export', '{client_suspended}', now() FROM opened
                """
            )
            // The addendum is still missing.
            #expect(try await apply("- id: acme\n  suspended: false\n")["woken"] as? Int == 0)
            #expect(try await waiting() == 2_406)
            #expect(try await apply("- id: acme\n  dpa_signed_on: 2026-03-01\n")["woken"] as? Int == 1_203)
            #expect(try await waiting() == 1_203)
            let bodies = try await installation.query(
                "SELECT body FROM habeas.outbox WHERE routing_key = 'habeas.export'"
            )
            .decode(column: 0, as: [UInt8].self)
            let ids = try bodies.flatMap { body in
                (try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])?["ids"] as? [String] ?? []
            }
            #expect(Set(ids).count == 1_203)
            #expect(
                try await installation.query("SELECT 1 FROM habeas.evidence WHERE body LIKE '%\"cases_woken\":1203%'")
                    .count
                    == 1
            )
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test("two lists applied at once both hold")
    func concurrently() async throws {
        try await Installation.with { installation in
            async let one = installation.run("clients", "apply", "-", "--without-broker", input: Installation.clients)
            async let other = installation.run("clients", "apply", "-", "--without-broker", input: Installation.clients)
            let statuses = try await [one.status, other.status]
            #expect(statuses == [0, 0])
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test("publishers are applied, listed, revoked and not reinstated by accident")
    func publishers() async throws {
        try await Installation.with { installation in
            let list = Installation.publishers()
            let unknown = try await installation.run("publishers", "apply", "-", "--without-broker", input: list)
            #expect(unknown.status == 1)
            #expect(unknown.errors.contains("line 4: clients"))
            try await installation.register()

            let listed = try await installation.run("publishers", "list", "--json").object
            #expect(listed["clients"] as? [String] == ["acme"])
            #expect(listed["revoked_at"] is NSNull)

            let revoked = try await installation.run(
                "publishers",
                "revoke",
                "helpdesk",
                "--without-broker",
                "--why",
                "test"
            )
            #expect(revoked.status == 0)
            #expect(try await installation.run("publishers", "list", "--json").object["revoked_at"] is String)
            let again = try await installation.run("publishers", "apply", "-", "--without-broker", input: list)
            #expect(again.status == 1)
            let reinstated = try await installation.run(
                "publishers",
                "apply",
                "-",
                "--without-broker",
                "--reinstate",
                "--json",
                input: list
            )
            #expect(try reinstated.object["result"] as? String == "reinstated")

            let facts = try await installation.query(
                "SELECT fact FROM habeas.evidence WHERE chain_kind = 'installation' ORDER BY seq"
            ).decode(column: 0, as: String.self).filter { $0.hasPrefix("publisher.") }
            #expect(facts == ["publisher.applied", "publisher.revoked", "publisher.applied"])
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test("A2: a publisher's rate is applied, listed and taken away again, and its change is evidence")
    func rate() async throws {
        try await Installation.with { installation in
            try await installation.register()
            #expect(try await installation.run("publishers", "list", "--json").object["events_per_second"] is NSNull)
            for (line, rate) in [
                ("\n  events_per_second: 1", 1), ("\n  events_per_second: 100000", 100_000), ("", nil),
            ] {
                let list = Installation.publishers() + line
                let run = try await installation.run(
                    "publishers",
                    "apply",
                    "-",
                    "--without-broker",
                    "--json",
                    input: list
                )
                #expect(try run.object["changed"] as? [String] == ["events_per_second"], "\(run.errors)")
                let listed = try await installation.run("publishers", "list", "--json").object
                #expect(listed["events_per_second"] as? Int == rate)
            }
            let said = try await installation.query(
                "SELECT body FROM habeas.evidence WHERE fact = 'publisher.applied' ORDER BY seq"
            ).decode(as: String.self)
            #expect(said.map { $0.contains(#""events_per_second":1"#) } == [false, true, true, false])
        }
    }

    @Test(
        "a publisher's list is refused with its line",
        arguments: [
            ("broker_user: habeas-intake", "line 2: broker_user"), ("event_types: [reqest.*]", "line 5: event_types"),
            ("clients: []", "line 4: clients"), ("password: hunter2", "password"), ("clientz: [acme]", "clientz"),
            ("events_per_second: 0", "line 7: events_per_second"),
            ("events_per_second: 100001", "line 7: events_per_second"),
            ("events_per_second: fast", "line 7: events_per_second"),
        ]
    )
    func badPublishers(_ line: String, _ place: String) async throws {
        try await Installation.with { installation in
            let key = line.prefix { $0 != ":" }
            var lines = Installation.publishers().split(separator: "\n").map(String.init)
            if let index = lines.firstIndex(where: { $0.contains("  \(key):") }) {
                lines[index] = "  \(line)"
            } else {
                lines.append("  \(line)")
            }
            let run = try await installation.run(
                "publishers",
                "apply",
                "-",
                "--without-broker",
                input: lines.joined(separator: "\n")
            )
            #expect(run.status != 0)
            #expect(run.errors.contains(place), "\(run.errors)")
            #expect(!run.errors.contains("hunter2"))
        }
    }
}
