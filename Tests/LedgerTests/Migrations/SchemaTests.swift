import Foundation
import Ledger
import Postgres
import TestKit
import Testing

@Suite("The schema", .database)
struct SchemaTests {
    @Test("is applied once, found current afterwards, and applied again without effect")
    func twice() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let migrator = try Migrator.ledger()
        let before = try await migrator.status(connection)
        #expect(before.pending.map(\.number) == Migration.all.map(\.number))
        #expect(!before.isCurrent)
        #expect(try await migrator.up(connection).count == Migration.all.count)
        let after = try await migrator.status(connection)
        #expect(after.isCurrent)
        #expect(after.applied.map(\.name) == Migration.all.map(\.name))
        #expect(try await migrator.up(connection).isEmpty)
        try await migrator.check(connection)
        await connection.close()
    }

    @Test("can be applied by several at once, and to several databases of one cluster at once")
    func atOnce() async throws {
        let configuration = try Database.current
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    let connection = try await PostgresConnection.connect(configuration)
                    let applied = try await Migrator.ledger().up(connection).count
                    await connection.close()
                    return applied
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    try await withDatabaseConnection { _ = try await Migrator.ledger().up($0) }
                    return 0
                }
            }
            var sum = 0
            for try await applied in group { sum += applied }
            #expect(sum == Migration.all.count)
        }
    }

    @Test(
        "A9: an agreement from before agreements had versions counts as the first; cases from then follow it as it stands"
    )
    func agreements() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let before = Array(Migration.all.prefix { $0.name != "law" })
        _ = try await Migrator(before, table: "habeas_migration").up(connection)
        try await connection.execute(
            """
            INSERT INTO habeas.client (id, agreement) VALUES ('acme', 'name: DPA'), ('globex', NULL);
            INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue, publisher_id,
              anchor_at, received_at)
            VALUES (gen_random_uuid(), 'acme', 'request', 'own', 'controller', 'gdpr', 'x', 'received', now(), 'q', 'p', now(), now());
            """
        )
        try await Migrator.ledger().up(connection)
        func versions() async throws -> [String] {
            try await connection.query(
                "SELECT concat_ws(' ', client_id, version, body) FROM habeas.agreement ORDER BY client_id, version"
            ).decode(column: 0, as: String.self)
        }
        #expect(try await versions() == ["acme 1 name: DPA"])
        let kept = try await connection.query("SELECT agreement_version FROM habeas.case_file").only
        #expect(try kept.decode(0, as: Int?.self) == nil)
        // Who writes no number, as an older program does, and who writes a wrong one.
        try await connection.execute(
            """
            UPDATE habeas.client SET agreement = NULL WHERE id = 'acme';
            UPDATE habeas.client SET agreement = 'name: Two', agreement_version = 7 WHERE id = 'globex';
            UPDATE habeas.client SET agreement_version = 9, names = '{x}';
            """
        )
        #expect(try await versions() == ["acme 1 name: DPA", "acme 2", "globex 1 name: Two"])
        await connection.close()
    }

    @Test(
        "keeps versions of agreements, and a case its own; only a person settles a regime, and only one that was open",
        arguments: [
            "UPDATE habeas.agreement SET body = 'name: Other'", "DELETE FROM habeas.agreement",
            "UPDATE habeas.case_file SET agreement_version = 2", "UPDATE habeas.case_file SET agreement_version = NULL",
            "UPDATE habeas.case_file SET regulation = 'ccpa'", "UPDATE habeas.case_file SET regulation = 'other'",
        ]
    )
    func law(_ statement: String) async throws {
        try await withSchema { connection in
            try await connection.execute(
                """
                INSERT INTO habeas.client (id, agreement) VALUES ('acme', 'name: DPA');
                INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue, publisher_id,
                  anchor_at, received_at, agreement_version)
                VALUES (gen_random_uuid(), 'acme', 'request', 'own', 'controller', 'gdpr', 'x', 'received', now(), 'q', 'p', now(), now(), 1);
                """
            )
            let error = await #expect(throws: PostgresError.self) { try await connection.query(SQL(raw: statement)) }
            #expect(error?.sqlState == .insufficientPrivilege)
        }
    }

    @Test(
        "refuses to change, remove or empty evidence, even to its owner",
        arguments: [
            "UPDATE habeas.evidence SET body = '{}'", "DELETE FROM habeas.evidence", "TRUNCATE habeas.evidence",
        ]
    )
    func insertOnly(_ statement: String) async throws {
        try await withSchema { connection in
            var chain = EvidenceChain(new: .caseFile, id: UUID())
            var writes = EvidenceWrites()
            writes.add(chain.append("case.opened", at: Date(), actor: "test", clientID: nil, body: "{}"))
            _ = try await connection.pipeline(writes.statements)
            let error = await #expect(throws: PostgresError.self) { try await connection.query(SQL(raw: statement)) }
            #expect(error?.sqlState == .insufficientPrivilege)
            let left = try await connection.query(
                "SELECT count(*) FROM habeas.evidence WHERE body = '{}' AND fact = 'case.opened'"
            )
            #expect(try left.only.decode(0, as: Int.self) == 1)
            let unsealed = try await connection.query("SELECT chain_id, seq FROM habeas.evidence_unsealed")
            let (id, sequence) = try unsealed.only.decode(UUID.self, Int.self)
            #expect(id == chain.id && sequence == 1)
        }
    }

    @Test("moves the registry's version with every change of clients and publishers, and not with their evidence")
    func registryVersion() async throws {
        try await withSchema { connection in
            func version() async throws -> Int {
                try await connection.query("SELECT registry_version FROM habeas.installation").only.decode(
                    0,
                    as: Int.self
                )
            }
            var last = try await version()
            let moving: [SQL] = [
                "INSERT INTO habeas.client (id) VALUES ('acme')",
                "UPDATE habeas.client SET names = '{Acme}'",
                "UPDATE habeas.client SET suspended = true",
                "UPDATE habeas.client SET renews_on = '2026-09-01'",
                "UPDATE habeas.client SET term_months = 6",
                """
                INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes)
                VALUES ('desk', 'desk', 'kustomer', '{acme}', '{*}', '{/}')
                """,
                "UPDATE habeas.publisher SET revoked_at = now()",
                "INSERT INTO habeas.profile (name, version, effective_from, body) VALUES ('kustomer', 1, '2026-01-01', 'x')",
                """
                INSERT INTO habeas.holiday_calendar (place, name, time_zone, first_year, last_year, days)
                VALUES ('DE', 'Germany', 'Europe/Berlin', 2024, 2032, '{2026-10-03}')
                """,
                "UPDATE habeas.holiday_calendar SET last_year = 2033",
            ]
            for statement in moving {
                _ = try await connection.query(statement)
                let now = try await version()
                #expect(now == last + 1, "\(statement.text)")
                last = now
            }
            for statement: SQL in [
                "DELETE FROM habeas.publisher", "DELETE FROM habeas.client", "UPDATE habeas.profile SET body = 'y'",
            ] {
                let error = await #expect(throws: PostgresError.self) { try await connection.query(statement) }
                #expect(error?.sqlState == .init(rawValue: "42501"))
            }
            for statement: SQL in [
                "UPDATE habeas.client SET evidence_seq = 5, evidence_head = decode(repeat('11', 32), 'hex')",
                "UPDATE habeas.installation SET topology_digest = 'x', evidence_seq = 1",
            ] {
                _ = try await connection.query(statement)
                #expect(try await version() == last, "\(statement.text)")
            }
        }
    }

    @Test("lets only a database made for play move its domain time")
    func play() async throws {
        try await withSchema { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("UPDATE habeas.installation SET play_offset = '90 days'")
            }
            #expect(error?.sqlState == .checkViolation)
            _ = try await connection.query("UPDATE habeas.installation SET play = true, play_offset = '90 days'")
            let moved = try await connection.query("SELECT habeas.domain_now() - now() = interval '90 days'")
            #expect(try moved.only.decode(0, as: Bool.self))
        }
    }

    @Test("keeps a case's rows with the case's client")
    func compositeKeys() async throws {
        try await withSchema { connection in
            try await connection.execute(
                """
                INSERT INTO habeas.client (id) VALUES ('acme'), ('globex');
                INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes)
                  VALUES ('desk', 'desk', 'kustomer', '{*}', '{*}', '{/}');
                INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue,
                    publisher_id, anchor_at, received_at)
                  VALUES ('01890000-0000-7000-8000-000000000001', 'acme', 'request', 'referral', 'processor', 'gdpr', 'kustomer',
                    'received', now(), 'habeas.referral', 'desk', now(), now());
                """
            )
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(
                    """
                    INSERT INTO habeas.case_secret (case_id, client_id, kek_id, wrapped_key, payload)
                    VALUES ('01890000-0000-7000-8000-000000000001', 'globex', 'k', '', '')
                    """
                )
            }
            #expect(error?.sqlState == .foreignKeyViolation)
            try await connection.execute(
                """
                INSERT INTO habeas.case_secret (case_id, client_id, kek_id, wrapped_key, payload)
                  VALUES ('01890000-0000-7000-8000-000000000001', 'acme', 'k', '', '');
                """
            )
            let refused: [(SQL, SQLState)] = [
                ("UPDATE habeas.case_secret SET client_id = 'globex'", .foreignKeyViolation),
                ("UPDATE habeas.case_file SET client_id = 'globex'", .insufficientPrivilege),
                ("DELETE FROM habeas.case_file", .insufficientPrivilege),
            ]
            for (statement, state) in refused {
                let error = await #expect(throws: PostgresError.self) { try await connection.query(statement) }
                #expect(error?.sqlState == state)
            }
        }
    }

    @Test("gives the rows of a case the client it gets later")
    func clientFollows() async throws {
        try await withSchema { connection in
            try await connection.execute(
                """
                INSERT INTO habeas.case_file (id, kind, lane, role, regulation, profile, state, state_since, queue,
                    publisher_id, anchor_at, received_at)
                  VALUES ('01890000-0000-7000-8000-000000000001', 'request', 'referral', 'processor', 'gdpr', 'kustomer',
                    'needs_client', now(), 'habeas.referral', 'desk', now(), now());
                INSERT INTO habeas.case_secret (case_id, kek_id, wrapped_key, payload)
                  VALUES ('01890000-0000-7000-8000-000000000001', 'k', '', '');
                INSERT INTO habeas.deadline (subject_id, case_id, clock, rule, source, anchor_at)
                  VALUES ('01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000001', 'lapse', 'r', 's', now());
                UPDATE habeas.case_file SET client_id = 'acme';
                """
            )
            let owners = try await connection.query(
                "SELECT client_id FROM habeas.case_secret UNION ALL SELECT client_id FROM habeas.deadline"
            )
            #expect(try owners.decode(as: String.self) == ["acme", "acme"])
        }
    }
}

/// Lends a connection, as the owner, to the running test's database with the whole schema applied.
func withSchema(_ body: (PostgresConnection) async throws -> Void) async throws {
    let connection = try await PostgresConnection.connect(try Database.current)
    do {
        try await Migrator.ledger().up(connection)
        try await body(connection)
    } catch {
        await connection.close()
        throw error
    }
    await connection.close()
}
