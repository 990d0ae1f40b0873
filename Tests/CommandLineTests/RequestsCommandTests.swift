import Foundation
import Postgres
import TestKit
import Testing

@Suite("habeas requests, habeas evidence, habeas status", .database)
struct RequestsCommandTests {
    @Test("list pages by id and filters; show and timeline find a case by id and by its publisher's reference")
    func listAndShow() async throws {
        try await Installation.with { installation in
            try await installation.register()
            var ids: [String] = []
            for (index, client) in ["acme", "globex", "acme"].enumerated() {
                let at = Date().addingTimeInterval(Double(index) - 10)
                ids.append(
                    try await installation.openCase(ref: "REQ-\(index)", client: client, at: at).uuidString.lowercased()
                )
            }
            func list(_ arguments: String...) async throws -> [String] {
                let run = try await CommandLine.run(
                    ["requests", "list", "--json"] + arguments,
                    environment: installation.environment
                )
                #expect(run.status == 0, "\(run.errors)")
                return try run.objects.compactMap { $0["id"] as? String }
            }
            #expect(try await list() == ids.reversed())
            #expect(try await list("--oldest-first", "--limit", "2") == Array(ids[..<2]))
            #expect(try await list("--oldest-first", "--after", ids[1]) == [ids[2]])
            #expect(try await list("--client", "acme") == [ids[2], ids[0]])
            #expect(try await list("--state", "withdrawn") == [])
            #expect(try await list("--lane", "referral").count == 3)

            let shown = try await installation.run("requests", "show", "helpdesk/REQ-1", "--json").object
            #expect(shown["id"] as? String == ids[1])
            #expect((shown["deadlines"] as? [[String: Any]])?.allSatisfy { $0["source"] is String } == true)
            #expect((shown["evidence"] as? [String: Any])?["verifies"] as? Bool == true)
            #expect(shown["payload"] == nil)
            let text = try await installation.run("requests", "show", ids[1])
            #expect(text.output.contains("verifies"))
            #expect(!text.output.contains("canary"))

            let timeline = try await installation.run("requests", "timeline", ids[0], "--json").objects
            #expect(timeline.contains { $0["fact"] as? String == "case.opened" })
            #expect(timeline.contains { $0["article"] is String && $0["clock"] is String })
            #expect(try await installation.run("requests", "show", "helpdesk/none").status == 1)
        }
    }

