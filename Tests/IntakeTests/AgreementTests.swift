import AMQP
import Fleet
import Ledger
import Postgres
import TestKit
import Testing

@Suite("The agreement of a case", .database)
struct AgreementTests {
    private static func agree(_ minutes: Int, _ fixture: IntakeFixture) async throws {
        let body = """
            name: DPA
            clocks:
              refer: {within: \(minutes) minutes, clause: "§ 4", says: Soon.}
            """
        _ = try await fixture.owner.withConnection {
            try await $0.query("UPDATE habeas.client SET agreement = \(body) WHERE id = 'acme'")
        }
    }

    @Test("K1, A9: is the one in force when it begins, or when its client becomes known; it is in evidence")
    func begins() async throws {
        try await IntakeFixture.with { fixture in
            let unnamed = IntakeFixture.request(ref: "later", client: nil, #""client_named":"that shop""#)
            try await fixture.deliver([
                IntakeFixture.event(
                    "request.submitted",
                    data: IntakeFixture.request(ref: "before", email: "a@example.com")
                ),
                IntakeFixture.event("request.submitted", data: unnamed),
            ])
            try await Self.agree(20, fixture)
            try await fixture.deliver([
                IntakeFixture.event(
                    "request.submitted",
                    data: IntakeFixture.request(ref: "first", email: "b@example.com")
                )
            ])
            try await Self.agree(10, fixture)
            let named = #"{"request_ref":"later","client":"acme"}"#
            try await fixture.deliver([IntakeFixture.event("request.client_named", data: named)])
            // Named in the batch that opens it.
            let atOnce = IntakeFixture.request(
                ref: "once",
                client: nil,
                email: "c@example.com",
                #""client_named":"some shop""#
            )
            try await fixture.deliver([
                IntakeFixture.event("request.submitted", data: atOnce),
                IntakeFixture.event("request.client_named", data: #"{"request_ref":"once","client":"acme"}"#),
            ])
            #expect(
                try await fixture.text(
                    "SELECT concat_ws(' ', request_ref, agreement_version) FROM habeas.case_file ORDER BY request_ref"
                ) == ["before 0", "first 1", "later 2", "once 2"]
            )
            #expect(
                try await fixture.text(
                    """
                    SELECT c.request_ref || ' ' || d.rule FROM habeas.deadline d JOIN habeas.case_file c ON c.id = d.case_id
                     WHERE d.clock = 'refer' AND c.request_ref IN ('before', 'first') ORDER BY 1
                    """
                ) == ["before default.refer", "first agreement.refer"]
            )
            #expect(
                try await fixture.text(
                    """
                    SELECT body::json ->> 'agreement_version' FROM habeas.evidence
                     WHERE fact = 'case.opened' AND body::json ->> 'agreement_version' IS NOT NULL ORDER BY 1
                    """
                ) == ["0", "1"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }
}
