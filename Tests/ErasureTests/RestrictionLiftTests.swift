import Fleet
import Foundation
import Ledger
import Logging
import Postgres
import Rights
import TestKit
import Testing

@testable import Erasure

@Suite("A restriction ends when the person has been told, and not before (GDPR Art. 18(3))", .database)
struct RestrictionLiftTests {
    /// A visitor's restriction, in place at one system, as the erasure worker finds it when it is lifted.
    private struct Place: Sendable {
        let pool: PostgresPool
        let work: CaseWork<ErasurePlanner>
        let id: UUID

        static func with(_ body: (Place) async throws -> Void) async throws {
            let pool = PostgresPool(
                configuration: try Database.current,
                size: 1,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            do {
                try await body(try await Place(pool))
                await pool.shutdown()
            } catch {
                await pool.shutdown()
                throw error
            }
        }

        private init(_ pool: PostgresPool) async throws {
            self.pool = pool
            let ring = try KeyRing(parsing: KeyRing.newFile())
            let now = Date()
            let event = """
                {"specversion":"1.0","id":"1","source":"/desk","type":"io.habeas.request.submitted.v1","data":{"request_ref":"R-1",\
                "channel":"form","submitted_time":"\(EventTime.text(now))","submitted_by":"subject","relationship":"visitor",\
                "right":"restriction","regulation":"gdpr","subjects":[{"identities":[{"type":"email","value":"ada@example.org"}]}]}}
                """
            (work, id) = try await pool.withConnection { connection in
                try await Migrator.ledger().up(connection)
                try await connection.execute(
                    """
                    UPDATE habeas.installation SET play = true;
                    INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes)
                      VALUES ('desk', 'desk-user', 'kayako', '{*}', '{*}', '{/}');
                    INSERT INTO habeas.system (id, body) VALUES ('crm',
                      '{id: crm, title: CRM, kind: own, purposes: [support], connector: {kind: manual}}')
                    """
                )
                let registry = try await Registry.load(on: connection)
                let (id, statements) = try CaseSeed(registry: registry, ring: ring).open(
                    event,
                    publisher: "desk",
                    at: now
                )
                let target = FanOutTarget.sample(
                    "crm",
                    of: id,
                    client: nil,
                    operation: .restrict,
                    way: .person,
                    at: now
                )
                try await connection.transaction { connection in
                    _ = try await connection.pipeline(statements)
                    try await connection.query("UPDATE habeas.case_file SET state = 'fulfilled' WHERE id = \(id)")
                    for statement in FanOutTarget.seed([target]) { try await connection.query(statement) }
                }
                return (CaseWork(.erasure, planner: ErasurePlanner(ring: ring), registry: RegistryCache(registry)), id)
            }
        }

        /// A fact of another worker's in the case's chain.
        func note(_ fact: String, _ body: String = "{}") async throws {
            try await pool.withConnection { connection in
                try await connection.transaction { connection in
                    var record = try CaseFileRecord(
                        row: try await connection.query(CaseFileRecord.locking(ids: [id])).only
                    )
                    var evidence = EvidenceWrites()
                    evidence.add(record.chain.append(fact, at: Date(), actor: "test", clientID: nil, body: body))
                    var files = CaseFileWrites()
                    files.change(record)
                    _ = try await connection.pipeline(evidence.statements + files.statements)
                }
            }
        }

        /// The worker looks; answers the parts that it has then.
        func look() async throws -> [String] {
            try await pool.withConnection { connection in
                _ = try await work.run([id], on: connection)
                return try await connection.query(
                    "SELECT operation || ' ' || state FROM habeas.fan_out WHERE case_id = \(id) ORDER BY ordinal"
                ).decode(as: String.self)
            }
        }

        func query(_ sql: SQL) async throws -> [String] {
            try await pool.withConnection { try await $0.query(sql).decode(as: String.self) }
        }
    }

    @Test("the lifting waits for the word that the person knows")
    func waits() async throws {
        try await Place.with { place in
            #expect(try await place.look() == ["restrict verified"])
            try await place.note("restriction.lifted", #"{"lifted_at":"2026-01-01T00:00:00Z"}"#)
            #expect(try await place.look() == ["restrict verified"], "nobody has told the person")
            try await place.note("restriction.told")
            #expect(try await place.look() == ["restrict verified", "unrestrict pending"])
            #expect(try await place.look().count == 2, "once")
        }
    }

    @Test("it ends no sooner than the day that the person was told, and is looked at again then")
    func day() async throws {
        try await Place.with { place in
            let later = EventTime.text(Date(timeIntervalSinceNow: 10 * 86_400))
            try await place.note("restriction.lifted", #"{"lifted_at":"\#(later)"}"#)
            try await place.note("restriction.told")
            #expect(try await place.look() == ["restrict verified"])
            let due = try await place.query(
                "SELECT (due_at > now() + interval '9 days')::text FROM habeas.deadline WHERE subject_id = \(place.id) AND clock = 'look' AND state = 'open'"
            )
            #expect(due == ["true"])
            _ = try await place.query("UPDATE habeas.installation SET play_offset = interval '11 days' RETURNING 'x'")
            #expect(try await place.look() == ["restrict verified", "unrestrict pending"])
        }
    }

    @Test("where the client answers nobody waits for a letter of ours")
    func clients() async throws {
        try await Place.with { place in
            _ = try await place.query(
                "UPDATE habeas.case_file SET lane = 'referral', answer_by = 'client' WHERE id = \(place.id) RETURNING 'x'"
            )
            try await place.note("restriction.lifted")
            #expect(try await place.look() == ["restrict verified", "unrestrict pending"])
        }
    }
}
