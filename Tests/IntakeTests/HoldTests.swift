import AMQP
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("Holds on clients and on people", .database)
struct HoldTests {
    /// An erasure that a client has instructed, with an effect at a system that waits on holds; returns both ids.
    static func erasure(
        _ fixture: IntakeFixture,
        client: String = "acme",
        email: String = "ada@example.com",
        state: String = "planned"
    ) async throws -> (request: UUID, effect: UUID) {
        let ref = UUID().uuidString
        let now = Date(timeIntervalSinceNow: -60).ISO8601Format()
        let more =
            #""instructed_at":"\#(now)","instructed_by":{"user":"u","role":"admin","channel":"app"}"#
        try await fixture.deliver([
            IntakeFixture.event(
                "request.submitted",
                data: IntakeFixture.request(by: "client", ref: ref, client: client, email: email, more)
            )
        ])
        return try await fixture.owner.withConnection { connection in
            let request = try await connection.query(
                "SELECT id FROM habeas.case_file WHERE request_ref = \(ref) AND state = 'in_progress'"
            ).only.decode(0, as: UUID.self)
            return (request, try await plan(request, state: state, on: connection))
        }
    }

    /// An effect of a case at a system that clients share, and its part of the plan.
    static func plan(_ request: UUID, state: String, on connection: PostgresConnection) async throws -> UUID {
        let effect = UUID.version7(at: Date())
        _ = try await connection.pipeline([
            "INSERT INTO habeas.target (id) VALUES ('system:crm') ON CONFLICT DO NOTHING",
            """
            INSERT INTO habeas.effect (id, queue, kind, target_id, subject_id, case_id, client_id, line, waits_on_hold, attempts_allowed,
              planned_at, state, next_attempt_at)
            SELECT \(effect), 'habeas.erasure', \(EffectKind.targetAct.rawValue), 'system:crm', id, id, client_id,
                   coalesce(client_id, ''), true, 5, now(), \(state), now() + interval '1 hour'
              FROM habeas.case_file WHERE id = \(request)
            """,
            """
            INSERT INTO habeas.fan_out (id, case_id, client_id, system_id, system_version, part, operation, way, mandatory, level, ordinal,
              key, state, effect_id)
            SELECT gen_random_uuid(), id, client_id, 'crm', 1, 'whole', 'erase', 'connector', true, 'attestation', 0, gen_random_uuid(),
                   'acting', \(effect) FROM habeas.case_file WHERE id = \(request)
            """,
        ])
        return effect
    }

    static func place(_ ref: String, _ members: String) -> Delivery {
        IntakeFixture.event(
            "hold.placed",
            data: #"{"hold_ref":"\#(ref)","basis":"lawsuit","reviewer":"counsel",\#(members)}"#
        )
    }

