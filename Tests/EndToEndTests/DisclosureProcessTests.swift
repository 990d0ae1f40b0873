import AMQP
import Foundation
import Postgres
import TestKit
import Testing

@Suite("A disclosure as processes, on a real broker, database, store, receiver and mail server", .database, .broker)
struct DisclosureProcessTests {
    private static let deploy = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/deploy"
    private static let ada = "ada.canary@example.org"
    private static let bob = "bob.canary@example.org"

    private static let clients = """
        - id: acme
          names: [Acme]
          country: DE
          time_zone: Europe/Berlin
          dpa_signed_on: 2026-01-01
          channels:
            - {kind: webhook, url: "BASE/status?200", secrets: [env:HOOK], internal: true}
        - id: globex
          names: [Globex]
          country: DE
          dpa_signed_on: 2026-01-01
        """

    private static func system(_ id: String) -> String {
        """
        - id: \(id)
          title: \(id)
          kind: own
          internal: true
          categories: [customers, tickets]
          purposes: [support]
          region: DE
          connector:
            kind: postgres
            url: env:OWN
            tables:
            - name: \(id).customers
              key: id
              tenant: client
              match: {email: email}
              category: customers
            - name: \(id).tickets
              key: id
              via: {table: \(id).customers, column: customer, references: id}
              category: tickets

        """
    }

    private static func demand(_ more: String = "") -> String {
        """
        client: acme
        authority: Amtsgericht Tiergarten
        country: DE
        kind: court
        law: StPO
        article: "§ 95"
        reference: 349 Gs 12/26
        reviewer: legal
        received_at: \(Date(timeIntervalSinceNow: -3_600).ISO8601Format())
        due_at: \(Date(timeIntervalSinceNow: 20 * 86_400).ISO8601Format())
        delivery: registry, by hand
        systems: [shop]
        categories: [tickets]
        people: [{identities: [{type: email, value: \(ada)}]}]
        \(more)
        """
    }

