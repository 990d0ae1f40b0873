import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("The database's own word on reviews", .database)
struct ReviewSchemaTests {
    /// The owner's connection, one that has only what an operator's login has, and that login's name.
    private func withOperator(
        _ body: (_ owner: PostgresConnection, _ person: PostgresConnection, _ login: String) async throws -> Void
    ) async throws {
        let configuration = try Database.current
        let owner = try await PostgresConnection.connect(configuration)
        _ = try await Migrator.ledger().up(owner)
        let login = "op_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        try await owner.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE habeas_operator")
        var own = configuration
        own.keywords["user"] = login
        own.keywords["password"] = login
        let person = try await PostgresConnection.connect(own)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(owner, person, login)) } catch { outcome = .failure(error) }
        await person.close()
        _ = try await owner.query("DROP ROLE \(identifier: login)")
        await owner.close()
        try outcome.get()
    }

    private static let id = UUID.version7(at: Date())

    private static func opening(_ kind: String = "harvest", needs: Int = 1) -> SQL {
        """
        INSERT INTO habeas.review (id, kind, publisher_id, needs, rule, source, opened_at, due_at)
        VALUES (\(id), \(kind), 'desk', \(Int16(needs)), 'default.review', 'K9', now(), now())
        """
    }

    private static let settling: SQL =
        "UPDATE habeas.review SET settled_at = now(), verdict = 'confirmed', reason = 'x' WHERE id = \(id)"

    private static func approving(_ connection: PostgresConnection) async throws {
        _ = try await connection.query("INSERT INTO habeas.review_approval (review_id, reason) VALUES (\(id), 'x')")
    }

    @Test("K9: what two have to approve is not settled before two different logins approved it")
    func two() async throws {
        try await withOperator { owner, person, login in
            _ = try await owner.query(Self.opening("tenant_erasure", needs: 2))
            await #expect(throws: PostgresError.self) { _ = try await person.query(Self.settling) }
            try await Self.approving(person)
            // The same login once more, even under another name: the database knows who it is.
            await #expect(throws: PostgresError.self) { try await Self.approving(person) }
            await #expect(throws: PostgresError.self) {
                _ = try await person.query(
                    "INSERT INTO habeas.review_approval (review_id, actor, at, reason) VALUES (\(Self.id), 'somebody', now(), 'x')"
                )
            }
            await #expect(throws: PostgresError.self) { _ = try await person.query(Self.settling) }
            _ = try await owner.query(
                "INSERT INTO habeas.review_approval (review_id, actor, at, reason) VALUES (\(Self.id), \(login), now(), 'x')"
            )
            let actors = try await owner.query(
                "SELECT count(DISTINCT actor)::int8, bool_or(actor = \(login)) FROM habeas.review_approval"
            ).only
            #expect(try actors.decode(0, as: Int.self) == 2, "the owner's approval is the owner's")
            _ = try await person.query(Self.settling)
            let settled = try await owner.query("SELECT verdict, settled_by = \(login) FROM habeas.review").only
            let (verdict, isTheirs) = try settled.decode(String.self, Bool.self)
            #expect(verdict == "confirmed" && isTheirs)
        }
    }

    @Test("K9: the erasure of everything of a client cannot be asked with one person's approval")
    func never() async throws {
        try await withOperator { owner, _, _ in
            let error = await #expect(throws: PostgresError.self) {
                _ = try await owner.query(Self.opening("tenant_erasure", needs: 1))
            }
            #expect(error?.sqlState == .checkViolation)
        }
    }

    @Test("begins open, is settled once, with a reason, and is never removed, even by the owner")
    func final() async throws {
        try await withOperator { owner, person, _ in
            await #expect(throws: PostgresError.self) {
                _ = try await owner.query(
                    """
                    INSERT INTO habeas.review (id, kind, publisher_id, rule, source, opened_at, due_at, settled_at, settled_by, verdict)
                    VALUES (\(Self.id), 'harvest', 'desk', 'r', 's', now(), now(), now(), 'x', 'moot')
                    """
                )
            }
            _ = try await owner.query(Self.opening())
            // One is open for this publisher.
            await #expect(throws: PostgresError.self) {
                _ = try await owner.query(
                    """
                    INSERT INTO habeas.review (id, kind, publisher_id, rule, source, opened_at, due_at)
                    VALUES (gen_random_uuid(), 'harvest', 'desk', 'r', 's', now(), now())
                    """
                )
            }
            await #expect(throws: PostgresError.self) {
                _ = try await person.query("UPDATE habeas.review SET settled_at = now(), verdict = 'denied'")
            }
            await #expect(throws: PostgresError.self) {
                _ = try await owner.query("UPDATE habeas.review SET needs = 2")
            }
            _ = try await person.query(Self.settling)
            for statement: SQL in [
                "UPDATE habeas.review SET settled_at = NULL, verdict = NULL, reason = NULL, settled_by = NULL",
                "UPDATE habeas.review SET verdict = 'denied'", "DELETE FROM habeas.review",
                "TRUNCATE habeas.review CASCADE",
            ] {
                await #expect(throws: PostgresError.self, "\(statement.text)") { _ = try await owner.query(statement) }
            }
            await #expect(throws: PostgresError.self, "approving what is settled") { try await Self.approving(person) }
        }
    }
}
