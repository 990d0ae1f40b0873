import Foundation
import Ledger
import Postgres
import TestKit
import Testing

@Suite("What each role may touch", .database)
struct GrantTests {
    /// Per role and table: `r` SELECT, `a` INSERT, `w` UPDATE of all columns, `u` UPDATE of some, `d` DELETE, `t` TRUNCATE.
    /// A table that is not named may not be touched at all.
    static let expected: [String: [String: String]] = [
        "habeas_intake": [
            "habeas_migration": "r", "agreement": "r", "installation": "ru", "client": "ru", "publisher": "r",
            "profile": "r",
            "holiday_calendar": "r", "case_pause": "raw", "inbox": "rad", "case_file": "raw", "incident": "raw",
            "hold": "raw", "deadline": "raw", "review": "rau",
            "case_secret": "rau", "event_secret": "ra", "case_identity": "rad", "early_event": "rad",
            "parked_message": "rau", "message_attempt": "rawd", "outbox": "ra", "outbox_pending": "rad",
            "outbox_settlement": "a", "evidence": "a", "case_group": "raw", "case_gate": "a", "publisher_rate": "raw",
            "effect": "ru", "system": "r", "system_version": "r", "fan_out": "ru", "task_answer": "rau",
            "case_order": "rd", "hold_identity": "ra", "suppression": "r", "breach_ack": "ra",
            "announcement_notice": "r", "announcement_objection": "ra",
        ],
        "habeas_clock": [
            "habeas_migration": "r", "agreement": "r", "installation": "ru", "review": "rau", "client": "ru",
            "publisher": "r",
            "profile": "r",
            "holiday_calendar": "r", "case_pause": "raw", "hold": "ru", "case_secret": "d", "case_identity": "d",
            "event_secret": "d", "outbox": "ra", "outbox_pending": "raud", "outbox_settlement": "a",
            "parked_message": "raw", "deadline": "raw", "early_event": "rwd",
            "message_attempt": "rawd",
            "inbox": "rd", "evidence": "a", "case_file": "ru", "incident": "ru", "case_group": "rw", "case_gate": "a",
            "publisher_rate": "r", "effect": "ru", "effect_attempt": "a", "target": "ru", "target_turn": "raw",
            "system": "r", "system_version": "r", "fan_out": "r", "case_order": "rd", "hold_identity": "rd",
            "export_wait": "r", "figure_sample": "rad",
        ],
        // Of other tables it reads columns.
        "habeas_console": [
            "habeas_migration": "r", "figure_sample": "r", "deadline": "r", "target": "r", "effect_attempt": "r",
            "evidence_unsealed": "r", "outbox_pending": "r", "outbox_settlement": "r", "breach_notice": "r",
        ],
        "habeas_referral": registryOnly.merging(effects) { $1 }.merging(cases) { $1 }.merging([
            "fan_out": "r", "case_order": "rd", "suppression": "r", "certificate": "r", "export": "r",
            "disclosure": "ru",
        ]) { $1 },
        "habeas_export": registryOnly.merging(effects) { $1 }.merging(cases) { $1 }.merging([
            "case_identity": "r", "hold_identity": "r", "fan_out": "raw", "suppression": "r", "task_answer": "ru",
            "case_order": "rd", "export": "raw", "export_piece": "raw", "export_wait": "rad", "disclosure": "r",
            "breach_people": "r",
        ]) { $1 },
        "habeas_erasure": registryOnly.merging(effects) { $1 }.merging(cases) { $1 }.merging([
            "case_identity": "r", "hold_identity": "r", "fan_out": "raw", "suppression": "raw", "task_answer": "ru",
            "case_order": "rad", "certificate": "ra",
        ]) { $1 },
        "habeas_breach": registryOnly.merging(effects) { $1 }.merging(cases.filter { $0.key != "case_secret" }) { $1 }
            .merging([
                "case_file": "rau", "event_secret": "ra", "incident": "ru", "breach_notice": "rau",
                "breach_content": "ra", "breach_people": "rau",
                "breach_ack": "ru", "breach_decision": "r", "breach_client": "rud", "breach_list": "r",
                "breach_exclusion": "r", "announcement": "ru", "announcement_notice": "rau",
                "announcement_objection": "r",
                "breach_reason": "r", "own_people": "rau", "breach_person": "rau",
            ]) { $1 },
        "habeas_gateway": registryOnly.merging([
            "client_token": "ru", "case_file": "ru", "case_secret": "r", "event_secret": "r", "deadline": "r",
            "export": "r", "certificate": "r", "breach_notice": "r", "breach_content": "r", "announcement": "r",
            "announcement_notice": "r", "announcement_objection": "r", "inbox": "r", "evidence": "a",
        ]) { $1 },
        "habeas_operator": [
            "habeas_migration": "r", "agreement": "r", "review": "rau", "review_approval": "r", "installation": "ru",
            "client": "raw",
            "publisher": "raw", "parked_message": "ru",
            "deadline": "raw", "case_file": "rau", "evidence": "ra", "outbox": "ra", "outbox_pending": "ra",
            "outbox_settlement": "r", "inbox": "r", "incident": "ru", "breach_notice": "r", "breach_content": "r",
            "breach_people": "r",
            "breach_ack": "ra", "breach_decision": "r", "breach_client": "r", "breach_list": "ru",
            "breach_exclusion": "r", "breach_report": "r",
            "hold": "raw", "profile": "ra", "holiday_calendar": "raw", "case_pause": "raw",
            "case_secret": "ra", "event_secret": "ra", "case_identity": "ra", "early_event": "r",
            "message_attempt": "r",
            "evidence_unsealed": "r", "case_group": "rw", "case_gate": "rad", "publisher_rate": "r",
            "effect": "ru", "effect_attempt": "r", "target": "raw", "system": "raw", "system_version": "r",
            "fan_out": "ru", "task_answer": "ra", "case_order": "rd", "suppression": "ru", "certificate": "ra",
            "hold_identity": "ra", "export": "ru", "export_piece": "r", "export_wait": "ru",
            "disclosure": "rau",
            "announcement": "r", "announcement_notice": "r", "announcement_objection": "r",
            "breach_reason": "r", "own_people": "r", "breach_person": "r", "client_token": "u", "figure_sample": "r",
        ],
        "habeas_auditor": [
            "habeas_migration": "r", "agreement": "r", "review": "r", "review_approval": "r", "installation": "r",
            "client": "r",
            "publisher": "r", "case_file": "r",
            "incident": "r",
            "hold": "r", "profile": "r", "holiday_calendar": "r", "case_pause": "r", "deadline": "r", "inbox": "r",
            "outbox": "r", "outbox_pending": "r", "outbox_settlement": "r", "evidence": "r", "evidence_unsealed": "r",
            "case_group": "r", "case_gate": "r", "publisher_rate": "r", "effect": "r", "effect_attempt": "r",
            "target": "r", "system": "r", "system_version": "r", "fan_out": "r", "task_answer": "r",
            "case_order": "r", "suppression": "r", "certificate": "r", "hold_identity": "r",
            "export": "r", "export_piece": "r", "export_wait": "r", "disclosure": "r",
            "breach_notice": "r", "breach_content": "r", "breach_people": "r", "breach_ack": "r",
            "breach_decision": "r",
            "breach_client": "r", "breach_list": "r", "breach_exclusion": "r", "breach_report": "r",
            "announcement": "r", "announcement_notice": "r", "announcement_objection": "r",
            "breach_reason": "r", "own_people": "r", "breach_person": "r", "figure_sample": "r",
        ],
    ]
    /// Of workers that carry cases on.
    static let cases = [
        "case_file": "ru", "case_group": "rw", "case_secret": "r", "event_secret": "r", "hold": "r", "deadline": "raw",
        "case_pause": "raw", "review": "rau", "case_gate": "ra", "message_attempt": "rawd", "outbox": "ra",
        "outbox_pending": "rad", "outbox_settlement": "a", "evidence": "a", "parked_message": "a",
    ]
    static let effects = ["effect": "raw", "effect_attempt": "a", "target": "raw", "target_turn": "raw"]
    static let registryOnly = [
        "habeas_migration": "r", "agreement": "r", "installation": "r", "client": "r", "publisher": "r", "profile": "r",
        "holiday_calendar": "r", "system": "r", "system_version": "r",
    ]

