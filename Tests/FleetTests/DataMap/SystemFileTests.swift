import Fleet
import Foundation
import Rights
import Testing

@Suite("The data map's file")
struct SystemFileTests {
    static let tus = "  connector: {kind: tus, url: https://import.example/files}\n"
    static let base = "- id: db\n  kind: own\n  categories: [contacts, invoices]\n"

    static func fault(_ text: String, beside others: [DataSystem] = [], clients: Set<String>? = nil) -> PolicyFault? {
        do throws(PolicyFault) {
            _ = try SystemFile.entries(text, path: "map.yaml", beside: others, clients: clients)
            return nil
        } catch {
            return error
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let line: Int
        let key: String
        let word: String

        init(_ row: String, _ text: String, line: Int, _ key: String, _ word: String) {
            testDescription = row
            self.text = text
            self.line = line
            self.key = key
            self.word = word
        }
    }

    static let bad: [Bad] = [
        Bad("a key that is none", base + "  regin: DE\n", line: 4, "regin", "not a key"),
        Bad("no id", "- kind: own\n", line: 1, "id", "missing"),
        Bad("an id with capitals", "- id: DB\n  kind: own\n", line: 1, "id", "name"),
        Bad("no kind", "- id: a\n", line: 1, "kind", "missing"),
        Bad("another kind", "- id: a\n  kind: cloud\n", line: 2, "kind", "own, subprocessor"),
        Bad("listed twice", base + base, line: 4, "id", "twice"),
        Bad("a region in words", base + "  region: Germany\n", line: 4, "region", "ISO 3166"),
        Bad("no day", base + "  agreed_on: soon\n", line: 4, "agreed_on", "day"),
        Bad(
            "C13: safe_harbor",
            base + "  mechanism: {kind: safe_harbor, valid_until: 2030-01-01}\n",
            line: 4,
            "mechanism.kind",
            "C-362/14"
        ),
        Bad(
            "C13: privacy_shield",
            base + "  mechanism: {kind: privacy_shield, valid_until: 2030-01-01}\n",
            line: 4,
            "mechanism.kind",
            "no longer valid"
        ),
        Bad(
            "K16: an unknown mechanism",
            base + "  mechanism: {kind: handshake, valid_until: 2030-01-01}\n",
            line: 4,
            "mechanism.kind",
            "K16"
        ),
        Bad(
            "C13: a mechanism without an end",
            base + "  mechanism: {kind: scc}\n",
            line: 4,
            "mechanism.valid_until",
            "missing"
        ),
        Bad(
            "K16: dpf elsewhere",
            base + "  region: IN\n  mechanism: {kind: dpf, valid_until: 2030-01-01}\n",
            line: 5,
            "mechanism",
            "United States"
        ),
        Bad("a relationship that is none", base + "  relationships: [friend]\n", line: 4, "relationships", "end_user"),
        Bad("after nobody", base + "  after: [cache]\n", line: 4, "after", "not in the data map"),
        Bad("from nobody", base + "  from: [cache]\n", line: 4, "from", "not in the data map"),
        Bad("after itself", base + "  after: [db]\n", line: 4, "after", "itself"),
        Bad(
            "in a circle",
            "- {id: a, kind: own, after: [c]}\n- {id: b, kind: own, after: [a]}\n- {id: c, kind: own, after: [b]}\n",
            line: 1,
            "after",
            "a after c after b after a"
        ),
        Bad(
            "Y5: a controller without a place for copies",
            "- id: globex\n  kind: controller\n  region: FR\n",
            line: 1,
            "connector",
            "tus"
        ),
        Bad(
            "Y5: a controller that is to be acted on",
            "- id: globex\n  kind: controller\n  region: FR\n  mandatory: true\n" + tus,
            line: 4,
            "mandatory",
            "no use"
        ),
        Bad("K16: a controller somewhere", "- id: globex\n  kind: controller\n" + tus, line: 1, "region", "K16"),
        Bad(
            "Y5: a controller without TLS",
            "- id: globex\n  kind: controller\n  region: FR\n  connector: {kind: tus, url: http://a.example/f}\n",
            line: 4,
            "connector",
            "without encryption"
        ),
        Bad("Y5: an own system that takes copies", base + tus, line: 4, "connector", "kind: controller"),
        Bad(
            "Y5: a secret written out",
            "- id: globex\n  kind: controller\n  region: FR\n"
                + "  connector: {kind: tus, url: https://a.example, auth: {kind: bearer, secret: s3cret}}\n",
            line: 4,
            "connector.auth.secret",
            "never the secret"
        ),
        Bad(
            "Y5: parts of no size",
            "- id: globex\n  kind: controller\n  region: FR\n  connector: {kind: tus, url: https://a.example, chunk_kib: 1}\n",
            line: 4,
            "connector.chunk_kib",
            "16 to 16384"
        ),
        Bad("K14: an integration of nobody", "- id: crm\n  kind: client_integration\n", line: 1, "clients", "K14"),
        Bad(
            "K14: an integration that is called",
            "- id: crm\n  kind: client_integration\n  clients: [acme]\n  connector: {kind: manual}\n",
            line: 4,
            "connector",
            "no use"
        ),
        Bad(
            "K14: an integration that has to",
            "- id: crm\n  kind: client_integration\n  clients: [acme]\n  mandatory: true\n",
            line: 4,
            "mandatory",
            "nobody"
        ),
        Bad("K22: a backup without end", "- id: tape\n  kind: backup\n", line: 1, "backups", "K22"),
        Bad("K12: a log without end", "- id: log\n  kind: log\n", line: 1, "retention", "K12"),
        Bad(
            "K12: a log nobody takes anything out of has nothing to keep",
            "- id: log\n  kind: log\n  retention: 1 calendar_month\n  mandatory: true\n",
            line: 4,
            "mandatory",
            "nobody"
        ),
        Bad(
            "G12: a mandatory 200",
            base
                + "  connector: {kind: http, url: 'https://a.example', accepts: [email], erase: {calls: [{method: POST, path: '/e/{email}', repeatable: true}]}}\n",
            line: 4,
            "connector",
            "G12"
        ),
        Bad(
            "K11: kept in no table",
            base + "  keep: [{category: invoices, reason: dispute, law: A, for: 1 calendar_month}]\n"
                + "  connector: {kind: postgres, url: env:DB, tables: [{name: t, key: id, tenant: c, category: contacts}]}\n",
            line: 4,
            "keep",
            "no table"
        ),
        Bad(
            "G7: a table of what is not named",
            base
                + "  connector: {kind: postgres, url: env:DB, tables: [{name: t, key: id, tenant: c, category: shoes}]}\n",
            line: 4,
            "connector",
            "categories"
        ),
        Bad(
            "N4: a level out of reach",
            base + "  verification: probe\n  connector: {kind: opendsr, url: 'https://a.example/v2'}\n",
            line: 4,
            "verification",
            "N4"
        ),
        Bad("words of no category", base + "  source: {shoes: a shop}\n", line: 4, "source.shoes", "categories"),
        Bad("words in a list", base + "  stored_for: [a year]\n", line: 4, "stored_for", "mapping"),
        Bad("words of two lines", base + "  source: \"a\\nb\"\n", line: 4, "source", "one line"),
        Bad(
            "G1: a decision without its logic",
            base + "  automated_decisions: [{decision: a, consequences: b}]\n",
            line: 4,
            "automated_decisions.logic",
            "Art. 15(1)(h)"
        ),
        Bad(
            "G1: a decision with what nobody asks",
            base + "  automated_decisions: [{decision: a, logic: b, consequences: c, model: d}]\n",
            line: 4,
            "automated_decisions.model",
            "not a key"
        ),
        Bad("another level", base + "  verification: hope\n", line: 4, "verification", "attestation"),
        Bad("another connector", base + "  connector: {kind: pigeon}\n", line: 4, "connector.kind", "postgres"),
        Bad("business days for machines", base + "  grace: 5 business_days\n", line: 4, "grace", "calendar days"),
        Bad("no period", base + "  backups: a month\n", line: 4, "backups", "period"),
        Bad("no calls at once", base + "  limits: {in_flight: 0}\n", line: 4, "limits.in_flight", "from 1"),
        Bad("no rate", base + "  limits: {per_second: fast}\n", line: 4, "limits.per_second", "rate"),
        Bad("an unknown limit", base + "  limits: {per_minute: 4}\n", line: 4, "limits.per_minute", "not a key"),
        Bad(
            "K11: kept without reason",
            base + "  keep: [{category: invoices, law: A, for: 1 calendar_month}]\n",
            line: 4,
            "keep.reason",
            "legal_duty"
        ),
        Bad(
            "K11: kept on nothing",
            base + "  keep: [{category: invoices, reason: dispute, for: 1 calendar_month}]\n",
            line: 4,
            "keep.law",
            "K11"
        ),
        Bad(
            "K11: kept on two",
            base + "  keep: [{category: invoices, reason: dispute, law: A, claim: B, for: 1 calendar_month}]\n",
            line: 4,
            "keep.law",
            "several"
        ),
        Bad(
            "K11: kept for ever",
            base + "  keep: [{category: invoices, reason: dispute, law: A}]\n",
            line: 4,
            "keep.until",
            "K11"
        ),
        Bad(
            "K11: kept for what is none",
            base + "  keep: [{category: shoes, reason: dispute, law: A, for: 1 calendar_month}]\n",
            line: 4,
            "keep.category",
            "system's"
        ),
        Bad(
            "K11: everybody's for our own claim",
            base + "  keep: [{category: invoices, reason: fees_owed, claim: T, for: 1 calendar_month}]\n",
            line: 4,
            "keep.claim",
            "K11"
        ),
        Bad(
            "K11: end users' for our own claim",
            base
                + "  keep: [{category: invoices, reason: fees_owed, claim: T, for: 1 calendar_month, relationships: [client_user, end_user]}]\n",
            line: 4,
            "keep.claim",
            "K11"
        ),
        Bad(
            "K11: one client's instruction for all",
            base + "  keep: [{category: invoices, reason: dispute, instruction: T, for: 1 calendar_month}]\n",
            line: 4,
            "keep.instruction",
            "one client's"
        ),
        Bad(
            "K11: a backup keeps nothing",
            "- id: tape\n  kind: backup\n  backups: 1 calendar_month\n  keep: [{category: a, reason: dispute, law: A, until: 2030-01-01}]\n",
            line: 4,
            "keep",
            "no use"
        ),
    ]

    @Test("C13, K11, K12, K14, K16, K22, G12, N4: a fault names file, line, key and remedy", arguments: bad)
    func faults(_ bad: Bad) throws {
        let fault = try #require(Self.fault(bad.text))
        #expect(fault.place == "map.yaml line \(bad.line): \(bad.key)", "\(fault)")
        #expect("\(fault)".contains(bad.word), "\(fault)")
        #expect(!fault.remedy.isEmpty)
    }

    @Test("what is no list, or no YAML, is refused with its place", arguments: ["id: a\n", "", "- id: [\n", "- a\n"])
    func noList(_ text: String) throws {
        #expect(try #require(Self.fault(text)).place.hasPrefix("map.yaml"))
    }

    @Test("what is fine is not refused")
    func good() throws {
        let claim = "{category: invoices, reason: fees_owed, claim: T, until: 2030-01-01}"
        for text in [
            Self.base, Self.base + "  relationships: [client_user]\n  keep: [\(claim)]\n",
            Self.base
                + "  clients: [acme]\n  keep: [{category: invoices, reason: dispute, instruction: T, until: 2030-01-01}]\n",
            Self.base
                + "  mandatory: false\n  connector: {kind: http, url: 'https://a.example', accepts: [email], erase: {calls: [{method: POST, path: '/e/{email}', repeatable: true}]}}\n",
            Self.base + "  limits: {per_second: 0.5}\n", "[]\n",
        ] {
            #expect(Self.fault(text) == nil, "\(text)")
        }
        let entries = try SystemFile.entries(Self.base + "  limits: {per_second: 0.5}\n", path: "map.yaml")
        #expect(entries.first?.system.perSecond == 0.5)
    }

    @Test("G1: what people are told of a system's data is read for all of it and by category")
    func told() throws {
        let more = [
            "source: what people write", "stored_for: {invoices: eight years}",
            "automated_decisions: [{decision: spam or not, logic: a word filter, consequences: it is read later}]",
        ]
        let text = Self.base + more.map { "  \($0)\n" }.joined()
        let system = try #require(try SystemFile.entries(text, path: "map.yaml").first).system
        #expect(system.source["contacts"] == "what people write")
        #expect(system.storedFor["invoices"] == "eight years" && system.storedFor["contacts"] == nil)
        #expect(
            system.automatedDecisions == [
                AutomatedDecision("spam or not", logic: "a word filter", consequences: "it is read later")
            ]
        )
    }

