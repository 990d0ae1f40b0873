import Foundation
import Postgres
import TestKit
import Testing

@Suite("An event that comes more than once", .database)
struct RepetitionTests {
    @Test("N3 one id delivered many times at once to three copies is one case with one evidence row a fact")
    func concurrent() async throws {
        try await IntakeFixture.with { fixture in
            let event = IntakeFixture.event("request.submitted", id: "once", data: IntakeFixture.request(ref: "r"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<24 { group.addTask { try await fixture.deliver([event, event]) } }
                try await group.waitForAll()
            }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.evidence") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.inbox") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 0)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("with other content it is refused as a conflict, and the first one stands")
    func conflict() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", id: "same", data: IntakeFixture.request("erasure")),
                IntakeFixture.event("request.submitted", id: "same", data: IntakeFixture.request("access")),
            ])
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", id: "same", data: IntakeFixture.request("objection"))
            ])
            #expect(try await fixture.text("SELECT right_asked FROM habeas.case_file") == ["erasure"])
            #expect(
                try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message")
                    == ["id same_id_other_content", "id same_id_other_content"]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.inbox") == 1)
        }
    }

    @Test("a refused event does not use its id up, and is parked once however often it comes")
    func refusedID() async throws {
        try await IntakeFixture.with { fixture in
            let wrong = IntakeFixture.event(
                "request.submitted",
                id: "x",
                data: IntakeFixture.request(regulation: "gdrp")
            )
            try await fixture.deliver([wrong])
            try await fixture.deliver([wrong, wrong])
            try await fixture.deliver([IntakeFixture.event("request.submitted", id: "x", data: IntakeFixture.request())]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 1)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.outbox WHERE message_type LIKE '%rejected%'") == 1
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 1)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("two references of a publisher's requests never meet; a taken one is refused")
    func reference() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: IntakeFixture.request(ref: "r1"))]
            )
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: IntakeFixture.request("access", ref: "r1")),
                IntakeFixture.event(
                    "request.submitted",
                    source: "/forum",
                    user: "forum-user",
                    data: IntakeFixture.request(ref: "r1")
                ),
            ])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 2)
            #expect(
                try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message")
                    == ["data.request_ref reference_taken"]
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.inbox") == 2)
        }
    }
}
