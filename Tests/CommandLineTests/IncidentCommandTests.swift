import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas incidents", .database)
struct IncidentCommandTests {
    private static let words = "A bucket of canary-4711 was readable."

    /// A report of an incident in data of the vendor's own, as it came.
    private static let report = """
        {"specversion":"1.0","id":"e-1","source":"/helpdesk","type":"io.habeas.breach.detected.v1",\
        "data":{"incident_ref":"INC-1","discovered_at":"2026-01-02T08:00:00Z","aware_at":"2026-01-02T09:00:00Z",\
        "nature":"\(words)","categories":["contact"],"risk":"high","affected":[{"client":"acme","subjects_approx":91234}],\
        "own_data":{"subjects_approx":4321,"categories":["agents"]}}}
        """

    /// An installation with one incident that one client was told of and has not acknowledged.
    private static func reported(
        own: Bool = false,
        aware: Date = Date(),
        event text: String = #"{"specversion":"1.0","data":{"nature":"\#(words)"}}"#,
        _ body: (_ installation: Installation, _ incident: UUID, _ notice: UUID) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            try await installation.register()
            var installation = installation
            installation.environment["HABEAS_POLICY_FOLDER"] = Installation.deploy
            let ring = try KeyRing(file: "\(installation.folder.path)/keys")
            let now = Date()
            let (incident, event, notice) = (UUID.version7(at: now), UUID.version7(at: now), UUID.version7(at: now))
            let secret = try SealedPayload(sealing: Array(text.utf8), for: event, with: ring)
            var deadlines = DeadlineWrites()
            if own {
                deadlines.open(
                    Deadline(.ownBreachAuthority, from: aware, at: .unknown, atlas: HolidayAtlas()),
                    subject: incident
                )
            }
            let statements: [SQL] =
                [
                    """
                    INSERT INTO habeas.incident (id, publisher_id, incident_ref, state, risk, discovered_at, aware_at, received_at, spread)
                    VALUES (\(incident), 'helpdesk', 'INC-1', 'open', 'high', \(now), \(now), \(now), 1)
                    """,
                    """
                    INSERT INTO habeas.event_secret (id, subject_id, event_type, received_at, kek_id, wrapped_key, payload)
                    VALUES (\(event), \(incident), 'breach.detected', \(now), \(secret.wrapped.kekID), \(secret.wrapped.bytes), \(secret.bytes))
                    """,
                    """
                    INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue, publisher_id,
                      anchor_at, received_at)
                    VALUES (\(notice), 'acme', 'breach_notice', 'notice', 'processor', 'gdpr', 'kustomer', 'in_progress', \(now), 'habeas.breach',
                      'helpdesk', \(now), \(now))
                    """,
                    """
                    INSERT INTO habeas.breach_notice (case_id, client_id, incident_id, phases, told_at)
                    VALUES (\(notice), 'acme', \(incident), 1, \(now))
                    """,
                ] + deadlines.statements
            _ = try await installation.withConnection { try await $0.pipeline(statements) }
            try await body(installation, incident, notice)
        }
    }

    @Test("N6: lists and shows who was told when, and no word of what has happened")
    func show() async throws {
        try await Self.reported { installation, incident, notice in
            let line = try await installation.run("incidents", "list", "--json").object
            #expect(line["incident"] as? String == incident.uuidString.lowercased())
            #expect(line["clients"] as? Int == 1 && line["told"] as? Int == 1 && line["acknowledged"] as? Int == 0)
            let shown = try await installation.run("incidents", "show", "helpdesk/INC-1", "--json")
            let notices = try #require(try shown.object["notices"] as? [[String: Any]])
            #expect(notices.first?["client"] as? String == "acme" && notices.first?["told_at"] as? String != nil)
            #expect(notices.first?["notice"] as? String == notice.uuidString.lowercased())
            #expect(!shown.output.contains("canary-4711"))
            #expect(try await installation.run("incidents", "show", "helpdesk/INC-1").output.contains("acme"))
            let timeline = try await installation.run("incidents", "timeline", "helpdesk/INC-1")
            #expect(timeline.status == 0)
            let strange = try await installation.run("incidents", "show", "helpdesk/INC-2")
            #expect(strange.status == 1 && strange.errors.contains("incident: none has this name"))
        }
    }

    @Test("G6: reads what was reported for a reason only, and leaves who did it and why before")
    func reveal() async throws {
        try await Self.reported { installation, incident, _ in
            let run = try await installation.run(
                "incidents",
                "show",
                "helpdesk/INC-1",
                "--reveal",
                "--why",
                "asked by the authority"
            )
            #expect(run.status == 0 && run.output.contains("canary-4711"))
            let facts = try await installation.query(
                "SELECT fact, body FROM habeas.evidence WHERE chain_id = \(incident)"
            )
            .decode(String.self, String.self)
            #expect(facts.map(\.0) == ["read_by_person"])
            #expect(facts.first?.1.contains("asked by the authority") == true)
            #expect(facts.first?.1.contains("canary") == false)
        }
    }

    @Test("G9: enters that a client has read its notice, once it has one")
    func acknowledge() async throws {
        try await Self.reported { installation, incident, _ in
            let run = try await installation.run(
                "incidents",
                "acknowledge",
                "helpdesk/INC-1",
                "--client",
                "acme",
                "--reference",
                "call 4711"
            )
            #expect(run.status == 0, "\(run.errors)")
            let acks = try await installation.query(
                "SELECT client_id FROM habeas.breach_ack WHERE incident_id = \(incident) AND entered_at IS NULL"
            )
            #expect(try acks.decode(as: String.self) == ["acme"])
            let waking = try await installation.query(
                "SELECT count(*) FROM habeas.outbox WHERE routing_key = 'habeas.breach'"
            )
            #expect(try waking.only.decode(0, as: Int.self) == 1)
            let strange = try await installation.run(
                "incidents",
                "acknowledge",
                "helpdesk/INC-1",
                "--client",
                "globex",
                "--reference",
                "x"
            )
            #expect(strange.status == 1 && strange.errors.contains("--client: has no notice of this incident"))
        }
    }

    @Test(
        "G13: what is decided about own data is kept with the login and its reason, and meets the clock"
    )
    func decide() async throws {
        try await Self.reported(own: true) { installation, incident, _ in
            try await installation.withOperators(1) { people in
                let run = try await people[0].run(
                    "incidents",
                    "decide",
                    "helpdesk/INC-1",
                    "--authority",
                    "no",
                    "--individuals",
                    "no",
                    "--reason",
                    "encrypted, the key was not lost"
                )
                #expect(run.status == 0, "\(run.errors)")
            }
            let row = try await installation.query(
                "SELECT decided_by::text, authority, reason FROM habeas.breach_decision WHERE incident_id = \(incident)"
            ).only
            let (by, authority, reason) = try row.decode(String.self, Bool.self, String.self)
            #expect(by.hasPrefix("op_") && !authority && reason == "encrypted, the key was not lost")
            let clock = try await installation.query("SELECT state FROM habeas.deadline WHERE subject_id = \(incident)")
            #expect(try clock.decode(as: String.self) == ["met"])
            let register = try await installation.run("incidents", "register").object
            #expect((register["decisions"] as? [[String: Any]])?.first?["authority"] as? Bool == false)
        }
    }

    @Test(
        "G13: after the clock's time the reason for the delay is asked for, kept, and shown; in time there is none to give"
    )
    func decideLate() async throws {
        let before = Date(timeIntervalSinceNow: -80 * 3_600)
        try await Self.reported(own: true, aware: before, event: Self.report) { installation, _, _ in
            let base = [
                "incidents", "decide", "helpdesk/INC-1", "--authority", "yes", "--individuals", "no", "--reason",
                "told",
            ]
            let bare = try await CommandLine.run(base, environment: installation.environment)
            #expect(bare.status == 1 && bare.errors.contains("--late-reason: is missing"))
            let late = base + ["--late-reason", "taken for a fault of the network"]
            let run = try await CommandLine.run(late, environment: installation.environment)
            #expect(run.status == 0, "\(run.errors)")
            let again = try await CommandLine.run(late, environment: installation.environment)
            #expect(again.status == 1 && again.errors.contains("it is not"), "decided once, it is late no more")
            for command in [["show", "helpdesk/INC-1"], ["register"]] {
                let shown = try await CommandLine.run(
                    ["incidents"] + command + ["--json"],
                    environment: installation.environment
                ).object
                let reasons = try #require(shown["reasons"] as? [[String: Any]])
                #expect(reasons.compactMap { $0["about"] as? String } == ["late_authority"])
                #expect(reasons.first?["reason"] as? String == "taken for a fault of the network")
            }
            let draft = try await installation.run("incidents", "draft", "helpdesk/INC-1", "--why", "x", "--json")
            let text = try #require(try draft.object["text"] as? String)
            let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(flat.contains("taken for a fault of the network"))
            #expect(try await installation.run("evidence", "verify", "--incident", "helpdesk/INC-1").status == 0)
        }
    }

    @Test("G13: a draft for the own authority and for the people has own numbers only, and leaves who read it and why")
    func draft() async throws {
        try await Self.reported(own: true, event: Self.report) { installation, incident, _ in
            let run = try await installation.run(
                "incidents",
                "draft",
                "helpdesk/INC-1",
                "--country",
                "FR",
                "--locale",
                "de-AT",
                "--why",
                "to notify the authority",
                "--json"
            )
            #expect(run.status == 0, "\(run.errors)")
            let draft = try run.object
            #expect(draft["article"] as? String == "GDPR Art. 33(3)" && draft["required"] as? Bool == true)
            #expect(draft["subjects_approx"] as? Int == 4_321 && draft["categories"] as? [String] == ["agents"])
            #expect((draft["authorities"] as? [String])?.first?.contains("CNIL") == true)
            #expect(
                draft["to_complete"] as? [String] == [
                    "notifier", "people_told", "records_approx", "consequences", "measures", "contact",
                ]
            )
            let text = try #require(draft["text"] as? String)
            #expect(text.contains("Meldung") || text.contains("Entwurf"))
            #expect(text.contains("canary-4711") && text.contains("4321"))
            #expect(!text.contains("91234") && !text.contains("acme") && !run.output.contains("91234"))
            let people = try await installation.run(
                "incidents",
                "draft",
                "helpdesk/INC-1",
                "--to",
                "individuals",
                "--format",
                "html",
                "--why",
                "to decide"
            )
            #expect(people.status == 0 && people.output.contains("<html") && people.output.contains("canary-4711"))
            let facts = try await installation.query(
                "SELECT fact, body FROM habeas.evidence WHERE chain_id = \(incident) ORDER BY seq"
            ).decode(String.self, String.self)
            #expect(facts.map(\.0) == ["read_by_person", "read_by_person"])
            #expect(facts.first?.1.contains("draft to authority") == true && facts.first?.1.contains("canary") == false)
            let silent = try await installation.run("incidents", "draft", "helpdesk/INC-1", "--why", " ")
            #expect(silent.status == 64)
        }
    }

    @Test("G13: without own data there is nothing to draft")
    func draftNothing() async throws {
        let own = #","own_data":{"subjects_approx":4321,"categories":["agents"]}"#
        let bare = Self.report.replacingOccurrences(of: own, with: "")
        try await Self.reported(event: bare) { installation, _, _ in
            let run = try await installation.run("incidents", "draft", "helpdesk/INC-1", "--why", "x")
            #expect(run.status == 1 && run.errors.contains("concerns no data that the vendor itself controls"))
        }
    }

    @Test("G9: why clients were told late is asked once for an incident, and kept with the clients it speaks of")
    func lateNotice() async throws {
        try await Self.reported { installation, incident, notice in
            let (now, task) = (Date(), UUID.version7(at: Date()))
            _ = try await installation.withConnection { connection in
                try await connection.pipeline([
                    """
                    INSERT INTO habeas.deadline (subject_id, case_id, client_id, clock, rule, source, anchor_at, due_at, state,
                      provisional, unverified)
                    VALUES (\(notice), \(notice), 'acme', 'notify_clients', 'r', 's', \(now), now() - interval '1 hour', 'missed', false, false)
                    """,
                    """
                    INSERT INTO habeas.review (id, kind, incident_id, rule, source, opened_at, due_at)
                    VALUES (\(task), 'late_notice', \(incident), 'r', 's', \(now), \(now))
                    """,
                ])
            }
            let listed = try await installation.run("tasks", "list", "--json").objects
            #expect(listed.first?["incident"] as? String == incident.uuidString.lowercased())
            let shown = try await installation.run("incidents", "show", "helpdesk/INC-1")
            #expect(shown.output.contains("nobody has said why: acme"), "\(shown.output)\(shown.errors)")
            try await installation.withOperators(1) { people in
                let run = try await people[0].run(
                    "tasks",
                    "complete",
                    task.uuidString,
                    "--outcome",
                    "confirmed",
                    "--reason",
                    "the relay was down"
                )
                #expect(run.status == 0, "\(run.errors)")
            }
            let after = try await installation.run("incidents", "show", "helpdesk/INC-1", "--json").object
            #expect((after["late_unexplained"] as? [[String: Any]])?.isEmpty == true)
            let reasons = try #require(after["reasons"] as? [[String: Any]])
            #expect(reasons.first?["clients"] as? [String] == ["acme"])
            #expect((reasons.first?["given_by"] as? String)?.hasPrefix("op_") == true)
            let timeline = try await installation.run("incidents", "timeline", "helpdesk/INC-1")
            #expect(timeline.output.contains("the relay was down"))
            let report = try await installation.run("incidents", "report", "helpdesk/INC-1", "--json")
            #expect(report.status == 0, "\(report.errors)")
            let notices = try #require(try report.object["notices"] as? [[String: Any]])
            #expect(notices.first?["in_time"] as? Bool == false && notices.first?["evidence"] is [String: Any])
            #expect(try report.object["final"] as? Bool == false && !report.output.contains("canary-4711"))
            let text = try await installation.run("incidents", "report", "helpdesk/INC-1", "--reveal", "--why", "x")
            #expect(text.output.contains("the relay was down") && text.output.contains("canary-4711"), "\(text.errors)")
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("G9: an incident of which nobody was told is closed with a reason only, which the register has")
    func closeUntold() async throws {
        try await Self.reported { installation, _, _ in
            let id = UUID.version7(at: Date())
            _ = try await installation.query(
                """
                INSERT INTO habeas.incident (id, publisher_id, incident_ref, state, risk, discovered_at, aware_at, received_at, spread)
                VALUES (\(id), 'helpdesk', 'INC-0', 'open', 'unlikely', now(), now(), now(), 1)
                """
            )
            let user = try await installation.query("SELECT broker_user FROM habeas.publisher WHERE id = 'helpdesk'")
                .decode(as: String.self)
            var environment = installation.environment
            environment["HABEAS_AMQP_URL"] = "amqp://\(try #require(user.first)):x@127.0.0.1:1/"
            func close(_ ref: String, _ more: String...) async throws -> CommandLineRun {
                try await CommandLine.run(
                    ["incidents", "update", "--file", "-"] + more,
                    environment: environment,
                    input: "incident_ref: \(ref)\nphase: 2\nclosed: true\n"
                )
            }
            let bare = try await close("INC-0")
            #expect(bare.status == 1 && bare.errors.contains("--reason: is missing"), "\(bare.errors)")
            let told = try await close("INC-1", "--reason", "x")
            #expect(told.status == 1 && told.errors.contains("somebody is"), "\(told.errors)")
            // There is no broker here: what was said stands, and is not asked again.
            #expect(try await close("INC-0", "--reason", "a test of our own").status == 69)
            #expect(try await close("INC-0").status == 69)
            let register = try await installation.run("incidents", "register").objects
            let reasons = register.first { $0["incident_ref"] as? String == "INC-0" }?["reasons"] as? [[String: Any]]
            #expect(reasons?.first?["reason"] as? String == "a test of our own")
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("G13: where no own data are concerned there is nothing to decide")
    func decideNothing() async throws {
        try await Self.reported { installation, _, _ in
            let run = try await installation.run(
                "incidents",
                "decide",
                "helpdesk/INC-1",
                "--authority",
                "no",
                "--individuals",
                "no",
                "--reason",
                "x"
            )
            #expect(run.status == 1 && run.errors.contains("concerns no data that the vendor itself controls"))
        }
    }

    @Test("G9: the register has every incident, also one that nobody was told of, and its words for a reason only")
    func register() async throws {
        try await Self.reported { installation, _, _ in
            _ = try await installation.query(
                """
                INSERT INTO habeas.incident (id, publisher_id, incident_ref, state, risk, discovered_at, aware_at, received_at)
                VALUES (\(UUID.version7(at: Date())), 'helpdesk', 'INC-0', 'false_alarm', 'unlikely', now(), now(), now())
                """
            )
            let plain = try await installation.run("incidents", "register")
            #expect(try plain.objects.map { $0["incident_ref"] as? String } == ["INC-1", "INC-0"])
            #expect(!plain.output.contains("canary-4711"))
            let whole = try await installation.run("incidents", "register", "--reveal", "--why", "inspection")
            #expect(whole.output.contains("canary-4711"))
            let none = try await installation.run("incidents", "register", "--since", "2100-01-01T00:00:00Z")
            #expect(none.status == 0 && none.output.isEmpty)
        }
    }

    @Test("checks a report before it is sent, names the field that is wrong, and makes several events of many clients")
    func open() async throws {
        try await Installation.with(migrated: false) { installation in
            func report(_ more: String) -> String {
                """
                incident_ref: INC-9
                discovered_at: 2026-11-20T08:00:00Z
                aware_at: 2026-11-20T09:00:00Z
                nature: "A laptop was stolen."
                categories: [contact]
                risk: risk
                \(more)
                """
            }
            let right = try await installation.run(
                "incidents",
                "open",
                "--file",
                "-",
                "--dry-run",
                "--json",
                input: report("affected: [{client: acme, subjects_approx: 12}]")
            )
            #expect(right.status == 0, "\(right.errors)")
            #expect(try right.object["events"] as? Int == 1 && right.object["sent"] as? Bool == false)
            let many = (0..<2_001).map { "  - {client: c\($0)}" }.joined(separator: "\n")
            let large = try await installation.run(
                "incidents",
                "open",
                "--file",
                "-",
                "--dry-run",
                "--json",
                input: report("affected:\n\(many)")
            )
            #expect(try large.object["events"] as? Int == 3)
            let wrong = try await installation.run(
                "incidents",
                "open",
                "--file",
                "-",
                "--dry-run",
                input: report("affected: [{client: acme, subjects_approx: many}]")
            )
            #expect(wrong.status == 1 && wrong.errors.contains("subjects_approx"))
            let asked = try await installation.run(
                "incidents",
                "update",
                "--dry-run",
                "--json",
                input: "INC-9\n2\n\nhigh\n\n\n\n"
            )
            #expect(asked.status == 0, "\(asked.errors)")
            let cut = try await installation.run("incidents", "update", "--dry-run", input: "INC-9\n")
            #expect(cut.status == 1 && cut.errors.contains("ended before the last answer"))
        }
    }
}
