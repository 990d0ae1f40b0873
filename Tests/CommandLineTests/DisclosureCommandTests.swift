import Foundation
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas disclosures", .database)
struct DisclosureCommandTests {
    private static let canary = "ada.canary@example.org"
    private static let systems = [
        (
            "helpdesk",
            "id: helpdesk\nkind: own\ncategories: [contacts, tickets]\npurposes: [support]\nconnector:\n  kind: manual"
        ),
        ("crm", "id: crm\nkind: own\ncategories: [contacts]\npurposes: [support]\nconnector:\n  kind: manual"),
    ]

    private static func demand(_ changes: [String: String?] = [:]) -> String {
        let now = Date()
        var lines: [(String, String)] = [
            ("client", "acme"), ("authority", "Amtsgericht Tiergarten"), ("country", "de"), ("kind", "court"),
            ("law", "StPO"), ("article", "\"§ 95\""), ("reference", "349 Gs 12/26"), ("reviewer", "legal"),
            ("received_at", EventTime.text(now.addingTimeInterval(-3_600))),
            ("due_at", EventTime.text(now.addingTimeInterval(14 * 86_400))),
            ("delivery", "\"registry, by hand\""), ("systems", "[helpdesk]"), ("categories", "[tickets]"),
            (
                "people",
                "[{identities: [{type: email, value: \(canary)}, {type: controller_customer_id, value: C-17}]}]"
            ),
        ]
        for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
            lines.removeAll { $0.0 == key }
            if let value { lines.append((key, value)) }
        }
        return lines.map { "\($0.0): \($0.1)\n" }.joined()
    }

    private func with(_ body: (Installation) async throws -> Void) async throws {
        try await Installation.with { installation in
            try await installation.register()
            for (id, text) in Self.systems {
                _ = try await installation.query("INSERT INTO habeas.system (id, body) VALUES (\(id), \(text))")
            }
            try await body(installation)
        }
    }

    private static func open(_ installation: Installation, _ changes: [String: String?] = [:]) async throws -> (
        disclosure: String, requests: [String]
    ) {
        let run = try await installation.run("disclosures", "open", "--file", "-", "--json", input: demand(changes))
        #expect(run.status == 0, "\(run.errors)")
        let object = try run.object
        return (try #require(object["disclosure"] as? String), try #require(object["requests"] as? [String]))
    }

    private static func facts(_ installation: Installation, _ request: String) async throws -> [String] {
        let id = try #require(UUID(uuidString: request))
        return try await installation.query("SELECT fact FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq")
            .decode(as: String.self)
    }

    @Test("K23: a demand is entered from a file, waits for two people, and stands in the register without its person")
    func open() async throws {
        try await with { installation in
            let (disclosure, requests) = try await Self.open(installation)
            #expect(requests.count == 1)
            let listed = try await installation.run("disclosures", "list", "--json")
            let line = try listed.object
            #expect(line["disclosure"] as? String == disclosure && line["state"] as? String == "needs_approval")
            #expect(line["authority"] as? String == "Amtsgericht Tiergarten" && line["country"] as? String == "DE")
            #expect(line["law"] as? String == "StPO" && line["article"] as? String == "§ 95")
            #expect(line["systems"] as? [String] == ["helpdesk"] && line["categories"] as? [String] == ["tickets"])
            #expect(line["client_term"] as? String == "3 business_day" && line["overdue"] as? Bool == false)
            let shown = try await installation.run("disclosures", "show", disclosure)
            let table = try await installation.run("disclosures", "list")
            let due = try await installation.run("deadlines", "--clock", "disclosure", "--json").object
            #expect(due["article"] as? String == "StPO, § 95 (K23, C8)" && due["subject"] as? String == requests[0])
            let tasks = try await installation.run("tasks", "list", "--kind", "disclosure", "--json").object
            #expect(tasks["needs"] as? Int == 2 && tasks["request"] as? String == requests[0])
            #expect(try await Self.facts(installation, requests[0]) == ["disclosure.opened"])
            for run in [listed, shown, table] {
                #expect(run.status == 0, "\(run.errors)")
                #expect(!run.output.contains("canary") && !run.output.contains("C-17"))
            }
            // Whoever reveals the request sees the person, and leaves why.
            let revealed = try await installation.run(
                "requests",
                "show",
                requests[0],
                "--reveal",
                "--why",
                "checking the order"
            )
            #expect(revealed.status == 0 && revealed.output.contains(Self.canary), "\(revealed.errors)")
            // Nobody is woken, told or asked for anything by it.
            let counts = try await installation.query(
                "SELECT (SELECT count(*) FROM habeas.outbox), (SELECT count(*) FROM habeas.effect)"
            ).only
            let (messages, effects) = try counts.decode(Int.self, Int.self)
            #expect(messages == 0 && effects == 0)
        }
    }

    @Test("K23: options do as well, people in a file of theirs: a request for each, an empty line between two of them")
    func options() async throws {
        try await with { installation in
            let now = Date()
            let run = try await installation.run(
                "disclosures",
                "open",
                "--identity-file",
                "-",
                "--client",
                "acme",
                "--authority",
                "Police",
                "--country",
                "DE",
                "--kind",
                "police",
                "--law",
                "StPO",
                "--article",
                "§ 161",
                "--reference",
                "7",
                "--reviewer",
                "legal",
                "--received-at",
                EventTime.text(now.addingTimeInterval(-60)),
                "--due-at",
                EventTime.text(now.addingTimeInterval(86_400)),
                "--delivery",
                "by hand",
                "--system",
                "helpdesk",
                "--system",
                "crm",
                "--category",
                "contacts",
                "--client-term",
                "6 hours",
                "--json",
                input: "# first\nemail \(Self.canary)\nphone +49 30 1234567\n\nemail bob.canary@example.org\n"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect((try run.object["requests"] as? [String])?.count == 2)
            let kinds = try await installation.query(
                """
                SELECT string_agg(i.kind, ' ' ORDER BY i.kind) FROM habeas.case_identity i JOIN habeas.case_file c ON c.id = i.case_id
                 GROUP BY c.id ORDER BY c.subject_index
                """
            ).decode(as: String.self)
            #expect(kinds == ["email phone", "email"])
            // Both are one page of the register after the other.
            let first = try await installation.run("disclosures", "list", "--limit", "1", "--json").object
            let request = try #require(first["request"] as? String)
            let rest = try await installation.run("disclosures", "list", "--after", request, "--json").objects
            #expect(rest.count == 1 && rest[0]["request"] as? String != request)
            #expect(rest[0]["disclosure"] as? String == first["disclosure"] as? String)
        }
    }

    @Test(
        "K23: what names everything, nothing or nobody is refused with field, fault and remedy, and nothing is entered",
        arguments: [
            ("systems", "[\"*\"]", "systems: has a `*`"), ("systems", "[]", "systems: is empty"),
            ("categories", "[tickets, \"*\"]", "categories: has a `*`"),
            ("systems", "[helpdesk, lost]", "systems[2]: is no system"),
            ("categories", "[payroll]", "systems[1]: holds none of the named categories"),
            ("people", nil, "people: are missing"),
            ("people", "[{identities: []}]", "people[1].identities: does not hold"),
            ("people", "[{identities: [{type: email, value: nobody}]}]", "people[1].identities[1].value: is no email"),
            ("authority", nil, "authority: is missing"), ("kind", "king", "kind: is no kind of authority"),
            ("country", "Prussia", "country: is no country"), ("due_at", "tomorrow", "due_at: is not a time"),
            ("due_at", "2020-01-01T00:00:00Z", "due_at: is not after the demand came"),
            ("client", "nobody", "client: is not registered"), ("client_term", "soon", "client_term: is no period"),
            ("client_term", "90 calendar_days", "client_term: is longer than 30 days"),
            ("prohibition", "{reason: x, until: 2020-01-01T00:00:00Z}", "prohibition.until: has passed"),
            ("subject", "ada", "subject: is not a key"),
        ] as [(String, String?, String)]
    )
    func refused(_ key: String, _ value: String?, _ fault: String) async throws {
        try await with { installation in
            let run = try await installation.run(
                "disclosures",
                "open",
                "--file",
                "-",
                input: Self.demand([key: value])
            )
            #expect(run.status == 1 && run.errors.contains(fault) && run.errors.contains("; "), "\(run.errors)")
            #expect(!run.errors.contains("canary") && run.output.isEmpty)
            #expect(try await installation.query("SELECT FROM habeas.disclosure").isEmpty)
            #expect(try await installation.query("SELECT FROM habeas.case_file").isEmpty)
        }
    }

    @Test("K23: two different logins approve it, never whoever opened it alone, and not the same one twice")
    func approvals() async throws {
        try await with { installation in
            try await installation.withOperators(3) { people in
                let (disclosure, requests) = try await Self.open(people[0])
                // The opener, whom the database names, counts as one of two, once.
                let first = try await people[0].run(
                    "disclosures",
                    "approve",
                    disclosure,
                    "--reason",
                    "order read",
                    "--json"
                )
                #expect(try first.object["settled"] as? Bool == false, "\(first.errors)")
                let again = try await people[0].run("disclosures", "approve", disclosure, "--reason", "once more")
                #expect(again.status == 1 && again.errors.contains("another person"))
                let opened = try await people[1].run("disclosures", "show", disclosure, "--json").object
                #expect(opened["state"] as? String == "needs_approval")
                #expect(opened["opened_by"] as? String == (opened["approved_by"] as? [String])?.first)
                // Nor can it be said by hand that it was approved.
                await #expect(throws: PostgresError.self) {
                    _ = try await installation.query(
                        "UPDATE habeas.review SET settled_at = now(), verdict = 'confirmed', reason = 'x'"
                    )
                }
                let second = try await people[1].run(
                    "disclosures",
                    "approve",
                    disclosure,
                    "--reason",
                    "scope is the least",
                    "--json"
                )
                #expect(try second.object["settled"] as? Bool == true, "\(second.errors)")
                let shown = try await people[2].run("disclosures", "show", disclosure, "--json").object
                #expect(shown["state"] as? String == "client_term")
                #expect(Set(shown["approved_by"] as? [String] ?? []).count == 2)
                #expect(
                    try await Self.facts(installation, requests[0]) == [
                        "disclosure.opened", "approval.given", "approval.given", "disclosure.approved",
                    ]
                )
                #expect(try await WaitingCase.woken(installation) == ["habeas.referral"])
                let late = try await people[2].run("disclosures", "approve", disclosure, "--reason", "me too")
                #expect(late.status == 1 && late.errors.contains("waits for no approval"))
            }
        }
    }

    @Test("K23: a demand about several people is approved, and withdrawn, for all of them at once, or for one")
    func several() async throws {
        try await with { installation in
            try await installation.withOperators(2) { people in
                let identities = ["ada", "bob", "eve"].map { "{identities: [{type: email, value: \($0)@example.org}]}" }
                let (id, requests) = try await Self.open(
                    people[0],
                    ["people": "[\(identities.joined(separator: ", "))]"]
                )
                #expect(requests.count == 3)
                let one = try await people[0].run("disclosures", "withdraw", requests[1], "--reason", "a namesake")
                #expect(one.status == 0, "\(one.errors)")
                for person in people {
                    let run = try await person.run("disclosures", "approve", id, "--reason", "order read", "--json")
                    #expect(try run.object["requests"] as? Int == 2, "\(run.errors)")
                }
                func states() async throws -> [String] {
                    let shown = try await people[0].run("disclosures", "show", id, "--json")
                    return try shown.objects.compactMap { $0["state"] as? String }.sorted()
                }
                #expect(try await states() == ["client_term", "client_term", "withdrawn"])
                // Of what has ended nothing is said any more.
                let all = try await people[0].run("disclosures", "withdraw", id, "--reason", "order lifted")
                #expect(all.status == 0, "\(all.errors)")
                #expect(try await states() == ["withdrawn", "withdrawn", "withdrawn"])
            }
        }
    }

    @Test("K23: an operator's login opens demands and no other case, and changes none that others approve")
    func narrow() async throws {
        try await with { installation in
            try await installation.withOperators(1) { people in
                _ = try await Self.open(people[0])
                let url = try #require(people[0].environment["HABEAS_DATABASE_URL"])
                let login = String(try #require(url.firstMatch(of: /user='([^']+)'/)).output.1)
                var own = installation.database
                own.keywords["user"] = login
                own.keywords["password"] = login
                let connection = try await PostgresConnection.connect(own)
                for statement in [
                    Self.opening("request", "received"), Self.opening("disclosure", "in_progress"),
                    "UPDATE habeas.disclosure SET systems = '{crm}'",
                    "UPDATE habeas.disclosure SET categories = '{contacts}'",
                    "UPDATE habeas.disclosure SET prohibition = NULL", "UPDATE habeas.disclosure SET opened_by = 'x'",
                    "UPDATE habeas.case_secret SET payload = ''", "DELETE FROM habeas.disclosure",
                ] as [SQL] {
                    let error = await #expect(throws: PostgresError.self, "\(statement.text)") {
                        _ = try await connection.query(statement)
                    }
                    #expect(error?.sqlState == .insufficientPrivilege, "\(statement.text)")
                }
                await connection.close()
                // Nor does the owner shorten the register.
                await #expect(throws: PostgresError.self) {
                    _ = try await installation.query("DELETE FROM habeas.disclosure")
                }
            }
        }
    }

    private static func opening(_ kind: String, _ state: String) -> SQL {
        """
        INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue, publisher_id,
          anchor_at, received_at)
        VALUES (gen_random_uuid(), 'acme', \(kind), 'disclosure', 'processor', 'gdpr', 'kustomer', \(state), now(), 'habeas.export', 'x',
          now(), now())
        """
    }

    @Test("K23: one is refused, or withdrawn, with a reason that stays; nothing is done about it any more")
    func ended() async throws {
        try await with { installation in
            let (refused, refusedRequests) = try await Self.open(installation)
            let task = try await WaitingCase.task(installation, "disclosure")
            let denied = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "denied",
                "--reason",
                "no order enclosed"
            )
            #expect(denied.status == 0, "\(denied.errors)")
            let (withdrawn, requests) = try await Self.open(installation)
            let run = try await installation.run("disclosures", "withdraw", withdrawn, "--reason", "order lifted")
            #expect(run.status == 0, "\(run.errors)")
            let again = try await installation.run("disclosures", "withdraw", withdrawn, "--reason", "once more")
            #expect(again.status == 1 && again.errors.contains("case_closed"))
            let states = try await installation.run("disclosures", "list", "--json").objects.map {
                $0["state"] as? String
            }
            #expect(states == ["refused", "withdrawn"])
            #expect(try await Self.facts(installation, refusedRequests[0]).last == "disclosure.refused")
            let reason = try await installation.query(
                "SELECT body::jsonb ->> 'reason' FROM habeas.evidence WHERE fact = 'disclosure.withdrawn'"
            ).only.decode(0, as: String.self)
            #expect(reason == "order lifted")
            for id in [refused, withdrawn] {
                let late = try await installation.run("disclosures", "approve", id, "--reason", "x")
                #expect(late.status == 1)
            }
            let open = try await installation.query(
                "SELECT count(*) FROM habeas.deadline WHERE clock = 'disclosure' AND state = 'open'"
            ).only.decode(0, as: Int.self)
            #expect(open == 0)
            let exported = try await installation.run("evidence", "verify", "--case", requests[0])
            #expect(exported.status == 0, "\(exported.errors)")
        }
    }

    @Test("K23: why a client may not be told is kept; it ends by a person's word, once")
    func prohibition() async throws {
        try await with { installation in
            let (open, _) = try await Self.open(installation)
            let never = try await installation.run("disclosures", "notify", open, "--reason", "x")
            #expect(never.status == 1 && never.errors.contains("nothing that the client may not be told of"))
            let (id, requests) = try await Self.open(installation, ["prohibition": "{reason: \"§ 95a StPO\"}"])
            let shown = try await installation.run("disclosures", "show", id, "--json").object
            #expect(shown["prohibition"] as? String == "§ 95a StPO" && shown["prohibition_ended_at"] is NSNull)
            let request = try #require(UUID(uuidString: requests[0]))
            let body = try await installation.query(
                "SELECT body FROM habeas.evidence WHERE chain_id = \(request) AND seq = 1"
            ).only.decode(0, as: String.self)
            #expect(body.contains("§ 95a StPO") && !body.contains("canary"))
            let run = try await installation.run("disclosures", "notify", id, "--reason", "prohibition lifted")
            #expect(run.status == 0, "\(run.errors)")
            let after = try await installation.run("disclosures", "show", id, "--json").object
            #expect(after["prohibition"] as? String == "§ 95a StPO" && after["prohibition_ended_at"] is String)
            #expect(try await Self.facts(installation, requests[0]).last == "disclosure.prohibition_ended")
            #expect(try await WaitingCase.woken(installation) == ["habeas.referral"])
            #expect(try await installation.run("disclosures", "notify", id, "--reason", "again").status == 1)
        }
    }

    @Test("K23: nothing is handed over that is not there, and none of it before it is approved")
    func early() async throws {
        try await with { installation in
            let (id, _) = try await Self.open(installation)
            let run = try await installation.run(
                "disclosures",
                "hand-over",
                id,
                "--to",
                "court",
                "--channel",
                "by hand"
            )
            #expect(run.status == 1 && run.errors.contains("has no bundle yet"), "\(run.errors)")
            let strange = try await installation.run("disclosures", "show", UUID().uuidString)
            #expect(strange.status == 1 && strange.errors.contains("disclosure: is unknown"))
        }
    }
}
