import Foundation
import Rights
import Testing

@Suite("The rules of legal time")
struct ClockRuleTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let regulation: Regulation
        let right: Right
        let id: String
        let period: Period
        var isUnverified = false
        var testDescription: String { "\(regulation.rawValue) \(right.rawValue)" }
    }

    static let rows: [Row] = [
        Row(regulation: .gdpr, right: .access, id: "gdpr.respond", period: Period(1, .calendarMonth, rolls: true)),
        Row(regulation: .gdpr, right: .optOut, id: "gdpr.respond", period: Period(1, .calendarMonth, rolls: true)),
        Row(
            regulation: .ukGDPR,
            right: .erasure,
            id: "uk_gdpr.respond",
            period: Period(1, .calendarMonth, rolls: true)
        ),
        Row(regulation: .fadp, right: .access, id: "fadp.respond", period: Period(30, .calendarDay)),
        Row(regulation: .ccpa, right: .access, id: "ccpa.respond", period: Period(45, .calendarDay)),
        Row(regulation: .ccpa, right: .erasure, id: "ccpa.respond", period: Period(45, .calendarDay)),
        Row(
            regulation: .ccpa,
            right: .optOut,
            id: "ccpa.opt_out",
            period: Period(15, .businessDay),
            isUnverified: true
        ),
        Row(
            regulation: .ccpa,
            right: .limitSensitive,
            id: "ccpa.opt_out",
            period: Period(15, .businessDay),
            isUnverified: true
        ),
        Row(
            regulation: .ccpa,
            right: .disclosureList,
            id: "ca.disclosure_list",
            period: Period(30, .calendarDay),
            isUnverified: true
        ),
        Row(regulation: .hipaa, right: .access, id: "hipaa.respond", period: Period(30, .calendarDay)),
        Row(regulation: .hipaa, right: .rectification, id: "hipaa.amend", period: Period(60, .calendarDay)),
        Row(
            regulation: .lgpd,
            right: .access,
            id: "lgpd.respond",
            period: Period(15, .calendarDay),
            isUnverified: true
        ),
        Row(
            regulation: .other,
            right: .access,
            id: "other.respond",
            period: Period(30, .calendarDay),
            isUnverified: true
        ),
    ]

    @Test("give each regime its time to answer", arguments: rows)
    func respond(_ row: Row) {
        let rule = ClockRule.respond(under: row.regulation, right: row.right)
        #expect(rule.id == row.id && rule.period == row.period && rule.isUnverified == row.isUnverified)
        #expect(rule.clock == .respond)
    }

    @Test("answer for every regime and every right, each with a source to look up")
    func complete() {
        for regulation in Regulation.allCases {
            for right in Right.allCases {
                let rule = ClockRule.respond(under: regulation, right: right)
                #expect(!rule.source.isEmpty && rule.period.count > 0)
            }
        }
    }

    @Test("of the statements are what the statements promise")
    func statements() {
        #expect(ClockRule.confirmReceipt.period == Period(10, .businessDay))
        #expect(ClockRule.refer.period == Period(1, .hour))
        #expect(ClockRule.referMinor.period == Period(15, .minute))
        #expect(ClockRule.ownCase.period == Period(30, .businessDay))
        #expect(ClockRule.minorErasure.period == Period(10, .calendarDay))
        #expect(ClockRule.instructedErasure.period == Period(90, .calendarDay))
        #expect(ClockRule.endOfContract.period == Period(90, .calendarDay))
        #expect(ClockRule.complaint.period == Period(30, .calendarDay))
        #expect(ClockRule.notifyClients.period == Period(24, .hour))
        #expect(ClockRule.triage.period == Period(1, .businessDay))
        #expect(ClockRule.triageBreach.period == Period(1, .hour))
    }

    @Test("count the day of receipt for a UK complaint: thirty days, so twenty-nine after it")
    func complaintUK() throws {
        let london = Place(country: "GB", zone: TimeZone(identifier: "Europe/London") ?? .gmt)
        let deadline = Deadline(.complaintUK, from: try instant("2026-07-01T09:00:00Z"), at: london, holidays: .unknown)
        #expect(london.day(of: deadline.due) == (try day("2026-07-30")))
    }
}