    @Test("systems that stay beside those of the file count among those there are")
    func beside() {
        var cache = DataSystem(id: "cache", title: "cache", kind: .own)
        #expect(Self.fault(Self.base + "  after: [cache]\n", beside: [cache]) == nil)
        cache.after = ["db"]
        #expect(
            Self.fault(Self.base + "  after: [cache]\n", beside: [cache])?.fault.contains("db after cache after db")
                == true
        )
    }

    @Test("clients that nobody knows are refused where they stand")
    func clients() {
        let keep = "  keep: [{category: invoices, reason: dispute, law: A, until: 2030-01-01, clients: [globex]}]\n"
        #expect(Self.fault(Self.base + "  clients: [acme]\n", clients: ["acme"]) == nil)
        #expect(Self.fault(Self.base + "  clients: [acme]\n", clients: [])?.place == "map.yaml line 4: clients")
        #expect(Self.fault(Self.base + keep, clients: ["acme"])?.place == "map.yaml line 4: keep")
    }

    @Test("each entry is stored as YAML of its own that says the same, whatever way it was written")
    func bodies() throws {
        let text = """
            # a comment
            - &first
              id: db
              kind: own
              title: "yes: no, 'Ünïcode' # and more"
              categories: &held [contacts, "2026-01-01", 'true']
              service: |
                Two
                lines
              region: "NO"
            - {id: other, kind: own, categories: *held, mandatory: false, after: [db], \
            keep: [{category: contacts, reason: dispute, law: "HGB § 257", until: 2030-01-01}]}
            """
        let entries = try SystemFile.entries(text, path: "map.yaml")
        #expect(entries.map(\.system.id) == ["db", "other"])
        #expect(entries.last?.system.categories == ["contacts", "2026-01-01", "true"])
        #expect(entries.first?.system.region == "NO")
        for entry in entries {
            #expect(try SystemFile.system(entry.body, path: "body") == entry.system, "\(entry.body)")
            #expect(!entry.body.contains("comment"))
        }
    }

    @Test("a fault quotes nothing of the file")
    func silent() throws {
        let fault = try #require(Self.fault(Self.base + "  region: geheim\n"))
        #expect(!"\(fault)".contains("geheim"))
    }
}

@Suite("The data maps that come with the project")
struct DeployedSystemsTests {
    static let folder = "\(CommittedLetters.folder)/systems"

    static var files: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()) ?? []
    }

    @Test("there are some, and each can be read", arguments: files)
    func readable(_ file: String) throws {
        let text = try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
        #expect(try !SystemFile.entries(text, path: file).isEmpty)
    }

    @Test("G7, K13, K14, K12, K22, C5, Y10: the worked example has a system of every kind and connector, and no flag")
    func example() throws {
        let text = try String(contentsOfFile: "\(Self.folder)/example.yaml", encoding: .utf8)
        let systems = try SystemFile.entries(text, path: "example.yaml").map(\.system)
        #expect(Set(systems.map(\.kind)) == Set(SystemKind.allCases))
        #expect(
            Set(systems.map(\.connector.name))
                == ["postgres", "opendsr", "http", "amqp", "email", "manual", "tus", "none"]
        )
        let day = try #require(CivilDate(year: 2026, month: 3, day: 2))
        #expect(systems.flatMap { $0.flags(for: nil, on: day) } == [])
        #expect(systems.contains { !$0.keeps.isEmpty && $0.kind == .subprocessor })
    }
}
