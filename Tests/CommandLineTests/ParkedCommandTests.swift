import Foundation
import Postgres
import TestKit
import Testing

@Suite("habeas parked", .database)
struct ParkedCommandTests {
    @Test("list groups by fault and field")
    func group() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.park("{", fault: "not_json", field: "body")
            try await installation.park("[", fault: "not_json", field: "body")
            let id = try await installation.park("{}", fault: "missing", field: "specversion")
            let groups = try await installation.run("parked", "list", "--group", "--json").objects
            #expect(groups.map { $0["count"] as? Int } == [2, 1])
            let some = try await installation.run("parked", "list", "--fault", "missing", "--json").object
            #expect(some["id"] as? String == id.uuidString.lowercased())
            #expect(some["triage_due_at"] is String)
        }
    }

    @Test("A2: list and show tell what waits its turn from what was refused, and when it comes")
    func turn() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let refused = try await installation.park("{", fault: "not_json", field: "body")
            let waiting = try await installation.park("{}", fault: "over_rate", field: "user-id")
            _ = try await installation.query(
                "UPDATE habeas.parked_message SET origin = 'rate', replay_at = '2031-02-03 04:05Z' WHERE id = \(waiting)"
            )
            let listed = try await installation.run("parked", "list", "--json").objects
            #expect(listed.map { $0["origin"] as? String } == ["rate", "refused"])
            #expect((listed[0]["replay_at"] as? String)?.hasPrefix("2031-02-03T04:05") == true)
            #expect(listed[1]["replay_at"] is NSNull)
            let table = try await installation.run("parked", "list").output
            #expect(table.contains("Its turn is at 2031-02-03T04:05"))
            #expect(
                try await installation.run("parked", "show", waiting.uuidString).output.contains("2031-02-03T04:05")
            )
            let shown = try await installation.run("parked", "show", refused.uuidString, "--json").object
            #expect(shown["replay_at"] is NSNull)
        }
    }

    @Test("show --reveal prints the message and leaves evidence")
    func reveal() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.park("{\"email\":\"anna@", fault: "not_json", field: "body")
            let hidden = try await installation.run("parked", "show", id.uuidString, "--json")
            #expect(!hidden.output.contains("anna@"))
            let run = try await installation.run(
                "parked",
                "show",
                id.uuidString,
                "--reveal",
                "--why",
                "find the fault",
                "--json"
            )
            #expect(try run.object["body"] as? String == "{\"email\":\"anna@")
            #expect((try run.object["properties"] as? [String: Any])?["message_id"] as? String == "m1")
            #expect(try await installation.run("evidence", "verify").status == 0)
            #expect(
                try await installation.query("SELECT 1 FROM habeas.evidence WHERE fact = 'read_by_person'").count == 1
            )
        }
    }

    @Test("discard needs a reason, keeps it, and ends the triage clock")
    func discard() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.park("{", fault: "not_json", field: "body")
            #expect(try await installation.run("parked", "discard", id.uuidString).status == 64)
            #expect(try await installation.run("parked", "discard", id.uuidString, "--why", " ").status == 64)
            #expect(try await installation.run("parked", "discard", id.uuidString, "--why", "sent again").status == 0)
            let shown = try await installation.run("parked", "show", id.uuidString, "--json").object
            #expect(shown["state"] as? String == "discarded")
            #expect(shown["resolution"] as? String == "sent again")
            #expect(shown["resolved_by"] as? String == "admin")
            #expect(shown["triage_state"] as? String == "met")
            // Nothing is owed for it any more, and who said so and why is evidence.
            #expect(try await installation.run("tasks", "list", "--json").lines.isEmpty)
            #expect(try await installation.run("deadlines", "--json").lines.isEmpty)
            let fact = try await installation.query(
                "SELECT actor, body FROM habeas.evidence WHERE fact = 'parked.discarded'"
            ).only
            let (actor, body) = try fact.decode(String.self, String.self)
            #expect(actor == "operator:admin" && body.contains("sent again"))
            #expect(try await installation.run("parked", "discard", id.uuidString, "--why", "again").status == 1)
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test("replay hands ids to intake by the outbox, in the transaction that records who asked")
    func replay() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let one = try await installation.park("{", fault: "not_json", field: "body")
            for _ in 0..<3 { try await installation.park("{}", fault: "unknown_client", field: "data.client") }
            #expect(try await installation.run("parked", "replay", one.uuidString).status == 0)
            let run = try await installation.run(
                "parked",
                "replay",
                "--fault",
                "unknown_client",
                "--field",
                "data.client",
                "--json"
            )
            #expect(try run.object["requested"] as? Int == 3)
            let rows = try await installation.query(
                """
                SELECT exchange, routing_key, kind, subject_id, convert_from(body, 'UTF8'), next_attempt_at <= now()
                  FROM habeas.outbox_state ORDER BY created_at
                """
            ).decode(String.self, String.self, String.self, UUID?.self, String.self, Bool.self)
            #expect(rows.count == 2)
            #expect(rows.allSatisfy { $0.0 == "habeas.work" && $0.1 == "habeas.intake" && $0.2 == "wake_up" && $0.5 })
            #expect(rows[0].3 == one)
            #expect(rows[0].4 == #"{"v":1,"replay":["\#(one.uuidString.lowercased())"]}"#)
            let facts = try await installation.query(
                "SELECT count(*)::int8 FROM habeas.evidence WHERE fact = 'parked.replay_requested'"
            ).only
            #expect(try facts.decode(0, as: Int.self) == 4)
            #expect(try await installation.run("evidence", "verify").status == 0)
        }
    }

    @Test("what has lost its content cannot be replayed")
    func lost() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let id = try await installation.park("{", fault: "not_json", field: "body")
            _ = try await installation.query("UPDATE habeas.parked_message SET payload = NULL, wrapped_key = NULL")
            #expect(try await installation.run("parked", "replay", id.uuidString).status == 1)
            #expect(try await installation.query("SELECT 1 FROM habeas.outbox").isEmpty)
        }
    }
}
