import Clock
import Foundation
import Ledger
import Postgres
import Rights
import ServiceLifecycle
import TestKit
import Testing

@Suite("Holds that end by themselves, and those who are told", .database)
struct HoldLookTests {
    /// Cases with a part of a plan that waits, each of a person of its own; their ids in order.
    static func cases(_ count: Int, _ fixture: ClockFixture, email: String? = nil) async throws -> [UUID] {
        var ids: [UUID] = []
        for _ in 0..<count {
            ids.append(try await fixture.open(right: "erasure", email: email ?? "p\(UUID())@example.com"))
        }
        let opened = ids
        _ = try await fixture.owner.withConnection {
            try await $0.pipeline([
                "INSERT INTO habeas.target (id) VALUES ('system:crm') ON CONFLICT DO NOTHING",
                """
                INSERT INTO habeas.fan_out (id, case_id, client_id, system_id, system_version, part, operation, way, mandatory, level,
                  ordinal, key, state)
                SELECT gen_random_uuid(), id, client_id, 'crm', 1, 'whole', 'erase', 'connector', true, 'attestation', 0,
                       gen_random_uuid(), 'acting' FROM habeas.case_file WHERE id = ANY(\(opened)::uuid[])
                """,
                """
                INSERT INTO habeas.effect (id, queue, kind, target_id, subject_id, case_id, client_id, line, waits_on_hold,
                  attempts_allowed, planned_at, next_attempt_at, held_at)
                SELECT gen_random_uuid(), 'habeas.erasure', \(EffectKind.targetAct.rawValue), 'system:crm', id, id, client_id,
                       client_id, true, 5, now(), now(), now() FROM habeas.case_file WHERE id = ANY(\(opened)::uuid[])
                """,
            ])
        }
        return ids.sorted { $0.uuidString < $1.uuidString }
    }

    static func place(
        _ fixture: ClockFixture,
        ref: String,
        people: [(String, String?)] = [],
        hours: Int? = nil
    ) async throws -> UUID {
        let id = UUID.version7(at: Date())
        let digest = KeyedDigest(fixture.ring.looking)
        let reach = people.compactMap { value, client in
            Identity(.email, value).map { Holds.Reach(client: client, lookups: [digest.lookup($0, client: client)]) }
        }
        var statements: [SQL] = [
            Holds.place(
                id,
                publisher: "desk",
                reference: ref,
                client: people.isEmpty ? "acme" : nil,
                case: nil,
                people: people.count,
                at: Date(),
                until: hours.map { Date(timeIntervalSinceNow: Double($0) * 3_600) }
            )
        ]
        if !reach.isEmpty { statements.append(Holds.add(reach, to: id, keyID: digest.keyID)) }
        let written = statements
        _ = try await fixture.owner.withConnection { connection in
            try await connection.transaction { try await $0.pipeline(written) }
        }
        return id
    }

    /// The cases that messages to the erasure worker name, each as often as it is named.
    static func woken(_ fixture: ClockFixture) async throws -> [String] {
        try await fixture.text(
            """
            SELECT woken.id FROM habeas.outbox o, json_array_elements_text(convert_from(o.body, 'UTF8')::json -> 'ids') AS woken (id)
             WHERE o.routing_key = 'habeas.erasure' ORDER BY woken.id
            """
        )
    }

    static let heldCount: SQL = "SELECT count(*) FROM habeas.effect WHERE held_at IS NOT NULL"

