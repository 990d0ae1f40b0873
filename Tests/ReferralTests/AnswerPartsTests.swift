import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Referral

@Suite("What answers say of the data that stay, and of the systems that did not do it", .database)
struct AnswerPartsTests {
    private static let systems: [(id: String, body: String)] = [
        ("crm", "{id: crm, title: Our CRM, kind: own, purposes: [support], connector: {kind: manual}}"),
        (
            "forum",
            "{id: forum, title: Community forum, kind: public_content, purposes: [support], connector: {kind: manual}}"
        ),
        ("shop", "{id: shop, title: Example Shop, kind: client_integration, clients: [letters, acme]}"),
        ("vault", "{id: vault, title: Vault, kind: backup, backups: 90 calendar_days}"),
        ("trail", "{id: trail, title: Access log, kind: log, retention: 365 calendar_days}"),
    ]

    private static let until = Date(timeIntervalSince1970: 2_250_000_000)  // April 2041

    private func parts(_ fixture: ReferralFixture, of id: UUID, client: String?, _ targets: [FanOutTarget]) async throws
    {
        let own = targets.map { $0.system }
        let rest: [FanOutTarget] = [
            .sample("shop", .listed, of: id, client: client, way: .client, ordinal: 7),
            .sample("vault", .listed, of: id, client: client, way: .time, ordinal: 8) { $0.goneBy = Self.until },
            .sample("trail", .listed, of: id, client: client, way: .time, ordinal: 9) {
                $0.goneBy = Self.until.addingTimeInterval(366 * 86_400)
            },
        ].filter { !own.contains($0.system) && ($0.way != .client || client != nil) }
        _ = try await fixture.owner.withConnection { connection in
            for statement in FanOutTarget.seed(targets + rest) { _ = try await connection.query(statement) }
        }
    }

    private func own(
        _ fixture: ReferralFixture,
        _ right: String = "erasure",
        regulation: String = "gdpr",
        locale: String = "en"
    )
        async throws -> UUID
    {
        let id = try await fixture.ask(
            right,
            relationship: "visitor",
            client: nil,
            publisher: "forum",
            regulation: regulation,
            contact: #"{"email":"ada@example.org","locale":"\#(locale)"}"#
        )
        try await fixture.settle()
        let done = EventTime.text(Date())
        try await fixture.publish(
            "identity.verified",
            #"{"request":"\#(id.uuidString.lowercased())","level":"document","method":"link","verified_at":"\#(done)","by":"forum"}"#,
            by: "forum"
        )
        try await fixture.settle()
        #expect(try await fixture.state(id) == "in_progress")
        return id
    }

    private func answer(_ fixture: ReferralFixture) async throws -> String {
        // The relay has taken as many as the ledger says, and writes them down in its own time.
        try await fixture.lastLetter(
            fixture.count("SELECT count(*) FROM habeas.effect WHERE target_id = 'mail' AND state = 'done'")
        )
    }

    /// A copy that is there, and what became of handing it over.
    private func copy(_ fixture: ReferralFixture, of id: UUID, _ handOver: ExportRecord.HandOver) async throws {
        let now = Date()
        let exportID = UUID.version7(at: now)
        var export = ExportRecord(
            id: exportID,
            caseID: id,
            clientID: nil,
            key: try CaseKey(for: exportID).wrapped(with: fixture.ring),
            at: now
        )
        let inserted = export.insert
        export.state = .ready
        export.bundle = ExportRecord.Bundle(object: "a/b", bytes: 7, sha256: "ab", rows: 1, gaps: 0)
        export.readyAt = now
        export.expiresAt = Self.until
        export.handOver = handOver
        let updated = export.update
        _ = try await fixture.owner.withConnection { try await $0.pipeline([inserted, updated]) }
    }

    private static let globex = """
        {id: globex, title: Globex Import, kind: controller, region: FR, connector: {kind: tus, url: "https://import.example/files"}}
        """

    @Test(
        "Y5: a person is told that another controller has a copy, or that it has not",
        arguments: ["en", "de", "fr", "es"]
    )
    func handedOver(_ locale: String) async throws {
        try await ReferralFixture.with { fixture in
            try await fixture.map(Self.systems + [("globex", Self.globex)])
            let done = try await own(fixture, "portability", locale: locale)
            try await copy(fixture, of: done, ExportRecord.HandOver(.done, receiver: "globex", doneAt: Date()))
            try await fixture.finish(done, complete: true, openEnds: false)
            let told = try await answer(fixture)
            #expect(told.contains("Globex Import"), "\(told)")
            let left = try await own(fixture, "portability", locale: locale)
            try await copy(fixture, of: left, ExportRecord.HandOver(.left, receiver: "globex"))
            try await fixture.finish(left, complete: false, openEnds: false)
            let partly = try await answer(fixture)
            #expect(partly.contains("Globex Import") && !partly.contains("Some of the data"), "\(partly)")
        }
    }

    private static let invoices = FanOutTarget.Kept(
        category: "invoices",
        reason: .legalDuty,
        citation: "HGB § 257",
        until: until
    )