    static func lift(_ ref: String) -> Delivery {
        IntakeFixture.event("hold.lifted", data: #"{"hold_ref":"\#(ref)","reason":"over","by":"counsel"}"#)
    }

    static let ada = #""identities":[{"type":"email","value":"ada@example.com"}]"#

    /// Which effects are held.
    static func held(_ fixture: IntakeFixture) async throws -> Set<UUID> {
        try await fixture.owner.withConnection {
            Set(
                try await $0.query("SELECT id FROM habeas.effect WHERE held_at IS NOT NULL").decode(
                    column: 0,
                    as: UUID.self
                )
            )
        }
    }

    @Test(
        "K18: a hold on a client suspends in its transaction what has not begun, whatever its state, and no other client's"
    )
    func client() async throws {
        try await IntakeFixture.with { fixture in
            var mine: Set<UUID> = []
            for state in ["planned", "released", "retrying", "leased"] {
                mine.insert(try await Self.erasure(fixture, state: state).effect)
            }
            let other = try await Self.erasure(fixture, client: "globex")
            try await fixture.deliver([Self.place("h", #""client":"acme""#)])
            #expect(try await Self.held(fixture) == mine)
            #expect(
                try await fixture.text("SELECT state FROM habeas.effect WHERE client_id = 'acme' ORDER BY state")
                    == ["leased", "planned", "planned", "retrying"]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.hold WHERE told_to IS NOT NULL") == 1)
            #expect(
                try await fixture.text(
                    """
                    SELECT c.id || ' ' || e.fact FROM habeas.evidence e JOIN habeas.client c ON c.chain_id = e.chain_id
                     WHERE e.fact LIKE 'hold.%'
                    """
                ) == ["acme hold.placed"]
            )
            // A second one keeps it after the first is lifted.
            try await fixture.deliver([Self.place("h2", #""client":"acme""#), Self.lift("h")])
            #expect(try await Self.held(fixture) == mine)
            try await fixture.deliver([Self.lift("h2")])
            #expect(try await Self.held(fixture).isEmpty)
            #expect(!mine.contains(other.effect))
            #expect(
                try await fixture.text(
                    "SELECT fact FROM habeas.evidence WHERE fact LIKE 'hold.%' AND client_id = 'acme' ORDER BY seq"
                ) == ["hold.placed", "hold.placed", "hold.lifted", "hold.lifted"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K18: a hold on people reaches them at every client that its publisher may speak for, later cases included")
    func people() async throws {
        try await IntakeFixture.with { fixture in
            let first = try await Self.erasure(fixture)
            let second = try await Self.erasure(fixture, client: "globex", email: "ADA@example.com")
            let bob = try await Self.erasure(fixture, email: "bob@example.com")
            try await fixture.deliver([Self.place("h", Self.ada)])
            #expect(try await Self.held(fixture) == [first.effect, second.effect])
            // One for each client it reaches and one for none; a client of other publishers is not reached.
            #expect(
                try await fixture.text("SELECT client_id FROM habeas.hold_identity ORDER BY client_id")
                    == ["", "acme", "globex"]
            )
            let later = try await Self.erasure(fixture)
            let isHeld = { (id: UUID) in
                try await fixture.text(
                    "SELECT habeas.is_held(id, client_id)::text FROM habeas.case_file WHERE id = \(id)"
                )
            }
            #expect(try await isHeld(later.request) == ["true"])
            #expect(try await isHeld(bob.request) == ["false"])
            #expect(
                try await fixture.text("SELECT chain_kind FROM habeas.evidence WHERE fact = 'hold.placed'")
                    == ["installation"]
            )
            try await fixture.deliver([Self.lift("h")])
            #expect(try await Self.held(fixture).isEmpty)
            #expect(try await isHeld(later.request) == ["false"])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "K18: a hold on people at one client leaves them alone elsewhere, and holds the end of that client's contract"
    )
    func peopleOfClient() async throws {
        try await IntakeFixture.with { fixture in
            let first = try await Self.erasure(fixture)
            let second = try await Self.erasure(fixture, client: "globex")
            let bob = try await Self.erasure(fixture, email: "bob@example.com")
            for client in ["acme", "globex"] {
                try await fixture.deliver([RetentionTests.terminated(client)])
            }
            try await fixture.deliver([Self.place("h", Self.ada + #","client":"acme""#)])
            #expect(try await Self.held(fixture) == [first.effect])
            #expect(![second.effect, bob.effect].contains(first.effect))
            #expect(
                try await fixture.text(
                    """
                    SELECT client_id FROM habeas.case_file WHERE kind = 'end_of_contract' AND habeas.is_held(id, client_id)
                    """
                ) == ["acme"]
            )
            #expect(
                try await fixture.text(
                    "SELECT client_id || ' ' || chain_kind FROM habeas.evidence WHERE fact = 'hold.placed'"
                ) == ["acme client"]
            )
        }
    }

    @Test(
        "K18: what a hold on the case itself keeps stays held when one on its client is lifted, and the other way round"
    )
    func both() async throws {
        try await IntakeFixture.with { fixture in
            let (request, effect) = try await Self.erasure(fixture)
            try await fixture.deliver([
                Self.place("case", #""request":"\#(request)""#), Self.place("client", #""client":"acme""#),
            ])
            #expect(try await Self.held(fixture) == [effect])
            try await fixture.deliver([Self.lift("case")])
            #expect(try await Self.held(fixture) == [effect])
            try await fixture.deliver([Self.place("again", #""request":"\#(request)""#)])
            try await fixture.deliver([Self.lift("client")])
            #expect(try await Self.held(fixture) == [effect])
            try await fixture.deliver([Self.lift("again")])
            #expect(try await Self.held(fixture).isEmpty)
        }
    }

    @Test("K18: neither access nor the answer waits: only what takes data away is held")
    func accessGoesOn() async throws {
        try await IntakeFixture.with { fixture in
            let (request, _) = try await Self.erasure(fixture)
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.effect SET waits_on_hold = false")
            }
            let before = try await fixture.text(
                "SELECT clock || due_at::text || state FROM habeas.deadline WHERE subject_id = \(request) ORDER BY clock"
            )
            try await fixture.deliver([Self.place("h", #""client":"acme""#)])
            #expect(try await Self.held(fixture).isEmpty)
            #expect(
                try await fixture.text(
                    "SELECT clock || due_at::text || state FROM habeas.deadline WHERE subject_id = \(request) ORDER BY clock"
                ) == before,
                "the original dates stand"
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_pause") == 0)
        }
    }

    @Test("no identity of a hold is kept in plain, in a table or in a message")
    func canary() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                Self.place("h", #""identities":[{"type":"email","value":"canary.held@example.com"}]"#)
            ])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.hold_identity") == 3)
            let found = try await fixture.text(
                """
                SELECT 'evidence' FROM habeas.evidence WHERE body ILIKE '%canary%'
                UNION ALL SELECT 'outbox' FROM habeas.outbox WHERE convert_from(body, 'UTF8') ILIKE '%canary%'
                UNION ALL SELECT 'hold' FROM habeas.hold h WHERE h::text ILIKE '%canary%'
                """
            )
            #expect(found == [])
            // Sealed they are, for clients that come later.
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.event_secret s JOIN habeas.hold h ON h.id = s.id AND h.people = 1"
                ) == 1
            )
        }
    }
}