    @Test("K18: who confirmed a repetition while a hold was in place is not forgotten when it ends")
    func stuck() async throws {
        try await ClockFixture.with { fixture in
            let cases = try await Self.cases(1, fixture)
            _ = try await Self.place(fixture, ref: "a", hours: 5)
            while try await fixture.holds.once() {}
            let before = try await Self.woken(fixture).count
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.fan_out SET state = 'stuck' WHERE case_id = \(cases[0])")
            }
            try await fixture.goAhead(hours: 6)
            while try await fixture.holds.once() {}
            #expect(try await Self.woken(fixture).count == before + 1)
        }
    }

    @Test("K18: a hold on a client ends at its time, frees what no other keeps, and its cases are looked at again")
    func ends() async throws {
        try await ClockFixture.with { fixture in
            let cases = try await Self.cases(3, fixture)
            _ = try await Self.place(fixture, ref: "a", hours: 5)
            let other = try await Self.place(fixture, ref: "b", hours: 50)
            while try await fixture.holds.once() {}
            let told = cases.map { $0.uuidString.lowercased() }
            #expect(try await Self.woken(fixture) == (told + told).sorted(), "once for each hold")
            try await fixture.goAhead(hours: 4)
            #expect(try await !fixture.holds.once())
            try await fixture.goAhead(hours: 6)
            while try await fixture.holds.once() {}
            #expect(try await fixture.count(Self.heldCount) == 3, "the other one keeps them")
            #expect(try await fixture.text("SELECT hold_ref FROM habeas.hold WHERE lifted_at IS NULL") == ["b"])
            try await fixture.goAhead(hours: 51)
            while try await fixture.holds.once() {}
            #expect(try await fixture.count(Self.heldCount) == 0)
            #expect(try await Self.woken(fixture).count == 12)
            #expect(
                try await fixture.text(
                    """
                    SELECT e.fact || ' ' || e.actor FROM habeas.evidence e JOIN habeas.client c ON c.chain_id = e.chain_id
                     ORDER BY e.seq
                    """
                ) == ["hold.ended clock", "hold.ended clock"]
            )
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.hold WHERE id = \(other) AND told_to IS NULL") == 1
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K18: a hold on a client leaves held what a hold on the case itself keeps")
    func caseHold() async throws {
        try await ClockFixture.with { fixture in
            let cases = try await Self.cases(2, fixture)
            _ = try await Self.place(fixture, ref: "a", hours: 1)
            try await fixture.act(.holdPlaced, on: cases[0])
            try await fixture.goAhead(hours: 2)
            while try await fixture.holds.once() {}
            #expect(
                try await fixture.text("SELECT case_id::text FROM habeas.effect WHERE held_at IS NOT NULL")
                    == [cases[0].uuidString.lowercased()]
            )
        }
    }

    @Test(
        "K18: the people of a hold are told apart by their hashes, which are destroyed when it is over and all are told"
    )
    func people() async throws {
        try await ClockFixture.with { fixture in
            let ada = try await Self.cases(1, fixture, email: "ada@example.com")
            _ = try await Self.cases(1, fixture, email: "bob@example.com")
            _ = try await Self.place(
                fixture,
                ref: "a",
                people: [("ada@example.com", "acme"), ("ada@example.com", nil)],
                hours: 1
            )
            while try await fixture.holds.once() {}
            #expect(try await Self.woken(fixture) == ada.map { $0.uuidString.lowercased() })
            #expect(try await fixture.count("SELECT count(*) FROM habeas.hold_identity") == 2)
            try await fixture.goAhead(hours: 2)
            while try await fixture.holds.once() {}
            #expect(try await fixture.count("SELECT count(*) FROM habeas.hold_identity") == 0)
            #expect(try await Self.woken(fixture).count == 2)
            // Bob's was held by nobody's word, and was none of this hold's.
            #expect(try await fixture.count(Self.heldCount) == 1)
            #expect(
                try await fixture.text("SELECT chain_kind || ' ' || fact FROM habeas.evidence WHERE fact LIKE 'hold.%'")
                    == ["installation hold.ended"]
            )
        }
    }

    @Test("cases are told in portions, each once, by any number of copies that come and go")
    func portions() async throws {
        try await ClockFixture.with { fixture in
            let cases = try await Self.cases(1, fixture)
            // A plan of one case for many: what is told is the ids, and no worker reads them here.
            _ = try await fixture.owner.withConnection {
                try await $0.pipeline([
                    "ALTER TABLE habeas.fan_out DISABLE TRIGGER fan_out_belongs",
                    """
                    INSERT INTO habeas.fan_out (id, case_id, client_id, system_id, system_version, part, operation, way, mandatory, level,
                      ordinal, key, state)
                    SELECT gen_random_uuid(), gen_random_uuid(), client_id, system_id, 1, part, operation, way, mandatory, level, 0,
                           gen_random_uuid(), 'waiting' FROM habeas.fan_out, generate_series(1, 1199)
                     WHERE case_id = \(cases[0])
                    """,
                ])
            }
            let hold = try await Self.place(fixture, ref: "a")
            for _ in 0..<3 {
                let group = ServiceGroup(
                    configuration: .init(
                        services: [fixture.holds, fixture.holds].map { .init(service: $0) },
                        logger: ClockFixture.quiet
                    )
                )
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await group.run() }
                    try await expectSoon {
                        try await fixture.count(
                            "SELECT count(*) FROM habeas.hold WHERE id = \(hold) AND told_to IS NULL"
                        ) == 1
                    }
                    await group.triggerGracefulShutdown()
                    try await tasks.waitForAll()
                }
            }
            let woken = try await Self.woken(fixture)
            #expect(woken.count == 1_200 && Set(woken).count == 1_200)
        }
    }

    @Test("C4, Y5, Y8: a suppression outlives the words of the case that made it")
    func suppressionsStay() async throws {
        try await ClockFixture.with { fixture in
            let id = try await fixture.open(right: "objection")
            let digest = KeyedDigest(fixture.ring.looking)
            let person = try #require(Identity(.email, "p@example.com"))
            let lookup = digest.lookup(person, client: "acme")
            _ = try await fixture.owner.withConnection {
                try await $0.pipeline([
                    Suppressions.insert(
                        [Suppressions.Entry(lookup: lookup, scope: .objection)],
                        client: "acme",
                        keyID: digest.keyID,
                        case: id,
                        at: Date()
                    )
                ])
            }
            try await fixture.act(.withdrawn, on: id)
            try await fixture.goAhead(hours: 24 * 365 * 11)
            try await fixture.fire()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_secret") == 0)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_identity") == 0)
            let found = try await fixture.text(
                "SELECT scope FROM habeas.suppression WHERE lookup = \(lookup) AND lifted_at IS NULL"
            )
            #expect(found == ["objection"])
        }
    }
}
