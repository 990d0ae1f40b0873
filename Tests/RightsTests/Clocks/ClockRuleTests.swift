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

    struct Extension: Sendable, CustomTestStringConvertible {
        let regulation: Regulation
        var right = Right.access
        let period: Period?
        var testDescription: String { "\(regulation.rawValue) \(right.rawValue)" }
    }

    static let extensions: [Extension] = [
        Extension(regulation: .gdpr, period: Period(3, .calendarMonth, rolls: true)),
        Extension(regulation: .ukGDPR, period: Period(3, .calendarMonth, rolls: true)),
        Extension(regulation: .ccpa, period: Period(90, .calendarDay)),
        Extension(regulation: .ccpa, right: .optOut, period: nil),
        Extension(regulation: .ccpa, right: .disclosureList, period: nil),
        Extension(regulation: .hipaa, period: Period(60, .calendarDay)),
        Extension(regulation: .hipaa, right: .rectification, period: Period(90, .calendarDay)),
        Extension(regulation: .fadp, period: nil),
        Extension(regulation: .lgpd, period: nil),
        Extension(regulation: .other, period: nil),
    ]

    @Test("give the whole length with an extension, from the same beginning", arguments: extensions)
    func extended(_ row: Extension) {
        #expect(ClockRule.respond(under: row.regulation, right: row.right).extended == row.period)
    }

    @Test("of the law have ids of their own, sources, sentences, and extensions that are longer")
    func statutes() {
        #expect(Set(ClockRule.statutes.map(\.id)).count == ClockRule.statutes.count)
        for rule in ClockRule.statutes {
            #expect(!rule.source.isEmpty && rule.sentence.hasSuffix("."))
            #expect(rule.extended.map { $0.count > rule.period.count && $0.unit == rule.period.unit } ?? true)
        }
        for regulation in Regulation.allCases {
            for right in Right.allCases {
                let rule = ClockRule.respond(under: regulation, right: right)
                #expect(ClockRule.statutes.contains { $0.id == rule.id })
                #expect(rule.regulation == regulation && rule.right == right)
            }
        }
    }

    struct Standard: Sendable, CustomTestStringConvertible {
        let key: ClockKey
        let period: Period?
        var testDescription: String { key.rawValue }
    }

    static let standards: [Standard] = [
        Standard(key: .respond, period: nil), Standard(key: .assist, period: nil),
        Standard(key: .refer, period: Period(1, .hour)), Standard(key: .referMinor, period: Period(15, .minute)),
        Standard(key: .clientReminder, period: Period(3, .businessDay)),
        Standard(key: .clientReminderMinor, period: Period(24, .hour)),
        Standard(key: .lapse, period: Period(30, .calendarDay)),
        Standard(key: .review, period: Period(1, .businessDay)),
        Standard(key: .approval, period: Period(3, .businessDay)),
        Standard(key: .instructedErasure, period: Period(90, .calendarDay)),
        Standard(key: .endOfContract, period: Period(90, .calendarDay)),
        Standard(key: .minorErasure, period: Period(10, .calendarDay)),
        Standard(key: .fanOut, period: Period(3, .businessDay)),
        Standard(key: .complaint, period: Period(30, .calendarDay)),
        Standard(key: .notifyClients, period: Period(24, .hour)),
        Standard(key: .acknowledgement, period: Period(4, .hour)),
        Standard(key: .triage, period: Period(1, .businessDay)),
        Standard(key: .triageBreach, period: Period(1, .hour)),
        Standard(key: .retention, period: Period(365, .calendarDay)),
        Standard(key: .objection, period: Period(30, .calendarDay)),
    ]

    @Test("hold by default where neither statement nor agreement says anything", arguments: standards)
    func defaultPeriod(_ row: Standard) throws {
        #expect(row.key.standard?.period == row.period)
        guard let rule = row.key.standard else { return }
        #expect(rule.clock == row.key.clock && rule.id == "default.\(row.key.rawValue)")
        #expect(!rule.source.isEmpty && rule.sentence.hasSuffix("."))
    }

    @Test("of the defaults are complete, and within their own limits")
    func defaults() {
        #expect(Set(Self.standards.map(\.key)) == Set(ClockKey.allCases))
        for key in ClockKey.allCases {
            guard let limit = key.limit, let rule = key.standard else { continue }
            #expect(rule.period.longestHours <= limit.period.longestHours, "\(key)")
        }
    }

    @Test("count the day of receipt for a UK complaint: thirty days, so twenty-nine after it")
    func complaintUK() throws {
        let london = Place(country: "GB", zone: TimeZone(identifier: "Europe/London") ?? .gmt)
        let received = try instant("2026-07-01T09:00:00Z")
        let deadline = Deadline(.complaintUK, from: received, at: london, atlas: HolidayAtlas())
        #expect(deadline.due.map(london.day) == (try day("2026-07-30")))
    }

    @Test("warn somebody before something is owed, and nobody before something happens by itself")
    func warnings() throws {
        let anchor = try instant("2026-01-05T10:00:00Z")
        func ahead(_ key: ClockKey) throws -> TimeInterval? {
            let rule = try #require(key.standard)
            let deadline = Deadline(rule, from: anchor, at: PlaceTests.berlin, atlas: HolidayAtlas())
            return deadline.due.flatMap { due in deadline.warnAt.map { due.timeIntervalSince($0) } }
        }
        #expect(try ahead(.refer) == 1_800, "half of the hour")
        #expect(try ahead(.referMinor) == 450, "half of the quarter")
        #expect(try ahead(.notifyClients) == 20 * 3_600, "four hours after becoming aware")
        #expect(try ahead(.instructedErasure) == 5 * 86_400)
        #expect(try ahead(.triageBreach) == 900, "the last quarter")
        for key in [ClockKey.clientReminder, .lapse, .retention] { #expect(try ahead(key) == nil, "\(key)") }
    }

    @Test("are looked at next when the warning is due, and are overdue from the second after the end")
    func next() throws {
        let rule = ClockRule.gdpr
        let deadline = Deadline(
            rule,
            from: try instant("2026-01-05T10:00:00Z"),
            at: PlaceTests.berlin,
            atlas: try HolidayAtlas.committed()
        )
        let due = try #require(deadline.due)
        #expect(deadline.nextAt == due.addingTimeInterval(-5 * 86_400))
        #expect(!deadline.isOverdue(at: due) && deadline.isOverdue(at: due.addingTimeInterval(1)))
        let waiting = Deadline(rule: rule, anchor: due, due: nil, isProvisional: false)
        #expect(waiting.nextAt == nil && !waiting.isOverdue(at: .distantFuture))
    }
}