    @Test("K11, Y4: a person is told what is kept, why, where that is written and until when, and what backups hold")
    func kept() async throws {
        try await ReferralFixture.with { fixture in
            try await fixture.map(Self.systems)
            let id = try await own(fixture)
            try await parts(
                fixture,
                of: id,
                client: nil,
                [.sample("crm", of: id, client: nil) { $0.kept = [Self.invoices] }]
            )
            try await fixture.finish(id, complete: false, openEnds: true, refusal: .legalObligation)
            let text = try await answer(fixture)
            #expect(text.contains("invoices: A law requires") && text.contains("(HGB § 257)"), "\(text)")
            #expect(text.contains("April 2041") && text.contains("gone by"))
            #expect(text.contains("April 2042"), "the log: \(text)")
            #expect(
                !text.contains("legal claims") && !text.contains("Example Shop") && !text.contains("Some of the data")
            )
        }
    }

    @Test("N4: what can still be restored is told with its date, and nothing about legal claims")
    func grace() async throws {
        try await ReferralFixture.with { fixture in
            try await fixture.map(Self.systems)
            let id = try await own(fixture)
            try await parts(
                fixture,
                of: id,
                client: nil,
                [.sample("crm", .grace, of: id, client: nil) { $0.verifyAt = Self.until }]
            )
            try await fixture.finish(id, complete: true, openEnds: true)
            let text = try await answer(fixture)
            #expect(try await fixture.state(id) == "on_hold")
            #expect(text.contains("Our CRM: It is deleted there") && text.contains("April 2041"), "\(text)")
            #expect(!text.contains("legal claims"))
        }
    }

    @Test("K18: what a legal hold suspends is told as kept for legal claims")
    func held() async throws {
        try await ReferralFixture.with { fixture in
            try await fixture.map(Self.systems)
            let id = try await own(fixture)
            try await parts(fixture, of: id, client: nil, [.sample("crm", .waiting, of: id, client: nil)])
            try await fixture.finish(id, complete: false, openEnds: true, refusal: .legalClaims)
            let text = try await answer(fixture)
            #expect(
                text.contains("Our CRM: This data is needed to establish, exercise or defend legal claims."),
                "\(text)"
            )
        }
    }

    @Test(
        "C5, Y9: a public removal that failed or was refused is explained, with the caveat of California, in each language",
        arguments: ["en", "de", "fr", "es"]
    )
    func removal(_ locale: String) async throws {
        let words = ["en": "has refused", "de": "abgelehnt", "fr": "a refusé", "es": "se ha negado"]
        let word = try #require(words[locale])
        try await ReferralFixture.with { fixture in
            try await fixture.map(Self.systems)
            let id = try await own(fixture, "public_removal", regulation: "ccpa", locale: locale)
            try await parts(
                fixture,
                of: id,
                client: nil,
                [.sample("forum", .left, of: id, client: nil) { $0.outcome = .refused }]
            )
            try await fixture.finish(id, complete: false)
            let text = try await answer(fixture)
            #expect(text.contains("Community forum") && text.contains(word) && text.contains("§ 22581"), "\(text)")
        }
    }

    @Test("K14: the client is told which applications are its own to clean, by mail and by webhook, with all targets")
    func client() async throws {
        try await ReferralFixture.with { fixture in
            try await fixture.map(Self.systems)
            for client in ["letters", "acme"] {
                let id = try await fixture.ask(by: "client", client: client)
                try await fixture.settle()
                #expect(try await fixture.state(id) == "in_progress")
                try await parts(
                    fixture,
                    of: id,
                    client: client,
                    [
                        .sample("crm", of: id, client: client) { $0.kept = [Self.invoices] },
                        .sample("forum", .left, of: id, client: client, ordinal: 1) { $0.outcome = .failed },
                    ]
                )
                let body = #"{"v":1}"#
                let certificate = UUID()
                _ = try await fixture.owner.withConnection {
                    try await $0.query(
                        """
                        INSERT INTO habeas.certificate (id, case_id, client_id, number, issued_at, body, key_id, signature)
                        VALUES (\(certificate), \(id), \(client), 1, now(), \(body), 's1', '\\x00')
                        """
                    )
                }
                try await fixture.finish(id, complete: false)
                if client == "letters" {
                    let text = try await answer(fixture)
                    #expect(text.contains("- Example Shop") && text.contains("- invoices: A law requires"), "\(text)")
                    #expect(text.contains("- Community forum: We have tried"), "\(text)")
                    continue
                }
                let told = try #require(try fixture.posted().last)
                let targets = try #require(told["targets"] as? [[String: Any]])
                #expect(targets.map { $0["system"] as? String } == ["crm", "forum", "shop", "vault", "trail"])
                #expect(told["clients_own"] as? [String] == ["shop"])
                let kept = try #require(told["kept"] as? [[String: Any]]).first
                #expect(kept?["category"] as? String == "invoices" && kept?["basis"] as? String == "HGB § 257")
                #expect(kept?["until"] as? String == EventTime.text(Self.until))
                let missing = try #require(told["not_done"] as? [[String: Any]]).first
                #expect(missing?["system"] as? String == "forum" && missing?["why"] as? String == "failed")
                #expect(told["backups_until"] as? String == EventTime.text(Self.until))
                let named = try #require(told["certificate"] as? [String: Any])
                #expect(named["id"] as? String == certificate.uuidString.lowercased())
                // As sha256sum gives it for these seven bytes.
                #expect(
                    named["sha256"] as? String == "afbf9d0f3560b0fd7795e81c42a0a79ee6b6fc67e064f77826aee642cad28d91"
                )
            }
        }
    }

    @Test("what a person answered without a data map gives its reason, as it did")
    func withoutMap() async throws {
        try await ReferralFixture.with { fixture in
            for (refusal, openEnds, words) in [
                (RefusalReason.legalObligation, false, "Some of the data: A law requires"),
                (nil, true, "Some of the data: This data is needed to establish"),
            ] as [(RefusalReason?, Bool, String)] {
                let id = try await own(fixture)
                try await fixture.finish(id, complete: false, openEnds: openEnds, refusal: refusal)
                let text = try await answer(fixture)
                #expect(text.contains(words), "\(text)")
            }
        }
    }
}
