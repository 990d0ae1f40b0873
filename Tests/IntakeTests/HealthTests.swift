import Foundation
import Intake
import Ledger
import Observability
import Postgres
import TestKit
import Testing

@Suite("A request that may tell of health", .database)
struct HealthTests {
    static func event(_ more: String) -> String {
        IntakeFixture.request("access", ref: "r", client: "globex", #""message":"my diabetes"\#(more)"#)
    }

    @Test("A3: is taken in and marked, and whoever has to know is told, once a case")
    func marked() async throws {
        try await IntakeFixture.with { fixture in
            let event = IntakeFixture.event("request.submitted", data: Self.event(#","health_data":true"#))
            let rows = try await fixture.deliver([event])
            #expect(
                try await fixture.text("SELECT concat_ws(' ', state, has_health) FROM habeas.case_file") == [
                    "received t"
                ]
            )
            let accepted = try #require(rows.first { $0.messageType.contains("accepted") })
            #expect(String(decoding: accepted.body, as: UTF8.self).contains("health_without_agreement"))
            #expect(
                try await fixture.text("SELECT body FROM habeas.evidence").allSatisfy {
                    $0.contains("health_without_agreement") && !$0.contains("diabetes")
                }
            )
            // The same message again is no second case.
            try await fixture.deliver([event])
            let line = #"habeas_case_alerts_total{reason="health_without_agreement"} 1"#
            #expect(fixture.metrics.exposition().contains(line), "\(fixture.metrics.exposition())")
        }
    }

    @Test("A3: of a client with a business associate agreement alerts nobody; neither does one that tells of none")
    func covered() async throws {
        try await IntakeFixture.with { fixture in
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: Self.event(""))])
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.client SET baa_signed = true")
            }
            let event = Self.event(#","health_data":true"#).replacingOccurrences(of: #""r""#, with: #""s""#)
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: event)])
            #expect(
                try await fixture.text("SELECT has_health::text FROM habeas.case_file ORDER BY request_ref") == [
                    "false", "true",
                ]
            )
            let line = #"habeas_case_alerts_total{reason="health_without_agreement"} 0"#
            #expect(fixture.metrics.exposition().contains(line))
        }
    }
}
