import Crypto
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Export

@Suite("A copy that goes to another controller", .database)
struct HandOverTests {
    private static let ada = #"[{"type":"email","value":"ada@example.org"}]"#

    /// A person's request to have a copy handed to Globex.
    @discardableResult
    private static func ask(
        _ fixture: ExportFixture,
        recipient: String = #"{"name":"Globex Import"}"#
    ) async throws -> UUID {
        try await fixture.fill(tickets: 1_500)
        let id = try await fixture.ask("portability", identities: ada, more: #""recipient":\#(recipient),"#)
        try await fixture.settle()
        return id
    }

    private static func with(
        _ script: String = "{}",
        region: String = "FR",
        slice: Duration = .seconds(30),
        timeout: Duration = .seconds(10),
        _ body: (ExportFixture, UploadReceiver) async throws -> Void
    ) async throws {
        try await UploadReceiver.with(script) { receiver in
            try await ExportFixture.with(
                [ExportFixture.shop, receiver.system(region: region)],
                uploadSlice: slice,
                uploadTimeout: timeout
            ) { fixture in try await body(fixture, receiver) }
        }
    }

    private static func effort(_ fixture: ExportFixture) async throws -> [String] {
        try await fixture.text(
            """
            SELECT concat_ws(' ', state, cause, attempts) FROM habeas.effect WHERE kind = 'export.hand_over' ORDER BY id
            """
        )
    }

    /// As `habeas effects retry` does, all that were given up.
    private static func letGoAgain(_ fixture: ExportFixture) async throws {
        _ = try await fixture.owner.withConnection {
            try await $0.query(
                """
                UPDATE habeas.effect SET state = 'retrying', next_attempt_at = now(), ended_at = NULL
                 WHERE kind = 'export.hand_over'
                """
            )
        }
        try await fixture.settle()
    }

    @Test(
        "Y5: it arrives whole, in however many turns, and the request is answered when the receiver has said so",
        arguments: [Duration.seconds(30), .zero]
    )
    func whole(_ slice: Duration) async throws {
        try await Self.with(slice: slice) { fixture, receiver in
            let id = try await Self.ask(fixture, recipient: #"{"name":"globex  import"}"#)
            #expect(try await fixture.state(id) == "fulfilled")
            let export = try await fixture.export(id)
            let bundle = try #require(export.bundle)
            // In several parts.
            #expect(bundle.bytes > 3 * 16_384)
            let uploads = try await receiver.uploads
            #expect(uploads.count == 1 && uploads[0].isComplete && uploads[0].isAsAnnounced == true)
            #expect(uploads[0].sha256 == bundle.sha256 && uploads[0].length == bundle.bytes)
            #expect(try await Self.effort(fixture) == ["done 1"])
            #expect(export.handOver?.state == .done && export.handOver?.receiver == "globex")
            #expect(export.handOver?.doneAt != nil)
            let facts = try await fixture.facts(id)
            let order = try ["export.ready", "export.handed_over", "case.fulfilled"].map { fact in
                try #require(facts.lastIndex(of: fact), "\(fact) \(facts)")
            }
            #expect(order == order.sorted())
            let said = try await fixture.text(
                "SELECT body FROM habeas.evidence WHERE chain_id = \(id) AND fact = 'export.handed_over'"
            ).joined()
            #expect(said.contains(bundle.sha256) && said.contains("globex"))
            let told = try await fixture.text(
                "SELECT convert_from(body, 'UTF8') FROM habeas.outbox WHERE message_type = 'io.habeas.request.completed.v1'"
            )
            #expect(told.count == 1 && told[0].contains(#""system":"shop""#), "\(told)")
            // Whoever knows the address may add to it.
            let kept = try await fixture.text("SELECT findings FROM habeas.effect WHERE kind = 'export.hand_over'")
                .joined()
            #expect(kept.contains("place") && !kept.contains("/uploads/"))
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("Y5, N3: where the connection breaks it goes on at the byte that the receiver has come to")
    func broken() async throws {
        // Twice: on a connection that it has kept the library repeats the call by itself.
        let script = "{methods: [PATCH], sequence: [{calls: 1}, {calls: 2, close: mid_request}]}"
        try await Self.with(script) { fixture, receiver in
            let id = try await Self.ask(fixture)
            #expect(try await fixture.state(id) == "in_progress")
            #expect(try await Self.effort(fixture) == ["retrying connection_lost 1"])
            let before = try await receiver.uploads
            #expect(before.map(\.offset) == [16_384 + 8_192])
            try await fixture.hurry()
            if try await fixture.state(id) == "in_progress" { try await fixture.hurry() }
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await receiver.calls.contains { $0.method == "PATCH" && $0.ending == "closed" })
            let uploads = try await receiver.uploads
            #expect(uploads.count == 1 && uploads[0].isAsAnnounced == true)
            #expect(try await fixture.export(id).bundle?.sha256 == uploads[0].sha256)
        }
    }

    @Test("Y5, N3: a worker that dies between costs nothing that has arrived")
    func killed() async throws {
        let script = "{methods: [PATCH], sequence: [{calls: 1}, {hang: true, acts: true}]}"
        try await Self.with(script) { fixture, receiver in
            try await fixture.pause("system:globex", true)
            let id = try await Self.ask(fixture)
            try await fixture.pause("system:globex", false)
            // The upload is begun, and that is kept.
            let first = try await fixture.claimHandOver()
            let verdict = await fixture.performer.perform(try #require(first.job))
            #expect(verdict.outcome == .waiting && verdict.findings != nil)
            try await fixture.enter(verdict, of: first, case: id)
            // The next one sends, and is never heard of again.
            let second = try await fixture.claimHandOver()
            let job = try #require(second.job)
            let dying = Task { [performer = fixture.performer] in await performer.perform(job) }
            let arrived = try await eventually { try await receiver.uploads.first?.offset == 2 * 16_384 }
            #expect(arrived)
            dying.cancel()
            #expect(await dying.value.cause == AttemptVerdict.notBegun)
            try await fixture.loseLease()
            try await fixture.settle()
            try await fixture.hurry()
            #expect(try await fixture.state(id) == "fulfilled")
            let uploads = try await receiver.uploads
            #expect(uploads.count == 1 && uploads[0].isAsAnnounced == true)
            #expect(try await fixture.export(id).bundle?.sha256 == uploads[0].sha256)
            // Nothing went twice.
            let parts = (uploads[0].length + 16_383) / 16_384
            #expect(try await receiver.calls.filter { $0.method == "PATCH" }.count == parts)
        }
    }

    @Test("Y5, N3: a worker that dies when it has just begun an upload leaves one that the next worker finds again")
    func forgotten() async throws {
        try await Self.with { fixture, receiver in
            try await fixture.pause("system:globex", true)
            let id = try await Self.ask(fixture)
            try await fixture.pause("system:globex", false)
            let item = try await fixture.claimHandOver()
            let verdict = await fixture.performer.perform(try #require(item.job))
            #expect(verdict.outcome == .waiting)
            try await fixture.loseLease()
            try await fixture.settle()
            try await fixture.hurry()
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await receiver.calls.filter { $0.method == "POST" }.count == 2)
            let uploads = try await receiver.uploads
            #expect(uploads.count == 1 && uploads[0].isAsAnnounced == true)
        }
    }

    @Test("Y5: an upload that the receiver has lost is begun anew, once")
    func gone() async throws {
        try await Self.with("{upload: {gone_at: 30000}}") { fixture, receiver in
            let id = try await Self.ask(fixture)
            #expect(try await fixture.state(id) == "fulfilled")
            let uploads = try await receiver.uploads
            #expect(uploads.count == 2 && !uploads[0].isComplete && uploads[1].isAsAnnounced == true)
        }
    }

    @Test(
        "Y5: a receiver that refuses, leads elsewhere or says what cannot be is given up at once, and a person is asked",
        arguments: [
            ("{methods: [POST], status: 403}", "http_403"), ("{status: 302, location: /uploads/other}", "http_302"),
            ("{methods: [PATCH], status: 413}", "http_413"), ("{upload: {offset_off: 7}}", "offset_beyond"),
            ("{upload: {offset_off: -1}}", "no_offset"), ("{upload: {length_off: 5}}", "length_differs"),
            ("{methods: [PATCH], status: 204, acts: false}", "no_offset"),
        ]
    )
    func refused(_ script: String, _ cause: String) async throws {
        try await Self.with(script) { fixture, receiver in
            let id = try await Self.ask(fixture)
            #expect(try await Self.effort(fixture) == ["parked \(cause) 1"])
            #expect(try await fixture.state(id) == "in_progress")
            #expect(try await fixture.reviews(id) == ["hand_over_stuck open"])
            #expect(try await receiver.uploads.allSatisfy { !$0.isComplete })
            // The person's word: the copy has to do.
            try await fixture.say("denied", .handOverStuck, of: id)
            #expect(try await fixture.state(id) == "partly_fulfilled")
            let export = try await fixture.export(id)
            #expect(export.state == .ready && export.handOver?.state == .left && export.bundle != nil)
            #expect(try await fixture.facts(id).contains("export.hand_over_left"))
        }
    }

    @Test("Y5: confirmed, it is tried anew; what is wrong still is asked about once more")
    func again() async throws {
        try await Self.with("{methods: [POST], sequence: [{calls: 2, status: 403}]}") { fixture, receiver in
            let id = try await Self.ask(fixture)
            try await fixture.say("confirmed", .handOverStuck, of: id)
            #expect(try await Self.effort(fixture) == ["parked http_403 1", "parked http_403 1"])
            #expect(try await fixture.reviews(id) == ["hand_over_stuck confirmed", "hand_over_stuck open"])
            try await fixture.say("confirmed", .handOverStuck, of: id)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await receiver.uploads.last?.isAsAnnounced == true)
        }
    }

    @Test("Y5: an older effort that somebody lets go again beside a newer one sends nothing")
    func superseded() async throws {
        try await Self.with("{methods: [POST], sequence: [{calls: 2, status: 403}]}") { fixture, receiver in
            let id = try await Self.ask(fixture)
            try await fixture.say("confirmed", .handOverStuck, of: id)
            #expect(try await Self.effort(fixture) == ["parked http_403 1", "parked http_403 1"])
            try await Self.letGoAgain(fixture)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await Self.effort(fixture).first == "parked superseded 2")
            #expect(try await receiver.uploads.map(\.isAsAnnounced) == [true])
        }
    }

    @Test(
        "Y5: where the data map names another host since an upload was begun, that one gets it, and the first nothing more"
    )
    func moved() async throws {
        try await UploadReceiver.with { other in
            try await Self.with { fixture, receiver in
                try await fixture.pause("system:globex", true)
                let id = try await Self.ask(fixture)
                try await fixture.pause("system:globex", false)
                let first = try await fixture.claimHandOver()
                let verdict = await fixture.performer.perform(try #require(first.job))
                try await fixture.enter(verdict, of: first, case: id)
                #expect(try await receiver.uploads.map(\.offset) == [0])
                let calls = try await receiver.calls.count
                _ = try await fixture.owner.withConnection {
                    try await $0.query("UPDATE habeas.system SET body = \(other.system()) WHERE id = 'globex'")
                }
                try await fixture.hurry()
                #expect(try await fixture.state(id) == "fulfilled")
                #expect(try await other.uploads.map(\.isAsAnnounced) == [true])
                #expect(try await receiver.calls.count == calls)
            }
        }
    }

    @Test("Y5: a person may also let the very same attempt go again; the question is then nobody's any more")
    func retried() async throws {
        try await Self.with("{methods: [POST], sequence: [{status: 401}]}") { fixture, receiver in
            let id = try await Self.ask(fixture)
            #expect(try await fixture.reviews(id) == ["hand_over_stuck open"])
            try await Self.letGoAgain(fixture)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.reviews(id) == ["hand_over_stuck moot"])
            #expect(try await fixture.export(id).handOver?.state == .done)
            #expect(try await receiver.uploads.count == 1)
        }
    }

    @Test(
        "Y5: a receiver that fails or never ends is tried again, later each time, and holds nothing else up",
        arguments: [
            ("{methods: [PATCH], hang: true}", "timeout"), ("{methods: [POST], status: 500}", "http_500"),
            ("{methods: [HEAD], status: 503, retry_after: 3}", "http_503"),
        ]
    )
    func trouble(_ script: String, _ cause: String) async throws {
        try await Self.with(script, timeout: cause == "timeout" ? .milliseconds(500) : .seconds(10)) { fixture, _ in
            let id = try await Self.ask(fixture)
            #expect(try await Self.effort(fixture) == ["retrying \(cause) 1"])
            #expect(try await fixture.state(id) == "in_progress")
            #expect(try await fixture.reviews(id).isEmpty)
            try await fixture.hurry()
            #expect(try await Self.effort(fixture) == ["retrying \(cause) 2"])
        }
    }

    @Test(
        "Y5: whoever does not stand in the data map is never called, whatever address a request names",
        arguments: [true, false]
    )
    func unknown(_ hasAddress: Bool) async throws {
        try await Self.with { fixture, receiver in
            let endpoint = "https://127.0.0.1/uploads/other"
            let id = try await Self.ask(
                fixture,
                recipient: hasAddress ? #"{"name":"Globex Import","endpoint":"\#(endpoint)"}"# : #"{"name":"Initech"}"#
            )
            #expect(try await fixture.reviews(id) == ["hand_over_stuck open"])
            #expect(try await Self.effort(fixture).isEmpty)
            #expect(try await receiver.calls.isEmpty)
            let reason = try await fixture.text(
                "SELECT body FROM habeas.evidence WHERE chain_id = \(id) AND fact = 'export.hand_over_stuck'"
            ).joined()
            #expect(reason.contains("receiver_unknown") && !reason.contains("Initech"))
            // Still none: the same question.
            try await fixture.say("confirmed", .handOverStuck, of: id)
            #expect(try await fixture.reviews(id) == ["hand_over_stuck confirmed", "hand_over_stuck open"])
        }
    }

    @Test("K16: nothing leaves for a third country without a mechanism, and a person sees why")
    func mechanism() async throws {
        try await Self.with(region: "US") { fixture, receiver in
            let id = try await Self.ask(fixture)
            #expect(try await fixture.reviews(id) == ["hand_over_stuck open"])
            #expect(try await receiver.calls.isEmpty)
            let export = try await fixture.export(id)
            #expect(export.handOver == ExportRecord.HandOver(.asked, receiver: "globex"))
            let reason = try await fixture.text(
                "SELECT body FROM habeas.evidence WHERE chain_id = \(id) AND fact = 'export.hand_over_stuck'"
            ).joined()
            #expect(reason.contains("mechanism_missing"))
        }
    }

    @Test("N3: a request that is withdrawn meanwhile is handed over no more, and nothing of it is left")
    func withdrawn() async throws {
        try await Self.with { fixture, receiver in
            try await fixture.pause("system:globex", true)
            let id = try await Self.ask(fixture)
            #expect(try await fixture.export(id).handOver?.state == .underWay)
            try await fixture.apply(.withdrawn, to: id)
            try await fixture.wake(id)
            try await fixture.pause("system:globex", false)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "withdrawn")
            #expect(try await Self.effort(fixture) == ["cancelled 0"])
            #expect(try await fixture.export(id).state == .expired)
            #expect(try await fixture.stored().isEmpty)
            #expect(try await receiver.calls.isEmpty)
        }
    }
}

extension FanOutBench where Planner == ExportPlanner, Performer == ExportPerformer, Peers == ExportPlace {
    fileprivate func pause(_ target: String, _ isPaused: Bool) async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                """
                UPDATE habeas.target SET paused_at = CASE WHEN \(isPaused) THEN now() END,
                       pause_reason = CASE WHEN \(isPaused) THEN 'test' END WHERE id = \(target)
                """
            )
        }
    }

    /// Takes the hand-over into a worker's hands.
    fileprivate func claimHandOver() async throws -> EffectClaim<ExportPerformer>.Claimed {
        let ids = try await ids(
            """
            UPDATE habeas.effect SET state = 'released', next_attempt_at = now() + interval '1 minute'
             WHERE kind = 'export.hand_over' AND state IN ('planned', 'retrying', 'released') RETURNING id
            """
        )
        let claim = EffectClaim(.export, performer: performer)
        let claimed = try await worker.withConnection {
            try await claim.take(ids, registry: registry, on: $0).claimed
        }
        return try #require(claimed.first)
    }

    fileprivate func enter(
        _ verdict: AttemptVerdict,
        of item: EffectClaim<ExportPerformer>.Claimed,
        case id: UUID
    ) async throws {
        let attempt = EffectAttempt(item.lease, verdict, startedAt: Date(), endedAt: Date(), worker: "test")
        _ = try await worker.withConnection { try await work.run([id], attempts: [attempt], on: $0) }
    }

    /// What the clock does with a lease whose holder is gone.
    fileprivate func loseLease() async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                "UPDATE habeas.effect SET next_attempt_at = now() - interval '1 second' WHERE kind = 'export.hand_over' AND state = 'leased'"
            )
        }
    }
}