    /// A fleet that runs, with two systems that both know Ada and Bob, of two clients.
    private func running(
        _ body: (_ scene: Scene) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            let server = try LoopbackServer()
            let sink = try MailSink()
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("disclosures-\(UUID())")
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("store"),
                withIntermediateDirectories: true
            )
            defer {
                server.stop()
                sink.stop()
                try? FileManager.default.removeItem(at: folder)
            }
            var environment = installation.environment
            environment["HOOK"] = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
            environment["OWN"] = installation.environment["HABEAS_DATABASE_URL"]
            environment["HABEAS_MAIL_HOST"] = "127.0.0.1"
            environment["HABEAS_MAIL_PORT"] = "\(sink.port)"
            environment["HABEAS_MAIL_SECURITY"] = "none"
            environment["HABEAS_MAIL_INTERNAL"] = "true"
            environment["HABEAS_MAIL_FROM"] = "privacy@vendor.example"
            environment["HABEAS_POLICY_FOLDER"] = Self.deploy
            environment["HABEAS_EXPORTS_FOLDER"] = folder.appendingPathComponent("store").path
            let scene = Scene(installation, environment, folder, server, sink)
            try await installation.pool.withConnection { connection in
                try await connection.execute("UPDATE habeas.installation SET play = true")
                for schema in ["shop", "crm"] { try await connection.execute(Self.tables(schema)) }
            }
            _ = try await scene.run("policy", "apply", Self.deploy)
            _ = try await scene.run(
                "clients",
                "apply",
                try scene.write(Self.clients.replacing("BASE", with: server.base), "clients.yaml")
            )
            _ = try await scene.run(
                "systems",
                "apply",
                try scene.write(Self.system("shop") + Self.system("crm"), "systems.yaml")
            )
            try await scene.start()
            do { try await body(scene) } catch {
                await scene.stop()
                throw error
            }
            await scene.stop()
        }
    }

    private static func tables(_ schema: String) -> String {
        """
        CREATE SCHEMA \(schema);
        CREATE TABLE \(schema).customers (id bigint PRIMARY KEY, client text, email text, note text);
        CREATE TABLE \(schema).tickets (id bigint PRIMARY KEY, customer bigint REFERENCES \(schema).customers, subject text);
        INSERT INTO \(schema).customers VALUES (1, 'acme', '\(ada)', 'note of ada'), (2, 'acme', '\(bob)', 'note of bob'),
          (3, 'globex', '\(ada)', 'note of another client');
        INSERT INTO \(schema).tickets VALUES (11, 1, '\(schema) ticket of ada'), (12, 2, '\(schema) ticket of bob'),
          (13, 3, '\(schema) ticket of another client');
        """
    }

    @Test(
        "K23, C8: opened, approved by two, told to the client, waited for, collected as named and nothing else, handed over, in the register"
    )
    func whole() async throws {
        try await running { scene in
            let opened = try await scene.run(
                "disclosures",
                "open",
                "--json",
                "--file",
                try scene.write(Self.demand(), "demand.yaml")
            )
            let disclosure = try #require(opened["disclosure"] as? String)
            let request = try #require((opened["requests"] as? [String])?.first)
            try await scene.approve(disclosure)

            // The client hears of it, with whom it is about; the person hears nothing, nor does any publisher.
            try await scene.expect("the client told", within: .seconds(60)) {
                try await scene.show(disclosure)["told_at"] is String
            }
            var shown = try await scene.show(disclosure)
            #expect(shown["state"] as? String == "client_term" && shown["objections_until"] is String)
            let word = try #require(scene.posted().first)
            #expect(word.contains("io.habeas.disclosure.notified.v1") && word.contains("\"stage\":\"announced\""))
            #expect(word.contains("349 Gs 12/26") && word.contains(Self.ada) && word.contains("objections_until"))
            #expect(try await scene.count("SELECT count(*) FROM habeas.fan_out") == 0)
            #expect(try await scene.count("SELECT count(*) FROM habeas.export") == 0)

            // Its three business days pass; before the authority's own date.
            try await scene.goAhead(days: 8)
            try await scene.expect("the bundle ready", within: .seconds(90)) {
                try await scene.show(disclosure)["state"] as? String == "ready"
            }
            let systems = try await scene.texts("SELECT system_id FROM habeas.fan_out")
            #expect(systems == ["shop"])
            let pieces = try await scene.texts("SELECT dataset || ' ' || rows FROM habeas.export_piece")
            #expect(pieces == ["shop.tickets 1"])
            let path = scene.folder.appendingPathComponent("bundle.zip").path
            _ = try await scene.run("exports", "fetch", request, "--output", path, "--why", "349 Gs 12/26", "--json")
            let found = try Python.run(
                """
                import zipfile, io, json, sys
                zip = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
                everything = b"".join(zip.read(n) for n in zip.namelist())
                manifest = json.loads(next(zip.read(n) for n in zip.namelist() if n.endswith("/manifest.json")))
                d = manifest["disclosure"]
                print(d["authority"], "|", d["law"], d["article"], "|", d["reference"], "|", d["systems"], d["categories"])
                page = next(zip.read(n) for n in zip.namelist() if n.endswith("/index.html")).decode()
                print("discloses them to Amtsgericht Tiergarten (DE), 349 Gs 12/26" in page, "about you. This is" in page)
                print([s["dataset"] for s in manifest["sections"]], manifest["totals"]["rows"], "right" in manifest)
                print(b"shop ticket of ada" in everything, b"of bob" in everything, b"crm" in everything,
                      b"another client" in everything, b"note of" in everything)
                """,
                input: try Data(contentsOf: URL(filePath: path))
            )
            #expect(
                found == """
                    Amtsgericht Tiergarten | StPO § 95 | 349 Gs 12/26 | ['shop'] ['tickets']
                    True False
                    ['shop.tickets'] 1 False
                    True False False False False

                    """
            )
            // Nobody ends what the authority is to get; then it has it.
            let ended = try await scene.fails("exports", "expire", request, "--reason", "x")
            #expect(ended.contains("hand-over"))
            try await scene.handOver(disclosure)
            try await scene.expect("the client told of the end", within: .seconds(60)) {
                scene.posted().contains { $0.contains("\"stage\":\"handed_over\"") }
            }
            shown = try await scene.show(disclosure)
            #expect(shown["state"] as? String == "handed_over" && shown["handed_over_by"] is String)
            #expect((shown["approved_by"] as? [String])?.count == 2 && shown["overdue"] as? Bool == false)
            let clock = "SELECT state FROM habeas.deadline WHERE clock = 'disclosure'" as SQL
            #expect(try await scene.texts(clock) == ["met"])

            // Its time over, key and files are destroyed; the register stays.
            try await scene.expect("it kept for its time", within: .seconds(60)) {
                try await scene.count("SELECT count(*) FROM habeas.export WHERE expires_at IS NOT NULL") == 1
            }
            try await scene.goAhead(days: 40)
            try await scene.expect("nothing left in the store", within: .seconds(90)) {
                try await scene.destroyed() == 1
            }
            #expect(try await scene.show(disclosure)["handed_over_to"] as? String != nil)
            let facts = try await scene.texts(
                "SELECT fact FROM habeas.evidence WHERE fact LIKE 'disclosure.%' ORDER BY chain_id, seq"
            )
            #expect(
                facts == [
                    "disclosure.opened", "disclosure.approved", "disclosure.client_told", "disclosure.term_over",
                    "disclosure.handed_over",
                ]
            )
            try await scene.installation.run("evidence", "verify", "--all")
            try await scene.expectNoTrace()
        }
    }

    @Test(
        "K23: where telling is prohibited nothing waits and the client hears nothing until that ends; withdrawn, nothing is left"
    )
    func prohibited() async throws {
        try await running { scene in
            let until = Date(timeIntervalSinceNow: 100 * 86_400).ISO8601Format()
            let text = Self.demand("prohibition: {reason: \"§ 95a StPO\", until: \(until)}")
            let disclosure = try await scene.open(text)
            try await scene.approve(disclosure)
            try await scene.expect("the bundle ready", within: .seconds(90)) {
                try await scene.show(disclosure)["state"] as? String == "ready"
            }
            #expect(scene.posted().isEmpty)
            #expect(try await scene.show(disclosure)["prohibition"] as? String == "§ 95a StPO")
            try await scene.handOver(disclosure)
            let withdrawn = try await scene.open(text)
            try await scene.approve(withdrawn)
            try await scene.expect("the second ready", within: .seconds(90)) {
                try await scene.show(withdrawn)["state"] as? String == "ready"
            }
            _ = try await scene.run("disclosures", "withdraw", withdrawn, "--reason", "order lifted", "--json")
            try await scene.expect("the second's key destroyed", within: .seconds(60)) {
                try await scene.destroyed() == 1
            }
            #expect(scene.posted().isEmpty)
            #expect(
                try await scene.count(
                    "SELECT count(*) FROM habeas.effect WHERE state NOT IN ('done', 'cancelled')"
                ) == 0
            )
            // Only of what was handed over the client is told, when it may be.
            try await scene.goAhead(days: 101)
            try await scene.expect("the client told", within: .seconds(60)) { !scene.posted().isEmpty }
            let words = scene.posted()
            #expect(words.count == 1 && words[0].contains("\"stage\":\"handed_over\""))
            #expect(!words[0].contains("objections_until"))
            try await scene.installation.run("evidence", "verify", "--all")
            try await scene.expectNoTrace()
        }
    }
}

