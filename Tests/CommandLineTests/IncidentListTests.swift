import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas incidents clients, exclude and habeas approve", .database)
struct IncidentListTests {
    /// An installation with an incident whose list of clients waits for a person.
    private static func waiting(
        _ clients: [String] = ["acme", "globex"],
        _ body: (_ installation: Installation, _ incident: UUID) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            try await installation.register()
            let now = Date()
            let incident = UUID.version7(at: now)
            let due = now.addingTimeInterval(7_200)
            let review = try #require(ClockKey.review.standard)
            var reviews = ReviewWrites()
            let clock = Deadline(rule: review, anchor: now, due: due, isProvisional: false)
            reviews.open(.breachClients, incident: incident, clock, at: now)
            var deadlines = DeadlineWrites()
            deadlines.ensure(clock, subject: incident)
            let notify = try #require(ClockKey.notifyClients.standard)
            deadlines.open(Deadline(rule: notify, anchor: now, due: due, isProvisional: false), subject: incident)
            let listed = clients.enumerated().map { index, client in
                BreachClientRecord(
                    clientID: client,
                    phase: index == 0 ? 1 : nil,
                    systems: ["files"],
                    subjects: index == 0 ? 1_200 : nil,
                    records: nil,
                    isUncounted: false,
                    awareAt: now,
                    dueAt: due
                )
            }
            try await installation.withConnection { connection in
                _ = try await connection.pipeline(
                    [
                        """
                        INSERT INTO habeas.incident (id, publisher_id, incident_ref, state, risk, discovered_at, aware_at, received_at, spread)
                        VALUES (\(incident), 'helpdesk', 'INC-1', 'open', 'high', \(now), \(now), \(now), 0)
                        """
                    ] + BreachClientRecord.replace(waitingOf: incident, with: listed) + reviews.statements
                        + deadlines.statements
                )
                let rows = try await connection.query(BreachClientRecord.reading(of: incident))
                    .map(BreachClientRecord.init)
                let list = BreachListRecord(of: incident, phases: 1, rows, after: nil, at: now)
                _ = try await connection.query(list.insert)
            }
            try await body(installation, incident)
        }
    }

    /// The digest that the printed list ends with.
    private static func digest(_ installation: Installation) async throws -> String {
        let lines = try await installation.run("incidents", "clients", "helpdesk/INC-1", "--json").objects
        return try #require(lines.last?["list"] as? String)
    }

    @Test("G9: the list says of each client why it is on it, its numbers and its date, and ends with its digest")
    func clients() async throws {
        try await Self.waiting { installation, incident in
            let lines = try await installation.run("incidents", "clients", "helpdesk/INC-1", "--json").objects
            #expect(lines.map { $0["client"] as? String } == ["acme", "globex", nil])
            #expect(lines[0]["why"] as? String == "named by phase 1" && lines[0]["subjects_approx"] as? Int == 1_200)
            #expect(lines[1]["why"] as? String == "files can hold its data" && lines[1]["state"] as? String == "waits")
            #expect(lines[2]["waiting"] as? Int == 2 && lines[2]["current"] as? Bool == true)
            let digest = try #require(lines[2]["list"] as? String)
            let text = try await installation.run("incidents", "clients", incident.uuidString)
            #expect(text.output.contains(digest) && text.output.contains("not known"), "\(text.errors)")
            let shown = try await installation.run("incidents", "show", "helpdesk/INC-1").output
            #expect(shown.contains("2 wait for an approval"))
            #expect(
                try await installation.run("incidents", "list", "--json").object["waiting_for_approval"] as? Int == 2
            )
        }
    }

    @Test(
        "G9: what waits stands among the tasks, the approvals, the clocks and on the one screen, until it is approved"
    )
    func shown() async throws {
        try await Self.waiting { installation, incident in
            let id = incident.uuidString.lowercased()
            for command in [["tasks", "list", "--json"], ["approve", "--json"]] {
                let run = try await CommandLine.run(command, environment: installation.environment)
                #expect(try run.object["kind"] as? String == "breach_clients", "\(run.errors)")
                #expect(try run.object["incident"] as? String == id)
                #expect(try run.object["publisher"] as? String == "helpdesk")
            }
            let status = try await installation.run("status").output
            #expect(status.contains("breach_clients 1"))
            let clocks = try await installation.run("deadlines", "list", "--json").objects
            let notify = clocks.first { $0["clock"] as? String == "notify_clients" }
            #expect(notify?["subject"] as? String == id && notify?["waits_for"] as? String == "breach_clients")
            let task = try #require(
                try await installation.query("SELECT id FROM habeas.review").decode(as: UUID.self).first
            )
            let wrong = try await installation.run(
                "tasks",
                "complete",
                task.uuidString,
                "--outcome",
                "confirmed",
                "--reason",
                "x"
            )
            #expect(wrong.status == 1 && wrong.errors.contains("is the list of an incident's clients"))
            let digest = try await Self.digest(installation)
            try await installation.withOperators(1) { people in
                let run = try await people[0].run("approve", task.uuidString, "--list", digest, "--reason", "read")
                #expect(run.status == 0, "\(run.errors)")
            }
            #expect(try await installation.run("approve").output.contains("nothing waits"))
            #expect(try await installation.run("tasks", "list").output.contains("nothing waits"))
        }
    }

    @Test("G9: approved is the list that was read; another one is refused, and who approved it is the database's word")
    func approve() async throws {
        try await Self.waiting { installation, incident in
            let read = try await Self.digest(installation)
            try await installation.withOperators(2) { people in
                let bare = try await people[0].run("approve", "helpdesk/INC-1", "--reason", "x")
                #expect(bare.status == 1 && bare.errors.contains("--list: is missing") && !bare.errors.contains(read))
                let short = try await people[0].run("approve", "helpdesk/INC-1", "--list", "abc", "--reason", "x")
                #expect(short.status == 64 && short.errors.contains("--list"))
                let taken = try await people[1].run(
                    "incidents",
                    "exclude",
                    "helpdesk/INC-1",
                    "--client",
                    "globex",
                    "--reason",
                    "moved in May"
                )
                #expect(taken.status == 0, "\(taken.errors)")
                let stale = try await people[0].run("approve", "helpdesk/INC-1", "--list", read, "--reason", "x")
                #expect(stale.status == 1 && stale.errors.contains("it has changed since it was shown"))
                let lines = try await people[0].run("incidents", "clients", "helpdesk/INC-1", "--json").objects
                #expect(lines.map { $0["state"] as? String } == ["waits", "excluded", nil])
                let excluded = lines[1]["excluded"] as? [String: Any]
                #expect(excluded?["reason"] as? String == "moved in May")
                let now = try #require(lines.last?["list"] as? String)
                let run = try await people[0].run(
                    "approve",
                    "helpdesk/INC-1",
                    "--list",
                    String(now.prefix(12)),
                    "--reason",
                    "compared",
                    "--json"
                )
                #expect(run.status == 0, "\(run.errors)")
                #expect(try run.object["clients"] as? Int == 1 && run.object["excluded"] as? Int == 1)
                let late = try await people[1].run("approve", "helpdesk/INC-1", "--list", now, "--reason", "x")
                #expect(late.status == 1 && late.errors.contains("was approved before"))
                let gone = try await people[1].run(
                    "incidents",
                    "exclude",
                    "helpdesk/INC-1",
                    "--client",
                    "acme",
                    "--reason",
                    "x"
                )
                #expect(gone.status == 1)
            }
            let row = try await installation.query(
                "SELECT approved_by::text, reason, number FROM habeas.breach_list WHERE approved_at IS NOT NULL"
            ).only
            let (by, reason, number) = try row.decode(String.self, String.self, Int.self)
            #expect(by.hasPrefix("op_") && reason == "compared" && number == 2)
            let approved = try await installation.query(
                "SELECT client_id FROM habeas.breach_client WHERE approved_at IS NOT NULL"
            ).decode(as: String.self)
            #expect(approved == ["acme"])
            let facts = try await installation.query(
                "SELECT fact, body FROM habeas.evidence WHERE chain_id = \(incident) ORDER BY seq"
            ).decode(String.self, String.self)
            #expect(facts.map(\.0) == ["incident.clients_excluded", "incident.clients_approved"])
            #expect(facts.first?.1.contains("moved in May") == true && facts.last?.1.contains("sha256") == true)
            let woken = try await installation.query(
                "SELECT count(*) FROM habeas.outbox WHERE routing_key = 'habeas.breach'"
            )
            #expect(try woken.only.decode(0, as: Int.self) == 1)
            let register = try await installation.run("incidents", "register").object
            #expect((register["excluded"] as? [[String: Any]])?.first?["client"] as? String == "globex")
            #expect((register["lists"] as? [[String: Any]])?.last?["reason"] as? String == "compared")
            let report = try await installation.run("incidents", "report", "helpdesk/INC-1", "--json").object
            #expect((report["excluded"] as? [[String: Any]])?.first?["reason"] as? String == "moved in May")
            #expect((report["lists"] as? [[String: Any]])?.last?["approved_by"] as? String == by)
            let text = try await installation.run("incidents", "report", "helpdesk/INC-1").output
            #expect(text.contains("globex was taken off by") && text.contains("list 2 of 1 clients, 1 taken off"))
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test("G9: who has reported the incident does not approve whom it affects, neither by the command nor by hand")
    func reporter() async throws {
        try await Self.waiting { installation, incident in
            let digest = try await Self.digest(installation)
            try await installation.withOperators(2) { people in
                let login = try #require(
                    people[0].environment["HABEAS_DATABASE_URL"]?.firstMatch(of: /user='([^']*)'/)?.output.1
                )
                try await installation.withConnection { connection in
                    _ = try await connection.query("SET SESSION AUTHORIZATION \(identifier: String(login))")
                    _ = try await connection.query(
                        "INSERT INTO habeas.breach_report (broker_user, incident_ref) VALUES ('helpdesk', 'INC-1')"
                    )
                    let error = await #expect(throws: PostgresError.self) {
                        try await connection.query(
                            "UPDATE habeas.breach_list SET approved_at = now(), reason = 'x' WHERE incident_id = \(incident)"
                        )
                    }
                    #expect(error?.sqlState == .insufficientPrivilege)
                    for statement: SQL in [
                        "UPDATE habeas.breach_list SET approved_by = 'somebody'",
                        "UPDATE habeas.breach_client SET approved_at = now()", "DELETE FROM habeas.breach_exclusion",
                        "INSERT INTO habeas.breach_report (broker_user, incident_ref, reported_by) VALUES ('a', 'b', 'c')",
                        "DELETE FROM habeas.breach_report",
                    ] {
                        let error = await #expect(throws: PostgresError.self, "\(statement.text)") {
                            try await connection.query(statement)
                        }
                        #expect(error?.sqlState == .insufficientPrivilege, "\(statement.text)")
                    }
                }
                let own = try await people[0].run("approve", "helpdesk/INC-1", "--list", digest, "--reason", "mine")
                #expect(own.status == 1 && own.errors.contains("this login has reported the incident"))
                let other = try await people[1].run("approve", "helpdesk/INC-1", "--list", digest, "--reason", "read")
                #expect(other.status == 0, "\(other.errors)")
            }
        }
    }

    @Test("G9: what else an incident calls people for is not what its clients wait for, and keeps its own time")
    func besides() async throws {
        try await Self.waiting { installation, incident in
            let now = Date()
            let later = now.addingTimeInterval(86_400)
            let rule = try #require(ClockKey.review.standard)
            var reviews = ReviewWrites()
            reviews.open(
                .nobodyTold,
                incident: incident,
                Deadline(rule: rule, anchor: now, due: later, isProvisional: false),
                at: now
            )
            _ = try await installation.withConnection { [reviews] in try await $0.pipeline(reviews.statements) }
            func clock() async throws -> String {
                try await installation.query(
                    """
                    SELECT state || CASE WHEN due_at > \(now.addingTimeInterval(80_000)) THEN ' later' ELSE ' soon' END
                      FROM habeas.deadline WHERE subject_id = \(incident) AND clock = 'review'
                    """
                ).only.decode(0, as: String.self)
            }
            #expect(try await clock() == "open soon")
            let digest = try await Self.digest(installation)
            try await installation.withOperators(1) { people in
                let run = try await people[0].run("approve", "helpdesk/INC-1", "--list", digest, "--reason", "read")
                #expect(run.status == 0, "\(run.errors)")
                #expect(try await clock() == "open later", "of what is left")
                let clocks = try await installation.run("deadlines", "list", "--json").objects
                let notify = clocks.first { $0["clock"] as? String == "notify_clients" }
                #expect(notify != nil && notify?["waits_for"] as? String == nil)
                let task = try await installation.query("SELECT id FROM habeas.review WHERE settled_at IS NULL")
                    .only.decode(0, as: UUID.self)
                let done = try await people[0].run(
                    "tasks",
                    "complete",
                    task.uuidString,
                    "--outcome",
                    "confirmed",
                    "--reason",
                    "a test of our own"
                )
                #expect(done.status == 0, "\(done.errors)")
            }
            #expect(try await clock() == "met later")
        }
    }

    @Test("G9: a list of ten thousand clients is printed, changed and approved")
    func many() async throws {
        let ids = (0..<10_000).map { String(format: "c%05d", $0) }
        try await Self.waiting(ids) { installation, incident in
            let lines = try await installation.run("incidents", "clients", "helpdesk/INC-1", "--json").objects
            #expect(lines.count == 10_001)
            let taken = try await installation.run(
                "incidents",
                "exclude",
                "helpdesk/INC-1",
                "--client",
                "c00007",
                "--client",
                "c09999",
                "--reason",
                "no such bucket"
            )
            #expect(taken.status == 0, "\(taken.errors)")
            let digest = try await Self.digest(installation)
            let run = try await installation.run("approve", "helpdesk/INC-1", "--list", digest, "--reason", "read")
            #expect(run.status == 0, "\(run.errors)")
            let approved = try await installation.query(
                "SELECT count(*) FROM habeas.breach_client WHERE approved_at IS NOT NULL AND incident_id = \(incident)"
            )
            #expect(try approved.only.decode(0, as: Int.self) == 9_998)
        }
    }

    @Test("an incident without a list, and one that is none, are refused with what to do")
    func none() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await installation.query(
                """
                INSERT INTO habeas.incident (id, publisher_id, incident_ref, state, risk, discovered_at, aware_at, received_at)
                VALUES (\(UUID.version7(at: Date())), 'helpdesk', 'INC-2', 'open', 'high', now(), now(), now())
                """
            )
            let clients = try await installation.run("incidents", "clients", "helpdesk/INC-2")
            #expect(clients.status == 1 && clients.errors.contains("has no list of its clients"))
            let list = String(repeating: "a", count: 12)
            let early = try await installation.run("approve", "helpdesk/INC-2", "--list", list, "--reason", "x")
            #expect(early.status == 1 && early.errors.contains("has no list that waits"))
            let task = UUID().uuidString
            let other = try await installation.run("approve", task, "--list", list, "--reason", "x")
            #expect(other.status == 1 && other.errors.contains("belongs to an incident"))
        }
    }
}

