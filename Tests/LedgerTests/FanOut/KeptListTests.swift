import Foundation
import Rights
import Testing

@testable import Ledger

@Suite("What an exception keeps, as it is stored")
struct KeptListTests {
    private static let kept = FanOutTarget.Kept(
        category: "invoices",
        reason: .legalDuty,
        citation: "HGB § 257",
        until: Date(timeIntervalSince1970: 1_900_000_000)
    )

    @Test("K11: reads back as it was")
    func whole() throws {
        let list = [Self.kept, Self.kept]
        #expect(try FanOutTarget.Kept.list(reading: FanOutTarget.Kept.text(of: list)) == list)
        #expect(try FanOutTarget.Kept.list(reading: "[]") == [])
    }

    @Test(
        "K11: one that cannot be read is a fault, for read as none it would be erased",
        arguments: [
            "", "{}", "[", #"[{"category": "invoices"}]"#, "[1]",
            #"[{"category": "a", "reason": "whim", "basis": "b", "until": "2030-01-01T00:00:00Z"}]"#,
            #"[{"category": "a", "reason": "legal_duty", "basis": "b", "until": "soon"}]"#,
            #"[{"category": 7, "reason": "legal_duty", "basis": "b", "until": "2030-01-01T00:00:00Z"}]"#,
        ]
    )
    func unreadable(_ text: String) {
        #expect(throws: StoredWordError.self) { try FanOutTarget.Kept.list(reading: text) }
    }
}