    @Test("is what this table says, for every role and every table")
    func matrix() async throws {
        try await withSchema { connection in
            let rows = try await connection.query(
                """
                SELECT r.rolname::text, c.relname::text,
                       CASE WHEN has_table_privilege(r.oid, c.oid, 'SELECT') THEN 'r' ELSE '' END
                    || CASE WHEN has_table_privilege(r.oid, c.oid, 'INSERT') THEN 'a' ELSE '' END
                    || CASE WHEN has_table_privilege(r.oid, c.oid, 'UPDATE') THEN 'w'
                            WHEN has_any_column_privilege(r.oid, c.oid, 'UPDATE') THEN 'u' ELSE '' END
                    || CASE WHEN has_table_privilege(r.oid, c.oid, 'DELETE') THEN 'd' ELSE '' END
                    || CASE WHEN has_table_privilege(r.oid, c.oid, 'TRUNCATE') THEN 't' ELSE '' END
                  FROM pg_roles r, pg_class c
                 WHERE r.rolname = ANY(\(Array(Self.expected.keys))::text[]) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                   AND (c.relnamespace = 'habeas'::regnamespace OR c.relname = 'habeas_migration')
                """
            ).decode(String.self, String.self, String.self)
            #expect(Set(rows.map(\.0)) == Set(Self.expected.keys))
            for (role, table, found) in rows {
                let wanted = Self.expected[role]?[table] ?? ""
                #expect(found == wanted, "\(role) on \(table)")
            }
            for (role, tables) in Self.expected {
                let known = Set(rows.lazy.filter { $0.0 == role }.map(\.1))
                #expect(Set(tables.keys).isSubset(of: known), "a table named for \(role) does not exist")
            }
        }
    }