    @Test("G3: show of a group prints where its cases stand, and list finds them")
    func groups() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let first = try await installation.openCase(ref: "BULK-1").uuidString.lowercased()
            let second = try await installation.openCase(ref: "BULK-2").uuidString.lowercased()
            try await installation.openCase(ref: "REQ-1")
            let group = UUID().uuidString.lowercased()
            try await installation.withConnection { connection in
                try await connection.execute(
                    """
                    INSERT INTO habeas.case_group (id, client_id, publisher_id, request_ref, received_at, cases, refused)
                    VALUES ('\(group)', 'acme', 'helpdesk', 'BULK', now(), 2, 1);
                    UPDATE habeas.case_file SET group_id = '\(group)', subject_index = right(request_ref, 1)::integer - 1
                     WHERE request_ref LIKE 'BULK%';
                    """
                )
            }
            let shown = try await installation.run("requests", "show", group, "--json").object
            let children = try #require(shown["children"] as? [[String: Any]])
            #expect(children.map { $0["id"] as? String } == [first, second])
            #expect(shown["cases"] as? Int == 2 && shown["completed_at"] is NSNull)
            #expect((shown["endings"] as? [[String: Any]])?.first?["state"] as? String == "refused")
            let text = try await installation.run("requests", "show", group)
            #expect(text.output.contains("1 refused") && text.output.contains(second))
            let listed = try await installation.run("requests", "list", "--group", group, "--json").objects
            #expect(listed.count == 2 && listed.allSatisfy { $0["group"] as? String == group })
            let revealed = try await installation.run("requests", "show", group, "--reveal", "--why", "x")
            #expect(revealed.status == 1 && revealed.errors.contains("one of the group's cases"))
            // Each of its cases is shown as any other.
            #expect(try await installation.run("requests", "show", first, "--json").object["group"] as? String == group)
        }
    }

    @Test("--reveal shows the person's data, and who read it and why is in the evidence before")
    func reveal() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "REQ-9")
            let run = try await installation.run(
                "requests",
                "show",
                id.uuidString,
                "--reveal",
                "--why",
                "ticket 4711",
                "--json"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("anna.canary@example.org"))
            #expect(try run.object["payload"] is [String: Any])
            let row = try await installation.query(
                "SELECT actor, body FROM habeas.evidence WHERE fact = 'read_by_person'"
            ).only
            let (actor, body) = try row.decode(String.self, String.self)
            #expect(actor == "operator:admin")
            #expect(body.contains("ticket 4711"))
            #expect(try await installation.run("evidence", "verify", "--case", id.uuidString).status == 0)
        }
    }

    @Test("A1, G11: show says which gate a case waits before, and what opens it")
    func gates() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "REQ-1")
            _ = try await installation.query(
                """
                INSERT INTO habeas.case_gate (case_id, client_id, queue, gates, since)
                VALUES (\(id), 'acme', 'habeas.export', '{client_suspended,addendum_missing}', now())
                """
            )
            let json = try await installation.run("requests", "show", id.uuidString, "--json").object
            #expect(json["gates"] as? [String] == ["client_suspended", "addendum_missing"])
            let text = try await installation.run("requests", "show", id.uuidString).output
            #expect(text.contains("end the suspension") && text.contains("dpa_signed_on"))
            // Of a case that has ended it means nothing any more.
            _ = try await installation.query("UPDATE habeas.case_file SET state = 'withdrawn'")
            let ended = try await installation.run("requests", "show", id.uuidString, "--json").object
            #expect(ended["gates"] as? [String] == [])
        }
    }

    @Test("A3: --reveal withholds free text that may tell of health until the client's agreement is there, and says so")
    func withheld() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(
                ref: "REQ-9",
                more: #","health_data":true,"message":"my diabetes""#
            )
            func reveal(_ arguments: String...) async throws -> CommandLineRun {
                try await CommandLine.run(
                    ["requests", "show", id.uuidString, "--reveal", "--why", "test"] + arguments,
                    environment: installation.environment
                )
            }
            let text = try await reveal()
            #expect(text.status == 0, "\(text.errors)")
            #expect(text.output.contains("withheld: message") && text.output.contains("A3"))
            #expect(text.output.contains("anna.canary@example.org") && !text.output.contains("diabetes"))
            let json = try await reveal("--json")
            #expect(try json.object["withheld"] as? [String] == ["message"])
            #expect(try json.object["health_data"] as? Bool == true)
            #expect(!json.output.contains("diabetes"))
            #expect(
                try await installation.query(
                    "SELECT 1 FROM habeas.evidence WHERE body LIKE '%\"free_text\":\"withheld\"%'"
                )
                .count == 2
            )
            let signed = "- id: acme\n  baa_signed: true\n"
            #expect(try await installation.run("clients", "apply", "-", "--without-broker", input: signed).status == 0)
            let open = try await reveal("--json")
            #expect(open.output.contains("diabetes"))
            #expect(try open.object["withheld"] as? [String] == [])
        }
    }

    @Test("a key file of another installation opens nothing and leaves no evidence")
    func wrongKeys() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.openCase(ref: "REQ-9")
            var other = installation
            other.environment["HABEAS_KEYS_FILE"] = "\(installation.folder.path)/other"
            #expect(try await other.run("keys", "create", "--file", "\(installation.folder.path)/other").status == 0)
            let run = try await other.run("requests", "show", id.uuidString, "--reveal", "--why", "test")
            #expect(run.status == 78)
            #expect(run.output.isEmpty)
            #expect(try await installation.query("SELECT 1 FROM habeas.evidence WHERE fact = 'read_by_person'").isEmpty)
        }
    }

    @Test("verify names what was altered, what was cut off, and rows without a subject")
    func tampering() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let altered = try await installation.openCase(ref: "REQ-1")
            let cut = try await installation.openCase(ref: "REQ-2")
            try await installation.openCase(ref: "REQ-3")
            let whole = try await installation.run("evidence", "verify", "--json")
            #expect(whole.status == 0)
            #expect(try whole.object["faults"] as? Int == 0)
            try await installation.withConnection { connection in
                try await connection.execute(
                    """
                    ALTER TABLE habeas.evidence DISABLE TRIGGER USER;
                    UPDATE habeas.evidence SET body = '{}' WHERE chain_id = '\(altered.uuidString)';
                    DELETE FROM habeas.evidence WHERE chain_id = '\(cut.uuidString)';
                    INSERT INTO habeas.evidence (chain_id, seq, chain_kind, at, fact, actor, body, prev, hash)
                    VALUES (gen_random_uuid(), 1, 'case', now(), 'forged', 'x', '{}', sha256(''), sha256(''));
                    ALTER TABLE habeas.evidence ENABLE TRIGGER USER;
                    """
                )
            }
            let run = try await installation.run("evidence", "verify", "--json")
            #expect(run.status == 1)
            #expect(try run.object["faults"] as? Int == 3)
            let found = try #require(try run.object["found"] as? [[String: Any]])
            let byChain = Dictionary(grouping: found) { $0["chain"] as? String }
            #expect(byChain[altered.uuidString.lowercased()]?.count == 1)
            #expect(byChain[cut.uuidString.lowercased()]?.count == 1)
            #expect(found.contains { $0["kind"] as? String == "unknown" })
            #expect(try await installation.run("evidence", "verify", "--case", altered.uuidString).status == 1)
        }
    }

    @Test("verify walks on past many pages of subjects")
    func manySubjects() async throws {
        try await Installation.with { installation in
            try await installation.register()
            _ = try await installation.query(
                """
                INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue,
                  publisher_id, anchor_at, received_at)
                SELECT gen_random_uuid(), 'acme', 'request', 'referral', 'processor', 'gdpr', 'kustomer', 'received', now(),
                  'habeas.referral', 'helpdesk', now(), now() FROM generate_series(1, 25000)
                """
            )
            try await installation.openCase(ref: "REQ-1")
            let run = try await installation.run("evidence", "verify", "--json")
            #expect(run.status == 0, "\(run.errors)")
            #expect((try run.object["by_kind"] as? [String: Int])?["case"] == 25_001)
        }
    }

    @Test("status counts cases, parked messages and clocks")
    func status() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.openCase(ref: "REQ-1")
            try await installation.park("{", fault: "not_json", field: "body")
            let status = try await installation.run("status", "--json").object
            #expect((status["cases"] as? [String: Int])?["received"] == 1)
            #expect((status["parked"] as? [[String: Any]])?.first?["fault"] as? String == "not_json")
            #expect((status["schema"] as? [String: Any])?["fault"] is NSNull)
            #expect(((status["deadlines"] as? [String: Any])?["next"] as? [Any])?.isEmpty == false)
            #expect(try await installation.run("status").status == 0)
        }
    }
}