@Suite("habeas incidents open", .database, .broker)
struct IncidentReportTests {
    @Test("G9: leaves who has reported it beside the broker's login; without the database it goes out all the same")
    func reported() async throws {
        try await Installation.with { plain in
            let installation = try plain.withBroker()
            #expect(try await installation.run("topology", "apply").status == 0)
            let report = """
                incident_ref: INC-9
                discovered_at: 2026-11-20T08:00:00Z
                aware_at: 2026-11-20T09:00:00Z
                nature: "A laptop was stolen."
                categories: [contact]
                risk: risk
                affected: [{client: acme, subjects_approx: 12}]
                """
            try await installation.withOperators(1) { people in
                let run = try await people[0].run("incidents", "open", "--file", "-", "--json", input: report)
                #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
                let rows = try await installation.query(
                    "SELECT incident_ref, reported_by::text FROM habeas.breach_report"
                ).decode(String.self, String.self)
                #expect(rows.map(\.0) == ["INC-9"] && rows.first?.1.hasPrefix("op_") == true)
            }
            // Who names more of them has reported it, too; who says something else has not.
            try await installation.withOperators(2) { people in
                for (person, more) in zip(people, ["affected: [{client: globex}]", "measures: keys were changed"]) {
                    let run = try await person.run(
                        "incidents",
                        "update",
                        "--file",
                        "-",
                        input: "incident_ref: INC-9\nphase: 2\n\(more)\n"
                    )
                    #expect(run.status == 0, "\(run.errors)")
                }
                let logins = try await installation.query(
                    "SELECT count(DISTINCT reported_by) FROM habeas.breach_report"
                )
                #expect(try logins.only.decode(0, as: Int.self) == 2)
            }
            var alone = installation
            alone.environment["HABEAS_DATABASE_URL"] = "host='127.0.0.1' port='1' dbname='none' user='nobody'"
            let run = try await alone.run("incidents", "open", "--file", "-", "--json", input: report)
            #expect(run.status == 0 && run.errors.contains("does not know who has reported it"), "\(run.errors)")
        }
    }
}
