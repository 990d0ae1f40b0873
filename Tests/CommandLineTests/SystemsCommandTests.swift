import Foundation
import Postgres
import TestKit
import Testing

@Suite("habeas systems", .database)
struct SystemsCommandTests {
    static let map = """
        - id: db
          title: Help desk <&> "database"
          kind: own
          categories: [contacts, '<&">']
          purposes: [support]
          region: DE
          verification: re_read
          connector: {kind: postgres, url: file:/run/secrets/db, tables: [{name: contact, key: id, tenant: client, match: {email: email}}]}
        - id: mailer
          kind: subprocessor
          company: Pigeon & Söhne <script>
          service: Sends e-mail
          categories: [contacts]
          purposes: [delivery]
          region: US
          after: [db]
          connector: {kind: opendsr, url: 'https://dsr.pigeon.example/v2'}
        - id: crm
          kind: client_integration
          categories: [contacts]
          clients: [acme]
        """

    private func apply(
        _ installation: Installation,
        _ list: String,
        _ options: String...
    ) async throws -> [String: [String: Any]] {
        let run = try await CommandLine.run(
            ["systems", "apply", "-", "--json"] + options,
            environment: installation.environment,
            input: list
        )
        #expect(run.status == 0, "\(run.errors)")
        return Dictionary(uniqueKeysWithValues: try run.objects.map { ($0["id"] as? String ?? "", $0) })
    }

    private func results(_ changes: [String: [String: Any]]) -> [String: String] {
        changes.mapValues { $0["result"] as? String ?? "" }
    }

    @Test("G7: apply makes, changes, retires and brings back systems, counts versions and leaves a fact for each run")
    func lifecycle() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let made = try await apply(installation, Self.map)
            #expect(results(made) == ["db": "created", "mailer": "created", "crm": "created"])
            // Another comment, other quotes and another order of keys say nothing new.
            let again =
                "# hello\n"
                + Self.map.replacing(
                    "region: DE\n  verification: re_read",
                    with: "verification: \"re_read\"\n  region: DE"
                )
            #expect(again != Self.map)
            #expect(Set(results(try await apply(installation, again)).values) == ["unchanged"])

            let changed = try await apply(installation, Self.map.replacing("region: US", with: "region: FR"))
            #expect(results(changed) == ["db": "unchanged", "mailer": "changed", "crm": "unchanged"])
            let keys = changed["mailer"]?["changed"] as? [String]
            #expect(keys == ["region"])

            let first = "- id: log\n  kind: log\n  retention: 30 calendar_days\n"
            let beside = try await apply(installation, first, "--keep-others")
            #expect(results(beside) == ["log": "created"])
            let rest = try await apply(installation, first)
            #expect(results(rest) == ["log": "changed", "db": "retired", "mailer": "retired", "crm": "retired"])
            #expect(try await installation.run("systems", "list", "--json").objects.count == 1)
            let gone = try await installation.run("systems", "show", "mailer", "--json").object
            #expect(gone["retired_at"] as? String != nil && gone["version"] as? Int == 2)
            let back = try await apply(installation, Self.map)
            #expect(back["db"]?["result"] as? String == "restored" && back["log"]?["result"] as? String == "retired")
            let shown = try await installation.run("systems", "show", "mailer", "--json").object
            #expect(shown["version"] as? Int == 3 && shown["region"] as? String == "US")
            #expect((shown["yaml"] as? String)?.contains("dsr.pigeon.example") == true)