    @Test("leaves partitions to their parents: no worker reaches around them")
    func partitions() async throws {
        try await withSchema { connection in
            let reached = try await connection.query(
                """
                SELECT count(*) FROM pg_roles r, pg_class c
                 WHERE r.rolname LIKE 'habeas\\_%' AND r.rolname = ANY(\(Array(Self.expected.keys))::text[])
                   AND c.relispartition AND c.relnamespace = 'habeas'::regnamespace
                   AND (has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE') OR has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE'))
                """
            )
            #expect(try reached.only.decode(0, as: Int.self) == 0)
        }
    }

    @Test("lets intake write evidence and never read, change or remove it, nor look at what the clock keeps")
    func intake() async throws {
        try await asRole("habeas_intake") { connection in
            var chain = EvidenceChain(new: .client, id: UUID())
            var writes = EvidenceWrites()
            writes.add(chain.append("x", at: Date(), actor: "test", clientID: nil, body: "{}"))
            _ = try await connection.pipeline(writes.statements)
            let refused: [SQL] = [
                "SELECT body FROM habeas.evidence", "UPDATE habeas.evidence SET body = ''",
                "DELETE FROM habeas.evidence",
                "TRUNCATE habeas.evidence", "SELECT * FROM habeas.evidence_unsealed", "DELETE FROM habeas.case_file",
                "DELETE FROM habeas.parked_message", "UPDATE habeas.parked_message SET payload = NULL",
                "UPDATE habeas.case_secret SET case_id = gen_random_uuid()", "DELETE FROM habeas.outbox",
                "UPDATE habeas.outbox SET body = ''", "UPDATE habeas.client SET suspended = false",
                "UPDATE habeas.installation SET play = true", "UPDATE habeas.publisher SET revoked_at = NULL",
                "SELECT habeas.maintain_outbox(1, '1 day')", "CREATE TABLE habeas.own (id int)",
                "ALTER TABLE habeas.evidence DISABLE TRIGGER ALL",
            ]
            for statement in refused {
                let error = await #expect(throws: PostgresError.self, "\(statement.text)") {
                    try await connection.query(statement)
                }
                #expect(error?.sqlState == .insufficientPrivilege, "\(statement.text)")
            }
        }
    }

    @Test("lets the clock make partitions through its function and never by itself, and open no secret of a case")
    func clock() async throws {
        try await asRole("habeas_clock") { connection in
            _ = try await connection.query("SELECT habeas.maintain_outbox(9, '14 days')")
            for statement: SQL in [
                "SELECT payload FROM habeas.case_secret", "SELECT payload FROM habeas.event_secret",
                "SELECT kind FROM habeas.case_identity", "UPDATE habeas.case_file SET lane = 'own'",
                "DELETE FROM habeas.outbox", "DELETE FROM habeas.parked_message", "CREATE TABLE habeas.own (id int)",
            ] {
                let error = await #expect(throws: PostgresError.self, "\(statement.text)") {
                    try await connection.query(statement)
                }
                #expect(error?.sqlState == .insufficientPrivilege, "\(statement.text)")
            }
        }
    }

    @Test("gives auditors no payload and no way to write")
    func auditor() async throws {
        try await asRole("habeas_auditor") { connection in
            for statement: SQL in [
                "SELECT payload FROM habeas.case_secret", "SELECT payload FROM habeas.parked_message",
                "SELECT payload FROM habeas.early_event",
                "INSERT INTO habeas.evidence_unsealed VALUES (gen_random_uuid(), 1)",
                "UPDATE habeas.deadline SET state = 'met'",
            ] {
                let error = await #expect(throws: PostgresError.self, "\(statement.text)") {
                    try await connection.query(statement)
                }
                #expect(error?.sqlState == .insufficientPrivilege, "\(statement.text)")
            }
        }
    }

    @Test(
        "lets the console read what its pages show, no sealed words, no look-ups, nothing people have written, and change nothing"
    )
    func console() async throws {
        try await asRole("habeas_console") { connection in
            _ = try await connection.query("SELECT id, state FROM habeas.case_file")
            for statement: SQL in [
                "SELECT payload FROM habeas.case_secret", "SELECT payload FROM habeas.event_secret",
                "SELECT payload FROM habeas.parked_message", "SELECT properties FROM habeas.parked_message",
                "SELECT lookup FROM habeas.case_identity", "SELECT payload FROM habeas.early_event",
                "SELECT ask FROM habeas.case_file", "SELECT parameters FROM habeas.effect",
                "SELECT findings FROM habeas.effect", "SELECT reason FROM habeas.review",
                "SELECT body FROM habeas.system",
                "SELECT body FROM habeas.outbox", "SELECT * FROM habeas.certificate",
                "SELECT * FROM habeas.suppression",
                "UPDATE habeas.target SET paused_at = NULL", "DELETE FROM habeas.figure_sample",
                "INSERT INTO habeas.figure_sample VALUES (now(), 'reviews', '', 1)", "CREATE TABLE habeas.own (id int)",
            ] {
                let error = await #expect(throws: PostgresError.self, "\(statement.text)") {
                    try await connection.query(statement)
                }
                #expect(error?.sqlState == .insufficientPrivilege, "\(statement.text)")
            }
        }
    }

    /// Connects with a login of its own that is in that role and in no other.
    private func asRole(_ role: String, _ body: (PostgresConnection) async throws -> Void) async throws {
        let login = "t_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        try await withSchema { owner in
            try await owner.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE \(role)")
            var configuration = try Database.current
            configuration.keywords["user"] = login
            configuration.keywords["password"] = login
            do {
                let connection = try await PostgresConnection.connect(configuration)
                do {
                    try await body(connection)
                } catch {
                    await connection.close()
                    throw error
                }
                await connection.close()
            } catch {
                try await owner.execute("DROP ROLE \(login)")
                throw error
            }
            try await owner.execute("DROP ROLE \(login)")
        }
    }
}
