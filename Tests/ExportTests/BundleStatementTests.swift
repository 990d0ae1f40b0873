import Connectors
import FanOutKit
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Export

@Suite("What a copy says about the data in it", .database)
struct BundleStatementTests {
    private static let ada = #"[{"type":"email","value":"ada@example.org"}]"#

    private static var systems: [String] {
        [
            ExportFixture.shop + """

                source: "Orders come from the shop's cashiers"
                stored_for: {customers: as long as there is an account, tickets: three years}
                automated_decisions:
                - {decision: whether a ticket is spam, logic: a word filter, consequences: it is read later}
                keep:
                - {category: tickets, reason: dispute, instruction: Globex wants it, until: 2090-01-01, clients: [globex]}
                - {category: tickets, reason: legal_duty, law: HGB § 257, for: 72 calendar_months}
                """,
            """
            id: counter
            title: Headcount
            kind: subprocessor
            company: Headcount Inc.
            service: counts
            categories: [usage]
            purposes: [statistics]
            region: US
            agreed_on: 2026-01-01
            mechanism: {kind: scc, valid_until: 2090-01-01}
            from: [shop]
            connector: {kind: amqp, public_key: '\(SealedReceiver().publicJWK)', operations: [collect], publishers: [desk]}
            """,
            """
            id: plugin
            title: Plugin of another client
            kind: client_integration
            clients: [globex]
            from: [shop]
            """,
        ]
    }

    /// A case whose app hands a file over; gives the bundle's manifest and its page.
    private static func manifest(
        relationship: String = "end_user",
        by submitter: String = "client"
    ) async throws -> (manifest: [String: Any], page: String) {
        var found: (manifest: [String: Any], page: String)?
        try await ExportFixture.with(systems) { fixture in
            fixture.peers.peers.say("counter", .act) { _ in ScriptedPeers.accepted("asked") }
            try await fixture.fill(tickets: 2)
            let id = try await fixture.ask(
                "access",
                relationship: relationship,
                by: submitter,
                identities: ada,
                more: #""country":"FR","#
            )
            try await fixture.settle()
            let task = try #require(
                try await fixture.ids("SELECT id FROM habeas.fan_out WHERE case_id = \(id) AND system_id = 'counter'")
                    .first
            )
            let sealed = try #require(fixture.ring.intake).receiver.seal(Array(#"[{"clicks":3}]"#.utf8))
            let at = EventTime.text(Date(timeIntervalSinceNow: -5))
            try await fixture.publish(
                "task.completed",
                #"{"task":"\#(task)","outcome":"done","at":"\#(at)","rows":1,"results":"\#(sealed)"}"#
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            let opened = try OpenedBundle(Data(try await fixture.bundle(id)))
            found = (try opened.manifest, opened.text("index.html"))
        }
        return try #require(found)
    }

    @Test("G1, K16: what Art. 15(1) and (2) GDPR ask, as the data map, the profile and the list of authorities have it")
    func told() async throws {
        let (manifest, page) = try await Self.manifest()
        #expect(manifest["processor"] as? String == "Kustomer (example)" && manifest["client"] as? String == "acme")
        let sections = try #require(manifest["sections"] as? [[String: Any]])
        let customers = try #require(sections.first { $0["dataset"] as? String == "shop.customers" })
        let tickets = try #require(sections.first { $0["dataset"] as? String == "shop.tickets" })
        let usage = try #require(sections.first { $0["system"] as? String == "counter" })
        #expect(customers["retention"] as? String == "as long as there is an account")
        #expect(tickets["retention"] as? String == "three years; After an erasure kept for a time: HGB § 257")
        #expect(customers["source"] as? String == "Orders come from the shop's cashiers")
        #expect(usage["source"] as? String == "Taken over from: Shop")
        #expect(
            customers["recipients"] as? [String] == [
                "Headcount Inc. (Headcount), US: standard contractual clauses (GDPR Art. 46(2)(c))"
            ]
        )
        #expect(usage["safeguards"] as? String == "standard contractual clauses (GDPR Art. 46(2)(c))")
        #expect(customers["safeguards"] == nil && usage["retention"] == nil)
        let rights = try #require(manifest["rights"] as? [String])
        for right in ["access", "correction", "deletion", "restriction", "portability", "object"] {
            #expect(rights[0].contains(right), "\(right)")
        }
        #expect(rights.contains("The company that decides about the data is acme."))
        #expect(rights.contains { $0.contains("privacy@kustomer.example") })
        #expect(rights.contains("The data protection officer of Kustomer (example): dpo@kustomer.example"))
        let complaints = try #require(manifest["complaints"] as? [String])
        #expect(complaints[0].contains("GDPR Art. 77") && complaints[1].contains("(CNIL)"))
        let decisions = try #require(manifest["automated_decisions"] as? [String])
        #expect(
            decisions == [
                "Shop: whether a ticket is spam. By what: a word filter. What it means for you: it is read later.",
                "What acme decides by other means only acme can say.",
            ]
        )
        for text in rights + complaints + decisions {
            #expect(page.contains("<bdi>\(PageText.escaped(text))</bdi>"), "\(text)")
        }
        #expect(page.contains(">files: 1</td>"))
        // Nothing of other clients'.
        for word in ["globex", "Globex", "another client"] { #expect(!page.contains(word), "\(word)") }
    }

    @Test("K2: a client's own user reads that the vendor itself decides")
    func own() async throws {
        let (manifest, _) = try await Self.manifest(relationship: "client_user", by: "subject")
        #expect(manifest["client"] as? String == "Kustomer (example)")
        let rights = try #require(manifest["rights"] as? [String])
        #expect(rights.contains("The company that decides about the data is Kustomer (example)."))
        #expect((manifest["automated_decisions"] as? [String])?.count == 1)
    }
}
