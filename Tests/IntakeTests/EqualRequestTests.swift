import Foundation
import Postgres
import TestKit
import Testing

@Suite("A request that equals an open one", .database)
struct EqualRequestTests {
    static func submit(_ ref: String, _ data: String? = nil) -> String {
        data ?? IntakeFixture.request("access", relationship: "client_user", ref: ref)
    }

    @Test("is linked to it: one case works, both are owed an answer, both chains tell of it")
    func linked() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: Self.submit("a"))])
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: Self.submit("b"))])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 2)
            #expect(
                try await fixture.text(
                    """
                    SELECT f.request_ref FROM habeas.case_file l JOIN habeas.case_file f ON f.id = l.linked_to
                     WHERE l.request_ref = 'b'
                    """
                ) == ["a"]
            )
            #expect(
                try await fixture.text(
                    """
                    SELECT d.clock FROM habeas.deadline d JOIN habeas.case_file c ON c.id = d.subject_id
                     WHERE c.request_ref = 'b' ORDER BY 1
                    """
                ) == ["equal", "respond"]
            )
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence ORDER BY fact")
                    == ["case.opened", "case.opened", "request.repeated"]
            )
            // One wake-up: the linked case has no work of its own.
            #expect(try await fixture.count("SELECT count(*) FROM habeas.outbox WHERE kind = 'wake_up'") == 1)
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.outbox WHERE convert_from(body, 'UTF8') LIKE '%equal_request%'"
                ) == 1
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("in one batch, too, and by another publisher for the same client")
    func oneBatch() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: Self.submit("a")),
                IntakeFixture.event(
                    "request.submitted",
                    source: "/forum",
                    user: "forum-user",
                    data: Self.submit("b")
                ),
            ])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE linked_to IS NOT NULL") == 1)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "is not linked where anything that counts differs",
        arguments: [
            IntakeFixture.request("erasure", relationship: "client_user", ref: "b"),
            IntakeFixture.request("access", relationship: "visitor", ref: "b"),
            IntakeFixture.request("access", relationship: "client_user", ref: "b", client: "globex"),
            IntakeFixture.request("access", relationship: "client_user", ref: "b", email: "other@example.com"),
            IntakeFixture.request("access", relationship: "client_user", ref: "b", regulation: "ccpa"),
            IntakeFixture.request("access", relationship: "client_user", ref: "b", #""scope":["tickets"]"#),
            IntakeFixture.request("access", relationship: "client_user", ref: "b", #""format":"csv""#),
            // Known by session: it need not wait for the first one's proof of identity.
            IntakeFixture.request("access", relationship: "client_user", ref: "b", #""session_verified":true"#),
        ]
    )
    func different(_ data: String) async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: Self.submit("a"))])
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: data)])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 2)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE linked_to IS NOT NULL") == 0)
        }
    }

    @Test("passes what is said of it to the case that answers, and keeps its own withdrawal")
    func events() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: Self.submit("a"))])
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: Self.submit("b"))])
            try await fixture.deliver([
                IntakeFixture.event(
                    "identity.verified",
                    data: """
                        {"request_ref":"b","level":"document","method":"passport","verified_at":"\(Date().ISO8601Format())","by":"desk"}
                        """
                )
            ])
            #expect(
                try await fixture.text("SELECT request_ref || ' ' || state FROM habeas.case_file ORDER BY 1")
                    == ["a in_progress", "b needs_identity"]
            )
            try await fixture.deliver([
                IntakeFixture.event("request.withdrawn", data: #"{"request_ref":"b","by":"subject"}"#)
            ])
            #expect(
                try await fixture.text("SELECT request_ref || ' ' || state FROM habeas.case_file ORDER BY 1")
                    == ["a in_progress", "b withdrawn"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("meets it also where both come at the same instant, whoever is first")
    func atOnce() async throws {
        try await IntakeFixture.with { fixture in
            for number in 0..<40 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for half in ["a", "b", "c"] {
                        let data = IntakeFixture.request(
                            "access",
                            relationship: "client_user",
                            ref: "\(half)\(number)",
                            email: "p\(number)@example.com"
                        )
                        group.addTask {
                            try await fixture.deliver([IntakeFixture.event("request.submitted", data: data)])
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE linked_to IS NULL") == 40)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE linked_to IS NOT NULL") == 80)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("and an instruction of a thousand people is locked as a whole, in a server's small table of locks")
    func many() async throws {
        try await IntakeFixture.with { fixture in
            func instruction(_ ref: String) -> String {
                let people = (0..<1_000).map { #"{"identities":[{"type":"email","value":"p\#($0)@example.com"}]}"# }
                return """
                    {"channel":"api","submitted_time":"\(Date(timeIntervalSinceNow: -60).ISO8601Format())","submitted_by":"client",\
                    "instructed_by":{"user":"u","role":"admin","channel":"api"},"instructed_at":"\(Date().ISO8601Format())",\
                    "relationship":"end_user","client":"acme","right":"erasure","regulation":"gdpr","request_ref":"\(ref)",\
                    "subjects":[\(people.joined(separator: ","))]}
                    """
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for ref in ["x", "y", "z"] {
                    group.addTask {
                        try await fixture.deliver([IntakeFixture.event("request.submitted", data: instruction(ref))])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE linked_to IS NULL") == 1_000)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE linked_to IS NOT NULL") == 2_000
            )
        }
    }
}
