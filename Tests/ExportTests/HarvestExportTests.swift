import Clock
import FanOutKit
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Export

@Suite("Copies among many requests", .database)
struct HarvestExportTests {
    private static let ada = #"[{"type":"email","value":"ada@example.org"}]"#

    /// Ends the open review of many requests, as `habeas tasks complete` does.
    private static func end(
        _ verdict: String,
        refusal: RefusalReason? = nil,
        _ fixture: ExportFixture
    ) async throws {
        let woken = try await fixture.owner.withConnection { connection in
            try await connection.transaction { connection in
                let review = try await connection.query(
                    """
                    UPDATE habeas.review SET settled_at = habeas.domain_now(), verdict = \(verdict), reason = 'looked'
                     WHERE kind = 'harvest' AND settled_at IS NULL RETURNING id
                    """
                ).only.decode(0, as: UUID.self)
                return try await connection.query(ExportWait.release(review, refusal: refusal)).decode(as: UUID.self)
            }
        }
        for id in woken { try await fixture.wake(id) }
        try await fixture.settle()
    }

    /// A review of many requests about one person, as the clock opens it.
    private static func call(about id: UUID, _ fixture: ExportFixture) async throws {
        _ = try await fixture.owner.withConnection {
            try await $0.query(
                """
                INSERT INTO habeas.review (id, kind, identity, rule, source, opened_at, due_at)
                SELECT gen_random_uuid(), 'harvest', lookup, 'default.review', 'A6', now(), now() + interval '1 day'
                  FROM habeas.case_identity WHERE case_id = \(id)
                """
            )
        }
    }

    @Test("A6: many requests from one publisher: copies wait for a person's look, each saying so, and go on after it")
    func goesOn() async throws {
        try await ExportFixture.with([ExportFixture.shop]) { fixture in
            try await fixture.fill(tickets: 1)
            for _ in 0..<49 { try await fixture.ask("access") }
            let id = try await fixture.ask("access", identities: Self.ada)
            let look = HarvestLook(pool: fixture.clock, registry: fixture.registry)
            #expect(try await look.look() == 1)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "in_progress")
            #expect(try await fixture.targets(id).isEmpty)
            #expect(try await fixture.count("SELECT count(*)::int4 FROM habeas.export") == 0)
            #expect(try await fixture.count("SELECT count(*)::int4 FROM habeas.export_wait") == 50)
            // Its clocks run, and looking again changes nothing.
            let running = try await fixture.count(
                """
                SELECT count(*)::int4 FROM habeas.deadline WHERE case_id = \(id) AND state = 'open' AND clock IN ('respond', 'assist')
                """
            )
            #expect(running > 0)
            #expect(try await fixture.count("SELECT count(*)::int4 FROM habeas.case_pause WHERE case_id = \(id)") == 0)
            try await fixture.wake(id)
            #expect(try await fixture.facts(id).filter { $0 == "export.waits" }.count == 1)
            try await Self.end("denied", fixture)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.export(id).bundle?.rows == 2)
            #expect(try await fixture.count("SELECT count(*)::int4 FROM habeas.export_wait") == 0)
            let facts = try await fixture.facts(id)
            let waited = try #require(facts.firstIndex(of: "export.waits"))
            let looked = try #require(facts.firstIndex(of: "export.looked_at"), "\(facts)")
            let planned = try #require(facts.firstIndex(of: "plan.made"))
            #expect(waited < looked && looked < planned)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A6: many requests about one person: refused by a person's word it ends with its reason and leaves nothing")
    func refused() async throws {
        try await ExportFixture.with([ExportFixture.shop]) { fixture in
            try await fixture.fill(tickets: 1)
            let id = try await fixture.ask("access", identities: Self.ada)
            let other = try await fixture.ask("access")
            try await Self.call(about: id, fixture)
            try await fixture.settle()
            // Nobody else's copy waits for it.
            #expect(try await fixture.state(other) == "fulfilled")
            #expect(try await fixture.state(id) == "in_progress")
            try await Self.end("confirmed", refusal: .excessive, fixture)
            #expect(try await fixture.state(id) == "refused")
            #expect(try await fixture.text("SELECT refusal FROM habeas.case_file WHERE id = \(id)") == ["excessive"])
            let said = try await fixture.text(
                "SELECT body FROM habeas.evidence WHERE chain_id = \(id) AND fact = 'case.refused'"
            ).joined()
            #expect(said.contains("\"refusal\":\"excessive\"") && said.contains("\"review\":"))
            #expect(
                try await fixture.count("SELECT count(*)::int4 FROM habeas.export WHERE case_id = \(id)") == 0
            )
            #expect(try await fixture.count("SELECT count(*)::int4 FROM habeas.export_wait") == 0)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("A6: what has begun before goes on, and what is withdrawn waits no more")
    func others() async throws {
        try await ExportFixture.with([ExportFixture.shop]) { fixture in
            try await fixture.fill(tickets: 1)
            let begun = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle(performing: false)
            try await Self.call(about: begun, fixture)
            let waiting = try await fixture.ask("portability", identities: Self.ada)
            try await fixture.settle()
            #expect(try await fixture.state(begun) == "fulfilled")
            #expect(try await fixture.state(waiting) == "in_progress")
            try await fixture.apply(.withdrawn, to: waiting)
            try await fixture.wake(waiting)
            #expect(try await fixture.count("SELECT count(*)::int4 FROM habeas.export_wait") == 0)
        }
    }
}
