import Foundation
import Rights
import Testing

@Suite("What waiting does to a clock")
struct PauseRuleTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let reason: PauseReason
        let regulation: Regulation
        let right: Right
        let effect: PauseRule.Effect
        let ungrounded: PauseRule.Effect
        var testDescription: String { "\(regulation.rawValue) \(right.rawValue) \(reason.rawValue)" }

        init(
            _ reason: PauseReason,
            _ regulation: Regulation,
            _ right: Right,
            _ effect: PauseRule.Effect,
            ungrounded: PauseRule.Effect = .runsOn
        ) {
            self.reason = reason
            self.regulation = regulation
            self.right = right
            self.effect = effect
            self.ungrounded = ungrounded
        }
    }

    /// Every combination that does not simply run on.
    static let rows: [Row] =
        Right.allCases.flatMap { right in
            [
                Row(.identity, .gdpr, right, .pauses), Row(.identity, .ukGDPR, right, .notBegun),
                Row(.fee, .ukGDPR, right, .notBegun, ungrounded: .notBegun),
            ]
        } + [
            Row(.clarification, .gdpr, .access, .pauses), Row(.clarification, .ukGDPR, .access, .pausesNotice),
        ]

    @Test("is what the table says, and needs its ground", arguments: rows)
    func table(_ row: Row) {
        let rule = PauseRule.rule(row.reason, under: row.regulation, right: row.right)
        let grounded = Pause(row.reason, from: .distantPast, to: nil)
        let ungrounded = Pause(row.reason, from: .distantPast, to: nil, isGrounded: false)
        #expect(rule.effect(of: grounded) == row.effect && rule.effect(of: ungrounded) == row.ungrounded)
    }

    @Test("is nothing in every other case")
    func others() {
        let named = Set(Self.rows.map(\.testDescription))
        for regulation in Regulation.allCases {
            for right in Right.allCases {
                for reason in PauseReason.allCases {
                    let row = Row(reason, regulation, right, .runsOn)
                    if named.contains(row.testDescription) { continue }
                    #expect(PauseRule.rule(reason, under: regulation, right: right).effect == .runsOn, "\(row)")
                }
            }
        }
    }

    @Test("has a row with an id of its own, a source and a sentence for everything")
    func rowsOfTheTable() {
        let all = PauseRule.all
        #expect(Set(all.map(\.id)).count == all.count)
        #expect(all.allSatisfy { !$0.source.isEmpty && $0.sentence.hasSuffix(".") })
        for regulation in Regulation.allCases {
            for right in Right.allCases {
                for reason in PauseReason.allCases {
                    let rule = PauseRule.rule(reason, under: regulation, right: right)
                    #expect(all.contains(rule) && rule.reason == reason)
                }
            }
        }
    }

    @Test("is named in the reading, in the order of time")
    func applied() throws {
        let reading = ClockRule.uk.read(
            from: try instant("2026-01-05T10:00:00Z"),
            at: Place(country: "GB-ENG", zone: .gmt),
            atlas: try HolidayAtlas.committed(),
            pauses: [
                Pause(
                    .clarification,
                    from: try instant("2026-01-22T10:00:00Z"),
                    to: try instant("2026-01-29T10:00:00Z")
                ),
                Pause(.identity, from: try instant("2026-01-06T10:00:00Z"), to: try instant("2026-01-20T10:00:00Z")),
                Pause(.hold, from: try instant("2026-01-07T10:00:00Z"), to: nil),
            ]
        )
        #expect(reading.pauses.map(\.id) == ["uk_gdpr.begin_identity", "uk_gdpr.pause_clarification"])
        #expect(try reading.waitedDays == 7 && reading.anchor == instant("2026-01-20T10:00:00Z"))
    }
}
