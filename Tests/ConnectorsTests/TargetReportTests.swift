import Fleet
import Foundation
import Rights
import Testing

@testable import Connectors

@Suite("What came of an order")
struct TargetReportTests {
    @Test("what was found is kept as numbers, codes and dates and reads back as it was")
    func findings() {
        var findings = TargetFindings()
        findings.rows = 7
        findings.parts = [.init("users", "deleted", rows: 1), .init("messages", "masked", rows: 6)]
        findings.reference = "job-1"
        findings.verifyAfter = Date(timeIntervalSince1970: 1_800_000_000)
        findings.level = .reRead
        findings.stillThere = 0
        findings.signature = .init(domain: "dsr.example", certificate: "ab12")
        findings.checkpoint = "users:17"
        (findings.done, findings.total) = (3, 9)
        let report = TargetReport(.done(), findings)
        #expect(TargetFindings(reading: report.attempt.findings ?? "") == findings)
    }

    @Test("a failure that has nothing to say leaves what an attempt before had found")
    func failure() {
        let failed = TargetReport(.retry("http_503", status: 503, blamesTarget: true))
        #expect(failed.attempt.findings == nil)
        var findings = TargetFindings()
        findings.checkpoint = "users:17"
        #expect(TargetReport(.retry("timeout", blamesTarget: true), findings).attempt.findings != nil)
        #expect(TargetReport(.done()).attempt.findings != nil)
    }
}