            let facts = try await installation.query(
                "SELECT actor, body FROM habeas.evidence WHERE fact = 'systems.applied' ORDER BY seq"
            ).decode(String.self, String.self)
            #expect(facts.count == 5)
            #expect(facts.allSatisfy { $0.0 == "operator:admin" && !$0.1.contains("pigeon.example") })
            #expect(facts.first?.1.contains("mechanism_missing") == true)
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test("A2: the effect ledger knows each system with its limits, and again with changed ones")
    func targets() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let limited = "- id: db\n  kind: own\n  limits: {in_flight: 2, per_second: 0.5}\n"
            _ = try await apply(installation, limited)
            func limits() async throws -> (Int, Double?) {
                try await installation.query("SELECT in_flight, per_second FROM habeas.target WHERE id = 'system:db'")
                    .only
                    .decode(Int.self, Double?.self)
            }
            #expect(try await limits() == (2, 0.5))
            _ = try await apply(installation, "- id: db\n  kind: own\n")
            #expect(try await limits() == (4, nil))
        }
    }

    @Test("a dry run says the same and changes nothing")
    func dryRun() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let changes = try await apply(installation, Self.map, "--dry-run")
            #expect(results(changes)["mailer"] == "created" && changes["mailer"]?["applied"] as? Bool == false)
            #expect(try await installation.query("SELECT 1 FROM habeas.system").isEmpty)
            #expect(
                try await installation.query("SELECT 1 FROM habeas.evidence WHERE fact = 'systems.applied'").isEmpty
            )
            let run = try await installation.run("systems", "apply", "-", "--dry-run", input: Self.map)
            #expect(run.output.contains("nothing was changed"))
        }
    }

    @Test("K20: a new sub-processor is to be announced, an old one and any other new system is not")
    func announcing() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let run = try await installation.run("systems", "apply", "-", input: Self.map)
            #expect(run.lines.filter { $0.contains("K20") }.count == 1, "\(run.output)")
            #expect(run.output.contains("mailer is a new sub-processor"))
            let again = try await installation.run("systems", "apply", "-", input: Self.map.replacing("US", with: "FR"))
            #expect(!again.output.contains("K20"))
        }
    }

    @Test(
        "a fault names its place, and none of the list is applied",
        arguments: [
            ("  regin: DE\n", "standard input line 20: regin"), ("  clients: [nobody]\n", "line 20: clients"),
            ("  after: [nobody]\n", "line 20: after"),
            ("  mechanism: {kind: privacy_shield, valid_until: 2030-01-01}\n", "line 20: mechanism.kind"),
        ]
    )
    func faults(_ line: String, _ place: String) async throws {
        try await Installation.with { installation in
            try await installation.register()
            let list =
                Self.map
                + "\n- {id: x, kind: own, categories: [a]}\n".replacing(
                    "{id: x, kind: own, categories: [a]}\n",
                    with: "id: x\n\(line)  kind: own\n"
                )
            let run = try await installation.run("systems", "apply", "-", input: list)
            #expect(run.status == 1)
            let expected = place.replacing(
                "20",
                with:
                    "\(list.prefix(upTo: list.range(of: line)?.lowerBound ?? list.endIndex).filter { $0 == "\n" }.count + 1)"
            )
            #expect(run.errors.contains(expected), "\(run.errors)")
            #expect(run.errors.split(separator: "\n").count == 1)
            #expect(try await installation.query("SELECT 1 FROM habeas.system").isEmpty)
        }
    }

    @Test("an operator may apply, an auditor may only look")
    func logins() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.withOperators(1) { operators in
                let run = try await operators[0].run("systems", "apply", "-", input: Self.map)
                #expect(run.status == 0, "\(run.errors)")
            }
            try await installation.withOperators(1, role: "habeas_auditor") { auditors in
                let refused = try await auditors[0].run("systems", "apply", "-", input: "[]\n")
                #expect(refused.status == 1 && refused.errors.contains("may not"))
                for command in ["list", "map", "record", "public"] {
                    let run = try await auditors[0].run("systems", command)
                    #expect(run.status == 0, "\(command): \(run.errors)")
                }
            }
        }
    }

    @Test("G8, K16: list says flags for the client that is asked about, with row and remedy")
    func list() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await installation.run(
                "clients",
                "apply",
                "-",
                "--without-broker",
                input: "- id: usco\n  country: US\n"
            )
            _ = try await apply(installation, Self.map)
            func flags(_ client: String?) async throws -> [String: [String]] {
                let options = client.map { ["--client", $0] } ?? []
                let run = try await CommandLine.run(
                    ["systems", "list", "--json"] + options,
                    environment: installation.environment
                )
                return Dictionary(
                    uniqueKeysWithValues: try run.objects.map { object in
                        let flags = object["flags"] as? [[String: Any]] ?? []
                        return (object["id"] as? String ?? "", flags.compactMap { $0["flag"] as? String })
                    }
                )
            }
            let all = ["agreement_missing", "mechanism_missing"]
            #expect(try await flags(nil) == ["db": [], "mailer": all, "crm": []])
            #expect(try await flags("acme") == ["db": [], "mailer": all, "crm": []])
            #expect(try await flags("usco") == ["db": [], "mailer": ["agreement_missing"]])
            let text = try await installation.run("systems", "list")
            #expect(text.status == 0)
            for words in ["agreement_missing", "G8", "GDPR Art. 28(4)", "record the day as `agreed_on`", "blocked"] {
                #expect(text.output.contains(words), "\(words)")
            }
            #expect(try await installation.run("systems", "list", "--client", "nobody").status == 1)
        }
    }

    @Test("G7: map draws client, system and sub-processor with categories and regions, as text and as one picture")
    func map() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await apply(installation, Self.map)
            let tree = try await installation.run("systems", "map").output
            #expect(
                tree == """
                    every client
                    └─ db  own, DE | contacts, <&">
                       └─ ~ mailer  subprocessor, US | contacts | ! agreement_missing, mechanism_missing
                    acme  DE
                    └─ crm  client integration, region not said | contacts
                    ~ not said, and likely: it holds categories of the system that it stands under

                    """
            )
            let said = Self.map.replacing("after: [db]", with: "from: [db]")
            _ = try await apply(installation, said)
            #expect(try await !installation.run("systems", "map").output.contains("~"))

            let file = "\(installation.folder.path)/map.svg"
            #expect(try await installation.run("systems", "map", "--svg", file).status == 0)
            let svg = try installation.folder.read("map.svg")
            let again = try await installation.run("systems", "map", "--svg", "-")
            #expect(again.output.trimmingCharacters(in: .newlines) == svg.trimmingCharacters(in: .newlines))
            // Another reader finds it well-formed, with every name and nothing from elsewhere.
            let words = try Python.run(
                """
                import sys, xml.dom.minidom
                d = xml.dom.minidom.parse(sys.stdin.buffer)
                assert d.documentElement.tagName == 'svg'
                for e in d.getElementsByTagName('*'):
                    for k, v in e.attributes.items():
                        assert k != 'href' and ('http' not in v or k == 'xmlns'), (k, v)
                boxes = [tuple(int(r.getAttribute(k)) for k in ('x', 'y', 'width', 'height'))
                         for r in d.getElementsByTagName('rect') if r.getAttribute('x')]
                width, height = (int(d.documentElement.getAttribute(k)) for k in ('width', 'height'))
                for i, (x, y, w, h) in enumerate(boxes):
                    assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
                    for (a, b, c, e) in boxes[i + 1:]:
                        assert x + w <= a or a + c <= x or y + h <= b or b + e <= y
                print('|'.join(t.firstChild.data for t in d.getElementsByTagName('text')))
                """,
                input: Data(svg.utf8)
            ).trimmingCharacters(in: .newlines).components(separatedBy: "|")
            for word in [
                "every client", "acme", "db", "mailer", "crm", #"contacts, <&">"#, "subprocessor, US", "own, DE",
            ] {
                #expect(words.contains(word), "\(word) in \(words)")
            }
            let one = try await installation.run("systems", "map", "--client", "globex").output
            #expect(one.hasPrefix("globex\n") && !one.contains("crm") && one.contains("mailer"))
            #expect(try await installation.run("systems", "map", "--svg", "/nonexistent/map.svg").status == 1)
        }
    }

    @Test("G7: the record says what Art. 30(2) asks, for each controller, and what is missing")
    func record() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let own = "- {id: site, kind: own, categories: [visits], purposes: [web], relationships: [visitor]}\n"
            _ = try await apply(installation, Self.map + "\n" + own)
            let record = try await installation.run("systems", "record", "--json", "--profile", "kustomer").object
            #expect((record["processor"] as? [String: Any])?["dpo"] as? String == "dpo@kustomer.example")
            let controllers = record["controllers"] as? [[String: Any]] ?? []
            #expect(controllers.map { $0["id"] as? String } == ["acme", "globex"])
            #expect(controllers.first?["systems"] as? [String] == ["db", "mailer"])
            #expect(controllers.first?["processing"] as? [String] == ["delivery", "support"])
            let transfers = record["transfers"] as? [[String: Any]] ?? []
            #expect(transfers.map { $0["system"] as? String } == ["mailer"])
            #expect((record["gaps"] as? [String])?.count == 1)

            let measures = try installation.folder.write("m.txt", "Locks <on> doors\n").path
            let page = try await installation.run(
                "systems",
                "record",
                "--html",
                "--profile",
                "kustomer",
                "--measures",
                measures
            ).output
            #expect(page.contains("Locks &lt;on&gt; doors") && page.contains("Pigeon &amp; Söhne &lt;script&gt;"))
            #expect(!page.contains("<script") && !page.contains("Missing"))
            let text = try await installation.run("systems", "record", "--client", "acme").output
            #expect(text.contains("missing: name and contact") && !text.contains("globex"))
            #expect(try await installation.run("systems", "record", "--profile", "nobody").status == 1)
        }
    }

    @Test("K13: the public list says service, data and region of each sub-processor, and nothing internal")
    func publicList() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await apply(installation, Self.map)
            let list = try await installation.run("systems", "public", "--json")
            let entries = try list.object["subprocessors"] as? [[String: Any]] ?? []
            #expect(entries.count == 1)
            #expect(Set(entries.first?.keys.map { $0 } ?? []) == ["name", "service", "categories", "region"])
            #expect(entries.first?["service"] as? String == "Sends e-mail")
            let html = try await installation.run("systems", "public", "--html").output
            let text = try await installation.run("systems", "public", "--text").output
            #expect(html.contains("Pigeon &amp; Söhne &lt;script&gt;") && !html.contains("<script"))
            for output in [list.output, html, text] {
                #expect(output.contains("Sends e-mail") && output.contains("US"))
                for inside in ["mailer", "https:", "acme", "db", "opendsr", "mechanism", "file:"] {
                    #expect(!output.contains(inside), "\(inside)")
                }
            }
            #expect(try await installation.run("systems", "public", "--html", "--json").status == 64)
        }
    }
}