/// A running fleet, the people who act in it, and what left it.
private final class Scene: Sendable {
    struct Refused: Error { let errors: String }

    let installation: Installation
    let folder: URL
    private let environment: [String: String]
    private let server: LoopbackServer
    private let sink: MailSink
    private let workers = Workers()

    private actor Workers {
        private var all: [FleetProcess] = []
        func add(_ process: FleetProcess) { all.append(process) }
        func stop() async {
            for process in all { _ = await process.terminate() }
            all = []
        }
    }

    private static let programs = ["habeas-clock", "habeas-referral", "habeas-export"]

    init(
        _ installation: Installation,
        _ environment: [String: String],
        _ folder: URL,
        _ server: LoopbackServer,
        _ sink: MailSink
    ) {
        self.installation = installation
        self.environment = environment
        self.folder = folder
        self.server = server
        self.sink = sink
    }

    func start() async throws {
        for program in Self.programs {
            let loud = environment.merging(["HABEAS_LOG_LEVEL": "trace"]) { $1 }
            await workers.add(try FleetProcess(program, environment: loud, log: log(program)))
        }
    }

    func stop() async { await workers.stop() }

    private func log(_ program: String) -> String { folder.appendingPathComponent("\(program).log").path }

    func write(_ text: String, _ name: String) throws -> String {
        let file = folder.appendingPathComponent(name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    /// The last line of what it printed, where that is JSON.
    @discardableResult
    func run(_ arguments: String..., as login: String? = nil) async throws -> [String: Any] {
        let (status, text) = try await output(arguments, as: login)
        guard status == 0 else { throw Refused(errors: text) }
        let last = text.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
        return (try? JSONSerialization.jsonObject(with: last) as? [String: Any]) ?? [:]
    }

    /// What it said when it refused.
    func fails(_ arguments: String...) async throws -> String {
        let (status, text) = try await output(arguments, as: nil)
        #expect(status == 1)
        return text
    }

    private func output(_ arguments: [String], as login: String?) async throws -> (Int32, String) {
        var own = environment
        if let login, let url = URLComponents(string: environment["HABEAS_DATABASE_URL"] ?? "") {
            var url = url
            url.user = login
            url.password = login
            own["HABEAS_DATABASE_URL"] = url.string
        }
        let file = folder.appendingPathComponent("run-\(UUID().uuidString)").path
        let process = try FleetProcess("habeas", arguments, environment: own, log: file)
        let status = await process.exitCode
        return (status, try String(contentsOfFile: file, encoding: .utf8))
    }

    /// Two people with logins of their own.
    func approve(_ disclosure: String) async throws {
        for _ in 0..<2 {
            let login = "op_" + UUID().uuidString.lowercased().filter { $0 != "-" }
            try await installation.pool.withConnection {
                try await $0.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE habeas_operator")
            }
            _ = try await run("disclosures", "approve", disclosure, "--reason", "order read", "--json", as: login)
        }
    }

    func show(_ disclosure: String) async throws -> [String: Any] {
        try await run("disclosures", "show", disclosure, "--json")
    }

    func open(_ demand: String) async throws -> String {
        let opened = try await run("disclosures", "open", "--json", "--file", try write(demand, "\(UUID()).yaml"))
        return try #require(opened["disclosure"] as? String)
    }

    func handOver(_ disclosure: String) async throws {
        let office = "registry, Amtsgericht Tiergarten"
        try await run("disclosures", "hand-over", disclosure, "--to", office, "--channel", "by hand", "--json")
    }

    /// Exports of which neither key nor files are left.
    func destroyed() async throws -> Int {
        try await count(
            "SELECT count(*) FROM habeas.export WHERE wrapped_key IS NULL AND deleted_at IS NOT NULL"
        )
    }

    func goAhead(days: Int) async throws {
        _ = try await installation.pool.withConnection {
            try await $0.query(
                "UPDATE habeas.installation SET play_offset = play_offset + \(Duration.seconds(days * 86_400))::interval"
            )
        }
    }

    func expect(_ what: String, within: Duration, _ condition: @Sendable () async throws -> Bool) async throws {
        let isSo = try await eventually(within: within) { try await condition() }
        #expect(isSo, "not \(what)")
    }

    /// Bodies of what the client's webhook got.
    func posted() -> [String] { server.requests }

    func count(_ sql: SQL) async throws -> Int { try await installation.count(sql) }

    func texts(_ sql: SQL) async throws -> [String] {
        try await installation.pool.withConnection { try await $0.query(sql).decode(as: String.self) }
    }

    /// Nothing of a person in logs or messages, no mail to anybody, no word on the outcome exchange.
    func expectNoTrace() async throws {
        for program in Self.programs {
            let log = try String(contentsOfFile: log(program), encoding: .utf8)
            #expect(!log.isEmpty && !log.contains("canary@"), "\(program)")
        }
        #expect(
            try await count("SELECT count(*) FROM habeas.outbox WHERE convert_from(body, 'UTF8') LIKE '%canary@%'") == 0
        )
        #expect(try await count("SELECT count(*) FROM habeas.outbox WHERE kind = 'outcome'") == 0)
        #expect(
            try await count("SELECT count(*) FROM habeas.evidence WHERE body LIKE '%canary%'") == 0
        )
        #expect(try await count("SELECT count(*) FROM habeas.effect WHERE kind LIKE 'subject.%'") == 0)
        #expect(await sink.mails(0).isEmpty)
    }
}
