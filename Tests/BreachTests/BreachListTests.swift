import Breach
import Crypto
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite(
    "Lists of the people whom an incident concerns",
    .database,
    .enabled(if: MailSink.isInstalled, "needs python3-aiosmtpd")
)
struct BreachListTests {
    private static let ann =
        #"[{"identities":[{"type":"email","value":"canary-ann@example.org"},{"type":"controller_customer_id","value":"=1+1"}],"#
        + #""contact":{"name":"Canary Ann","email":"canary-ann@example.org","locale":"en"}}]"#
    private static let bob = #"[{"type":"email","value":"canary-bob@example.org"}]"#
    private static let annAgain =
        #"[{"type":"email","value":"canary-ann@example.org"},{"type":"phone","value":"+49301112223"}]"#

    private static func rows(_ files: [String: String]) throws -> [[String: Any]] {
        let lines = try #require(files.first { $0.key.hasSuffix(".jsonl") }?.value).split(separator: "\n")
        return try lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test(
        "N6, K15: of one incident each client gets a list of its own people and of nobody else's, as an encrypted export"
    )
    func ownPeople() async throws {
        try await BreachFixture.withLists { fixture, lists in
            let peers = fixture.peers
            try await fixture.register([("north", [peers.hook(200)])], country: "US-NY", baa: true)
            try await fixture.register([("south", [peers.post("privacy@south.example")])])
            try await fixture.register([("quiet", [peers.hook(200)])])
            _ = try await fixture.report(
                affected: """
                    {"client":"north","identities":"\(try fixture.sealed(Self.ann))"},\
                    {"client":"south","identities":"\(try fixture.sealed(Self.bob))"},{"client":"quiet"}
                    """
            )
            try await fixture.settle()
            let (north, south) = (try await fixture.notice("north"), try await fixture.notice("south"))
            #expect(try await fixture.lists(north) == ["1 ready"])
            #expect(try await fixture.lists(south) == ["1 ready"])
            #expect(try await fixture.lists(try await fixture.notice("quiet")).isEmpty)

            let export = try await fixture.export(north, list: 1)
            let files = try await fixture.opened(export, in: lists)
            let rows = try Self.rows(files)
            #expect(rows.count == 1 && export.bundle?.rows == 1 && export.bundle?.gaps == 0)
            #expect(rows.first?["email"] as? String == "canary-ann@example.org")
            #expect(rows.first?["contact_name"] as? String == "Canary Ann")
            let sheet = try #require(files.first { $0.key.hasSuffix(".csv") }?.value)
            #expect(
                sheet.contains("number,contact_name,contact_email,contact_locale,controller_customer_id,email")
                    || sheet.contains("\"number\"")
            )
            #expect(sheet.contains("'=1+1"), "a spreadsheet takes it for text")
            let manifest = try #require(files.first { $0.key.hasSuffix("/manifest.json") }?.value)
            #expect(manifest.contains(#""people_list":{"number":1,"articles":["45 CFR 164.410(c)(1)"]}"#))
            #expect(!manifest.contains("\"right\"") && !manifest.contains("submitted_on"))
            let page = try #require(files.first { $0.key.hasSuffix("/index.html") }?.value)
            #expect(page.contains("North Ltd") && page.contains("45 CFR 164.410(c)(1)") && page.contains("Canary Ann"))
            #expect(files.keys.contains { $0.hasSuffix("/manifest.json.sig") })
            let others = try await fixture.opened(try await fixture.export(south, list: 1), in: lists)
            for text in files.values { #expect(!text.contains("canary-bob") && !text.contains("South")) }
            for text in others.values { #expect(!text.contains("canary-ann") && !text.contains("North")) }

            // In the store nobody reads a word.
            for name in try await lists.store.list(prefix: "") {
                let file = try Data(contentsOf: URL(filePath: lists.folder).appending(path: name))
                #expect(file.range(of: Data("canary".utf8)) == nil)
            }
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("N6: the notice goes at once and says where its list will be; that it is ready is said over the same channel")
    func said() async throws {
        try await BreachFixture.withLists { fixture, lists in
            let peers = fixture.peers
            try await fixture.register([("north", [peers.hook(200)]), ("south", [peers.post("privacy@south.example")])])
            let north = try fixture.sealed(Self.ann)
            let south = try fixture.sealed(Self.bob)
            // The export worker is not there.
            var alone = fixture
            alone.mates = []
            _ = try await alone.report(
                affected: #"{"client":"north","identities":"\#(north)"},{"client":"south","identities":"\#(south)"}"#
            )
            try await alone.settle()
            let id = try await fixture.notice("north")
            #expect(try await fixture.effects(id) == ["breach.notice 1 hook done"])
            func list(_ call: [String: Any]?) -> [String: Any]? {
                ((call?["data"] as? [String: Any])?["notice"] as? [String: Any])?["people_list"] as? [String: Any]
            }
            let first = try #require(list(peers.calls.last))
            #expect(first["state"] as? String == "preparing" && first["number"] as? Int == 1 && first["sha256"] == nil)
            let export = try #require((first["export"] as? String).flatMap { UUID(uuidString: $0) })
            #expect(
                first["url"] as? String
                    == "https://privacy.vendor.example/v1/exports/\(export.uuidString.lowercased())"
            )
            #expect(try await fixture.clock("notify_clients", of: id) == "met")

            // Its wake-up is gone, too: whoever looks at the case next sees to it.
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(try await fixture.lists(id) == ["1 ready"])
            let ready = try await fixture.export(id, list: 1)
            #expect(ready.id == export)
            #expect(
                try await fixture.effects(id) == [
                    "breach.notice 1 hook done", "export.bundle done", "breach.notice 2 hook done",
                ]
            )
            let call = try #require(peers.calls.last)
            #expect((call["data"] as? [String: Any])?["kind"] as? String == "list")
            #expect(list(call)?["state"] as? String == "ready")
            #expect(list(call)?["sha256"] as? String == ready.bundle?.sha256)
            let notice = try #require((call["data"] as? [String: Any])?["notice"] as? [String: Any])
            #expect(notice["changed"] as? [String] == ["people_list"])
            let readable = try #require((notice["readable"] as? [String: Any])?["text"] as? String)
            #expect(readable.contains(ready.bundle?.sha256 ?? "-") && !readable.contains("canary"))
            #expect(
                try await fixture.text(
                    """
                    SELECT routing_key FROM habeas.outbox WHERE message_type = 'io.habeas.export.ready.v1' AND subject_id = \(id)
                     ORDER BY 1
                    """
                ) == ["client.north.io.habeas.export.ready.v1", "publisher.desk.io.habeas.export.ready.v1"]
            )
            let facts = try await fixture.facts(id)
            let made = try #require(facts.firstIndex(of: "people_list.made"))
            let done = try #require(facts.firstIndex(of: "export.ready"))
            let told = try #require(facts.lastIndex(of: "notice.made"))
            #expect(made < done && done < told, "the digest is evidence before anybody hears it")
            // Looked at again it has nothing new to say.
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(try await fixture.effects(id).count == 3)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("N6: when more people are known there is a new list of all of them; what is known of nobody new makes none")
    func phases() async throws {
        try await BreachFixture.withLists { fixture, lists in
            try await fixture.register([("north", [fixture.peers.hook(200)]), ("south", [fixture.peers.hook(200)])])
            _ = try await fixture.report(
                affected: #"{"client":"north","identities":"\#(try fixture.sealed(Self.ann))"}"#
            )
            try await fixture.settle()
            let id = try await fixture.notice("north")
            let before = try await fixture.export(id, list: 1)
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":2,"measures":"Closed."}"#)
            try await fixture.settle()
            #expect(try await fixture.lists(id) == ["1 ready"])
            let more = try fixture.sealed(Self.annAgain)
            let others = try fixture.sealed(Self.bob)
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":3,"affected":[{"client":"north","identities":"\#(more)"},{"client":"south","identities":"\#(others)"}]}"#
            )
            try await fixture.settle()
            #expect(try await fixture.lists(id) == ["1 ready", "2 ready"], "who was told of the first still gets it")
            #expect(try await fixture.export(id, list: 1).bundle == before.bundle)
            let rows = try Self.rows(try await fixture.opened(try await fixture.export(id, list: 2), in: lists))
            #expect(rows.count == 2, "nobody twice")
            #expect(rows.map { $0["number"] as? Int } == [1, 2])
            #expect(rows.contains { $0["phone"] as? String == "+49301112223" })
            #expect(try await fixture.lists(try await fixture.notice("south")) == ["1 ready"])
            #expect(
                try await fixture.text(
                    "SELECT number || ' ' || array_to_string(phases, ',') FROM habeas.breach_people WHERE case_id = \(id) ORDER BY number"
                ) == ["1 1", "2 3"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("a false alarm ends every list: no key is left, then no file")
    func falseAlarm() async throws {
        try await BreachFixture.withLists { fixture, lists in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            _ = try await fixture.report(
                affected: #"{"client":"north","identities":"\#(try fixture.sealed(Self.ann))"}"#
            )
            try await fixture.settle()
            let id = try await fixture.notice("north")
            #expect(try await lists.store.list(prefix: "").count == 1)
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":2,"false_alarm":true}"#)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.lists(id) == ["1 expired"])
            #expect(try await fixture.export(id, list: 1).key == nil)
            #expect(try await lists.store.list(prefix: "").isEmpty)
            #expect(try await fixture.facts(id).contains("export.deleted"))
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("no case ends before its list is told of; a list outlives its case, and ends when its time is over")
    func ends() async throws {
        try await BreachFixture.withLists { fixture, lists in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            var alone = fixture
            alone.mates = []
            _ = try await alone.report(affected: #"{"client":"north","identities":"\#(try fixture.sealed(Self.ann))"}"#)
            try await alone.settle()
            let id = try await fixture.notice("north")
            try await alone.publish(
                "breach.acknowledged",
                #"{"incident_ref":"I-1","client":"north","by":"Ada","at":"\#(EventTime.text(Date()))"}"#
            )
            try await alone.publish("breach.updated", #"{"incident_ref":"I-1","phase":2,"closed":true}"#)
            try await alone.settle()
            #expect(try await fixture.state(id) == "in_progress")
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.lists(id) == ["1 ready"])
            let kinds = try await fixture.text(
                "SELECT number || ' ' || kind FROM habeas.breach_content WHERE case_id = \(id) ORDER BY number"
            )
            #expect(kinds == ["1 first", "2 closed", "3 closed"])
            try await fixture.goAhead(days: 29)
            #expect(try await fixture.lists(id) == ["1 ready"])
            try await fixture.goAhead(days: 2)
            #expect(try await fixture.lists(id) == ["1 expired"])
            #expect(try await lists.store.list(prefix: "").isEmpty)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("N3: a worker that dies before it has written down what it made leaves one list, of one export")
    func killed() async throws {
        try await BreachFixture.withLists { fixture, lists in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            _ = try await fixture.report(
                affected: #"{"client":"north","identities":"\#(try fixture.sealed(Self.ann))"}"#
            )
            try await fixture.settle(performing: false)
            // What is planned is let go.
            var alone = fixture
            alone.mates = []
            try await alone.settle()
            #expect(try await lists.mate.perform { $0.kind == .exportBundle } == 1)
            #expect(
                try await lists.store.list(prefix: "").count == 1,
                "what it made lies there, and nobody knows of it"
            )
            let id = try await fixture.notice("north")
            #expect(try await fixture.lists(id) == ["1 collecting"])
            _ = try await fixture.owner.withConnection {
                try await $0.query(
                    "UPDATE habeas.effect SET next_attempt_at = now() - interval '1 second' WHERE state = 'leased'"
                )
            }
            for _ in 0..<2 { try await fixture.hurry() }
            #expect(try await fixture.lists(id) == ["1 ready"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.export") == 1)
            #expect(
                try await fixture.text(
                    "SELECT message_type FROM habeas.outbox WHERE message_type = 'io.habeas.export.ready.v1'"
                ).count == 2,
                "client and publisher, once each"
            )
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":2,"false_alarm":true}"#)
            try await fixture.settle()
            #expect(try await lists.store.list(prefix: "").isEmpty, "with what was orphaned")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "a list that cannot be made is tried again and told of as no list; a person ends it, and its case goes on without it"
    )
    func unreadable() async throws {
        try await BreachFixture.withLists { fixture, lists in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            var alone = fixture
            alone.mates = []
            _ = try await alone.report(
                affected: #"{"client":"north","subjects_approx":3,"identities":"\#(try fixture.sealed(Self.ann))"}"#
            )
            try await alone.settle()
            // As after a loss: what was kept for the list does not open any more.
            _ = try await fixture.owner.withConnection {
                try await $0.query("DELETE FROM habeas.event_secret WHERE event_type = 'habeas.breach_people.v1'")
            }
            let id = try await fixture.notice("north")
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(try await fixture.lists(id) == ["1 collecting"])
            #expect(
                try await fixture.text("SELECT state || ' ' || cause FROM habeas.effect WHERE kind = 'export.bundle'")
                    == [
                        "retrying pieces_unreadable"
                    ]
            )
            try await fixture.publish(
                "breach.acknowledged",
                #"{"incident_ref":"I-1","client":"north","by":"Ada","at":"\#(EventTime.text(Date()))"}"#
            )
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":2,"closed":true}"#)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "in_progress")
            let export = try await fixture.export(id, list: 1).id
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.export SET expires_at = habeas.domain_now() WHERE id = \(export)")
            }
            try await lists.mate.wake(id)
            try await fixture.settle()
            #expect(try await fixture.lists(id) == ["1 expired"])
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("no one who is on a list lies readable in the database, in a message or in what was sent")
    func sealed() async throws {
        try await BreachFixture.withLists { fixture, _ in
            try await fixture.register([
                ("north", [fixture.peers.hook(200)]), ("south", [fixture.peers.post("p@south.example")]),
            ])
            _ = try await fixture.report(
                affected: """
                    {"client":"north","identities":"\(try fixture.sealed(Self.ann))"},\
                    {"client":"south","identities":"\(try fixture.sealed(Self.bob))"}
                    """
            )
            try await fixture.settle()
            let tables = try await fixture.text(
                "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'habeas'::regnamespace AND c.relkind IN ('r', 'p')"
            )
            for table in tables {
                let found = try await fixture.count(
                    "SELECT count(*) FROM habeas.\(identifier: table) t WHERE t::text ILIKE '%canary%' OR t::text ILIKE '%63616e617279%'"
                )
                #expect(found == 0, "\(table)")
            }
            #expect(!fixture.peers.server.requests.contains { $0.lowercased().contains("canary") })
            for mail in await fixture.peers.sink.mails(2) { #expect(!"\(mail)".lowercased().contains("canary")) }
        }
    }
}
