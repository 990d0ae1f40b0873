import Connectors
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Erasure

@Suite("The other rights at the systems", .database)
struct OtherRightsTests {
    @Test("G1, Y4: a correction reaches every system that can write it, and a person where none can")
    func rectification() async throws {
        try await ErasureFixture.with([TestMaps.crm, TestMaps.mailer()]) { fixture in
            let id = try await fixture.ask(
                "rectification",
                more: #""corrections":[{"field":"surname","value":"Holm"}],"#
            )
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["crm verified done", "mailer pending"])
            let order = try #require(fixture.peers.orders.first { $0.step == .act })
            #expect(order.operation == .rectify && order.corrections.map(\.field) == ["surname"])
            let notes = try await fixture.text(
                "SELECT coalesce(note, '') FROM habeas.fan_out WHERE case_id = \(id) ORDER BY ordinal"
            )
            #expect(notes == ["", "operation_not_described"])
        }
    }

    @Test(
        "K16: what has no mechanism is erased all the same, by what says least of the person"
    )
    func flagged() async throws {
        let bare = TestMaps.mailer("region: US")
        try await ErasureFixture.with([bare]) { fixture in
            fixture.peers.say("mailer", .act, { _ in ScriptedPeers.signed() })
            let erasure = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.state(erasure) == "fulfilled")
            #expect(fixture.peers.asked.map(\.identities) == [[.controllerCustomerID]])
            let notes = try await fixture.text("SELECT note FROM habeas.fan_out WHERE case_id = \(erasure)")
            #expect(notes == ["least_identifier"])
        }
    }

    @Test("G8: what has no agreement is corrected by a person, since it gets no new data")
    func noNewData() async throws {
        let crm = TestMaps.crm.replacing("kind: own", with: "kind: subprocessor")
        try await ErasureFixture.with([crm]) { fixture in
            let id = try await fixture.ask(
                "rectification",
                more: #""corrections":[{"field":"surname","value":"Holm"}],"#
            )
            try await fixture.settle()
            #expect(fixture.peers.asked.isEmpty)
            let notes = try await fixture.text("SELECT note || ' ' || way FROM habeas.fan_out WHERE case_id = \(id)")
            #expect(notes == ["new_data_blocked person"])
        }
    }

    @Test("Y5: a restriction is set everywhere, and lifted everywhere when it ends")
    func restriction() async throws {
        try await ErasureFixture.with([TestMaps.crm]) { fixture in
            let id = try await fixture.ask("restriction")
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(fixture.peers.orders.map(\.operation) == [.restrict, .restrict])
            try await fixture.publish(
                "restriction.lifted",
                #"{"request":"\#(id.uuidString.lowercased())","at":"\#(EventTime.text(Date(timeIntervalSinceNow: -5)))"}"#
            )
            try await fixture.settle()
            #expect(fixture.peers.orders.suffix(2).map(\.operation) == [.unrestrict, .unrestrict])
            #expect(try await fixture.targets(id) == ["crm verified done", "crm lift verified done"])
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.facts(id).filter { $0 == "restriction.ended" }.count == 1)
        }
    }

    @Test(
        "C4, Y8: an opt-out puts the person on the suppression list and tells the client, sealed; systems that can stop it do"
    )
    func optOut() async throws {
        try await ErasureFixture.with([TestMaps.crm]) { fixture in
            let id = try await fixture.ask(
                "opt_out",
                relationship: "end_user",
                identities: #"[{"type":"email","value":"ada@example.org"}]"#,
                more: #""opt_out_of":["marketing"],"#
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(fixture.peers.orders.first?.suppresses == ["marketing"])
            let listed = try await fixture.text("SELECT scope FROM habeas.suppression WHERE case_id = \(id)")
            #expect(listed == ["marketing"])
            let told = try #require(
                try await fixture.text(
                    "SELECT convert_from(body, 'UTF8') FROM habeas.outbox WHERE routing_key = 'client.acme.io.habeas.suppression.added.v1'"
                ).first
            )
            #expect(!told.contains("ada@example.org"))
            let event = try JSONSerialization.jsonObject(with: Data(told.utf8)) as? [String: Any]
            let data = try #require(event?["data"] as? [String: Any])
            let sealed = try #require(data["sealed"] as? String)
            #expect(try fixture.receiver.open(sealed).text.contains("ada@example.org"))
        }
    }

    @Test("C4: who has opted out of transfers is not passed on to a sub-processor by a later correction")
    func suppressedTransfer() async throws {
        let vendor = TestMaps.crm.replacing("kind: own", with: "kind: subprocessor\nagreed_on: 2025-01-01")
        try await ErasureFixture.with([vendor]) { fixture in
            let person = #"[{"type":"email","value":"ada@example.org"}]"#
            try await fixture.ask("opt_out", identities: person, more: #""opt_out_of":["third_party_transfers"],"#)
            try await fixture.settle()
            let asked = fixture.peers.asked.count
            let id = try await fixture.ask(
                "rectification",
                identities: person,
                more: #""corrections":[{"field":"surname","value":"Holm"}],"#
            )
            try await fixture.settle()
            #expect(fixture.peers.asked.count == asked)
            #expect(
                try await fixture.text("SELECT note FROM habeas.fan_out WHERE case_id = \(id)") == [
                    "transfer_suppressed"
                ]
            )
        }
    }

    @Test("C5, Y9: a removal from a forum concerns what anybody can read and nothing else; refused, it is explained")
    func publicRemoval() async throws {
        try await ErasureFixture.with([TestMaps.crm, TestMaps.forum]) { fixture in
            let id = try await fixture.ask("public_removal", relationship: "visitor", by: "subject", client: nil)
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["forum pending"] && fixture.peers.asked.isEmpty)
            try await fixture.answer(TaskAnswer(.person, .refused, at: Date()), at: "forum", of: id)
            #expect(try await fixture.targets(id) == ["forum stuck refused refused"])
            #expect(try await fixture.reviews(id) == ["target_stuck open"])
            try await fixture.say("denied", .targetStuck, of: id)
            #expect(try await fixture.state(id) == "partly_fulfilled")
        }
    }

    @Test(
        "K8, K9: a whole client goes only after two people's word; agreed retention is waited for; what is wanted back is returned first"
    )
    func endOfContract() async throws {
        try await ErasureFixture.with([TestMaps.crm, TestMaps.mailer(), TestMaps.shop]) { fixture in
            try await fixture.publish(
                "client.terminated",
                #"{"client":"acme","terminated_at":"\#(EventTime.text(Date(timeIntervalSinceNow: -60)))","mode":"return_then_erase","requested_by":"A"}"#
            )
            try await fixture.settle()
            let id = try #require(
                try await fixture.ids("SELECT id FROM habeas.case_file WHERE kind = 'end_of_contract'").first
            )
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(try await fixture.targets(id).isEmpty)
            #expect(try await fixture.state(id) == "received")

            _ = try await fixture.owner.withConnection {
                try await $0.query(
                    "UPDATE habeas.client SET retain_until = now() + interval '20 days' WHERE id = 'acme'"
                )
            }
            // What two approvals come to.
            try await fixture.apply(.instructionConfirmed, to: id)
            #expect(try await fixture.targets(id).isEmpty)
            try await fixture.goAhead(days: 21)
            #expect(try await fixture.reviews(id).contains("data_return open"))
            #expect(try await fixture.targets(id).isEmpty)
            try await fixture.say("confirmed", .dataReturn, of: id)
            #expect(
                try await fixture.targets(id) == ["crm verified done", "mailer pending", "shop-plugin listed"]
            )
            let order = try #require(fixture.peers.orders.first)
            #expect(order.operation == .eraseTenant && order.client?.id == "acme" && order.identities.isEmpty)
            try await fixture.answer(TaskAnswer(.person, .done, at: Date()), at: "mailer", of: id)
            #expect(try await fixture.state(id) == "in_progress")
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.task_answer SET by = 'somebody' WHERE case_id = \(id)")
            }
            try await fixture.answer(TaskAnswer(.witness, .done, at: Date()), at: "mailer", of: id)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.certificates(id).count == 1)
        }
    }
}
