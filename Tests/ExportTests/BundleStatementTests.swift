import Connectors
import FanOutKit
import Fleet
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
    ///
    /// - Parameters:
    ///   - personLocale: in the person's contact.
    ///   - clientLocale: of the client.
    private static func manifest(
        relationship: String = "end_user",
        by submitter: String = "client",
        personLocale: String? = nil,
        clientLocale: String = "en"
    ) async throws -> (manifest: [String: Any], page: String) {
        var found: (manifest: [String: Any], page: String)?
        let contact = personLocale.map { #","contact":{"locale":"\#($0)"}"# } ?? ""
        try await ExportFixture.with(systems) { fixture in
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.client SET locale = \(clientLocale) WHERE id = 'acme'")
            }
            fixture.peers.peers.say("counter", .act) { _ in ScriptedPeers.accepted("asked") }
            try await fixture.fill(tickets: 2)
            let id = try await fixture.ask(
                "access",
                relationship: relationship,
                by: submitter,
                identities: ada + contact,
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

    /// All texts of a manifest that are sentences of ours.
    private static func sentences(_ manifest: [String: Any]) throws -> String {
        let sections = try #require(manifest["sections"] as? [[String: Any]])
        var texts = sections.flatMap { [$0["retention"], $0["source"], $0["safeguards"]].compactMap { $0 as? String } }
        for section in sections {
            texts += section["recipients"] as? [String] ?? []
            texts += (section["withheld"] as? [[String: Any]] ?? []).compactMap { $0["reason"] as? String }
        }
        for key in ["rights", "complaints", "automated_decisions"] { texts += manifest[key] as? [String] ?? [] }
        return texts.joined(separator: "\n")
    }

    @Test(
        "K21: whom the vendor itself answers reads it in the language of their contact, throughout, rights and ways to complain included",
        arguments: [("de-AT", BundleLanguage.german), ("fr", .french), ("es-MX", .spanish), ("tlh", .english)]
    )
    func ofThePerson(_ tag: String, _ language: BundleLanguage) async throws {
        let (manifest, page) = try await Self.manifest(
            relationship: "client_user",
            by: "subject",
            personLocale: tag,
            clientLocale: "sv"
        )
        #expect(manifest["locale"] as? String == language.rawValue)
        #expect(page.contains("<html lang=\"\(language.rawValue)\">"))
        let told = try Self.sentences(manifest)
        let text = PageLanguageTests.text(of: page)
        for other in BundleLanguage.allCases where other != language {
            #expect(other.words.leftovers(in: text, of: language.words) == [], "\(other)")
            #expect(other.words.leftovers(in: told, of: language.words) == [], "\(other)")
        }
        let letters = try LetterBook(folder: ExportFixture.deploy)
        let recourse = letters.recourse(
            profile: "kustomer",
            locale: language.rawValue,
            regulation: .gdpr,
            country: "FR"
        )
        let rights = try #require(manifest["rights"] as? [String])
        #expect(rights.first == recourse.rights && manifest["complaints"] as? [String] == recourse.complaints)
        let words = language.words
        #expect(told.contains(words.transfer(.scc)) && told.contains(words.withheldBecause(.secret)))
        #expect(told.contains(words.fill(words.takenOver, ["systems": "Shop"])))
        #expect(told.contains(words.fill(words.keptOn, ["basis": "HGB § 257"])))
        #expect(rights.contains(words.fill(words.decider, ["client": "Kustomer (example)"])))
    }

    @Test("K21: what goes to a client is in the client's language, whatever the person's is")
    func ofTheClient() async throws {
        let (manifest, page) = try await Self.manifest(personLocale: "de", clientLocale: "fr-CH")
        #expect(manifest["locale"] as? String == "fr" && page.contains("<html lang=\"fr\">"))
        let rights = try #require(manifest["rights"] as? [String])
        let words = PageWords.french
        #expect(rights.contains(words.fill(words.decider, ["client": "acme"])))
        #expect(page.contains(PageText.escaped(words.fill(words.otherDecisions, ["client": "acme"]))))
    }

    @Test("K21, Y9: a list of disclosures has headings for people on the page, and names for machines in the data")
    func disclosures() async throws {
        try await ExportFixture.with(Self.systems) { fixture in
            let id = try await fixture.ask(
                "disclosure_list",
                relationship: "client_user",
                by: "subject",
                identities: Self.ada + #","contact":{"locale":"de"}"#
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            let opened = try OpenedBundle(Data(try await fixture.bundle(id)))
            let page = opened.text("index.html")
            #expect(page.contains("Kustomer (example)</bdi>: <bdi>Weitergabe an Dritte</bdi></h3>"))
            for heading in ["Empfänger", "Dienst", "Kategorie", "Zwecke", "Land"] {
                #expect(page.contains("<th scope=\"col\">\(heading)</th>"), "\(heading)")
            }
            #expect(PageWords.english.leftovers(in: PageLanguageTests.text(of: page), of: .german) == [])
            let csv = try opened.only("data/csv/")
            #expect(try opened.table(csv.name)[0] == ["name", "service", "categories", "purposes", "country"])
        }
    }
}
