import Connectors
import FanOutKit
import Fleet
import Foundation
import Postgres
import Rights
import TestKit
import Testing

@Suite("A look in the attempt that has acted", .database)
struct SeenAtOnceTests {
    private func with(_ map: String = TestMaps.crm, _ body: (ErasureFixture) async throws -> Void) async throws {
        try await ErasureFixture.with([map], ScriptedPeers(looksAtOnce: true), body)
    }

    private func effects(_ fixture: ErasureFixture) async throws -> [String] {
        try await fixture.text(
            "SELECT kind || ' ' || state || ' ' || attempts FROM habeas.effect ORDER BY planned_at, id"
        )
    }

    @Test("N4: what a look finds gone at once is verified by one effect, and the certificate says by what")
    func gone() async throws {
        try await with { fixture in
            fixture.peers.say("crm", .verify, { _ in Self.found(0, status: 404) })
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["crm verified done"])
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(fixture.peers.asked("crm") == [.act, .verify])
            #expect(try await effects(fixture) == ["target.act done 1"])
            let facts = try await fixture.facts(id)
            #expect(facts.filter { $0 == "target.verified" }.count == 1 && !facts.contains("target.verifying"))
            let certificate = try #require(try await fixture.certificates(id).first)
            #expect(certificate.contains(#""then_seen_by":"re_read","seen_status":404"#))
            // What was done is not what was seen.
            #expect(certificate.contains(#""rows":1"#) && certificate.contains(#""still_there":0"#))
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("the look asks with what the act has found, under the same key, and as one that has not been made before")
    func order() async throws {
        try await with { fixture in
            _ = try await fixture.ask()
            try await fixture.settle()
            let orders = fixture.peers.orders
            #expect(orders.count == 2 && orders[0].key == orders[1].key && orders[0].effect == orders[1].effect)
            #expect(orders[0].identities == orders[1].identities && !orders[1].mayHaveActed)
        }
    }

    @Test("G12: a look that finds something counts for nothing: an effect of its own asks again, and catches it")
    func stillThere() async throws {
        try await with { fixture in
            fixture.peers.say("crm", .verify, { _ in ScriptedPeers.found(2) })
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["crm stuck still_there still_there"])
            #expect(fixture.peers.asked("crm") == [.act, .verify, .verify])
            #expect(try await effects(fixture) == ["target.act done 1", "target.verify done 1"])
            #expect(try await fixture.reviews(id) == ["target_stuck open"])
        }
    }

    @Test("N4: what was done stays done whatever the look came to, and is not done again", arguments: Obstacle.allCases)
    func noAnswer(_ obstacle: Obstacle) async throws {
        try await with { fixture in
            fixture.peers.say("crm", .verify, { _ in obstacle.report }, { _ in ScriptedPeers.found(0) })
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(fixture.peers.asked("crm") == [.act, .verify, .verify])
            #expect(try await effects(fixture) == ["target.act done 1", "target.verify done 1"])
        }
    }

    enum Obstacle: CaseIterable {
        case failed, refused, pending, tooLittle

        var report: TargetReport {
            switch self {
            case .failed: TargetReport(.retry("http_503", status: 503, blamesTarget: true))
            case .refused: TargetReport(.refused("http_403", status: 403))
            case .pending: TargetReport(.waiting(after: .seconds(60)))
            // No proof at the level that the data map asks for.
            case .tooLittle: SeenAtOnceTests.found(0, status: 200, .attestation)
            }
        }
    }

    @Test("N4: what can be restored is not looked at before that time is over")
    func grace() async throws {
        try await with(TestMaps.crm.replacing("backups: 35 calendar_day", with: "grace: 7 calendar_day")) { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["crm grace done"])
            #expect(fixture.peers.asked("crm") == [.act])
        }
    }

    @Test("where calls are counted by the second each has a slot of its own")
    func counted() async throws {
        let map = TestMaps.crm.replacing("region: DE", with: "region: DE\nlimits: {per_second: 50}")
        try await with(map) { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await effects(fixture) == ["target.act done 1", "target.verify done 1"])
        }
    }

    @Test("what was not done, or is only accepted, is not looked at")
    func notDone() async throws {
        try await with { fixture in
            fixture.peers.say(
                "crm",
                .act,
                { _ in .init(.retry("timeout", blamesTarget: true, mayHaveActed: true)) },
                { _ in .init(.refused("http_422", status: 422)) }
            )
            _ = try await fixture.ask()
            try await fixture.settle()
            try await fixture.hurry()
            #expect(fixture.peers.asked("crm") == [.act, .act])
        }
    }

    private static func found(_ count: Int, status: Int, _ level: Verification = .reRead) -> TargetReport {
        var findings = TargetFindings()
        findings.stillThere = count
        findings.level = level
        return TargetReport(.done(status: status), findings)
    }
}
