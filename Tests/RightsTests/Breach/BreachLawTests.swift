import Foundation
import Testing

@testable import Rights

@Suite("The dates of a breach")
struct BreachLawTests {
    static func client(_ country: String?, baa: Bool = false) throws -> Client {
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        return Client(
            id: "acme",
            names: [],
            place: Place(country: country, zone: zone),
            isSuspended: false,
            hasBAA: baa
        )
    }

    @Test(
        "the laws that bind a client follow from where it is and what it has signed",
        arguments: [
            ("DE-BE", false, [BreachLaw.gdpr]), ("NO", false, [.gdpr]), ("GB", false, [.ukGDPR]),
            ("CH", false, [.fadp]),
            ("US-CA", false, [.california]), ("US-CA", true, [.hipaa, .california]), ("US-NY", true, [.hipaa]),
            ("IN", false, []),
        ]
    )
    func laws(_ country: String, _ baa: Bool, _ laws: [BreachLaw]) throws {
        #expect(BreachLaw.binding(try Self.client(country, baa: baa)) == laws)
    }

    @Test("G9: the client's 72 hours run from when our notice reached it, through a night, a weekend and holidays")
    func seventyTwoHours() throws {
        // The Friday evening before Christmas.
        let told = try #require(EventTime.parse("2026-12-25T18:05:00+01:00"))
        let discovered = try #require(EventTime.parse("2026-12-20T09:00:00+01:00"))
        let client = try Self.client("DE")
        let dates = BreachLaw.dates(
            [.gdpr],
            isAgent: true,
            toldAt: told,
            discoveredAt: discovered,
            at: client.place,
            atlas: HolidayAtlas()
        )
        #expect(dates.map(\.rule.clock) == [.authority72h])
        #expect(dates.first?.due == told.addingTimeInterval(72 * 3_600))
        #expect(dates.first?.warnAt == nil, "it is the client's own date")
    }

    @Test("K15: HIPAA and California count whole days from discovery, and of two dates the earlier is printed")
    func individuals() throws {
        let told = try #require(EventTime.parse("2026-12-25T18:05:00Z"))
        let discovered = try #require(EventTime.parse("2026-12-20T09:00:00Z"))
        let place = Place(country: "US-CA", zone: .gmt)
        func due(_ laws: [BreachLaw]) -> String? {
            BreachLaw.dates(
                laws,
                isAgent: true,
                toldAt: told,
                discoveredAt: discovered,
                at: place,
                atlas: HolidayAtlas()
            )
            .first { $0.rule.clock == .individuals }?.due.map(EventTime.text)
        }
        #expect(due([.hipaa])?.hasPrefix("2027-02-18T23:59:59") == true)
        #expect(due([.california])?.hasPrefix("2027-01-19T23:59:59") == true)
        #expect(due([.hipaa, .california])?.hasPrefix("2027-01-19") == true)
        #expect(due([.gdpr]) == nil)
    }

    struct Agency: Sendable {
        let laws: [BreachLaw]
        let isAgent: Bool
        let rule: String?
        /// The whole day that ends it, in UTC.
        let due: String?
    }

    @Test(
        "K15: where the vendor is the covered entity's agent its sixty days run from our discovery, else from our notice; nobody else's do",
        arguments: [
            Agency(laws: [.hipaa], isAgent: true, rule: "hipaa.breach_individuals", due: "2027-02-18"),
            Agency(laws: [.hipaa], isAgent: false, rule: "hipaa.breach_individuals_told", due: "2027-02-23"),
            Agency(laws: [.california], isAgent: true, rule: "ca.breach_individuals", due: "2027-01-19"),
            Agency(laws: [.california], isAgent: false, rule: "ca.breach_individuals", due: "2027-01-19"),
            Agency(laws: [.hipaa, .california], isAgent: false, rule: "ca.breach_individuals", due: "2027-01-19"),
            Agency(laws: [.gdpr, .hipaa], isAgent: false, rule: "hipaa.breach_individuals_told", due: "2027-02-23"),
            Agency(laws: [.gdpr], isAgent: false, rule: nil, due: nil),
            Agency(laws: [], isAgent: false, rule: nil, due: nil),
        ]
    )
    func agency(_ row: Agency) throws {
        let told = try #require(EventTime.parse("2026-12-25T18:05:00Z"))
        let discovered = try #require(EventTime.parse("2026-12-20T09:00:00Z"))
        let date = BreachLaw.dates(
            row.laws,
            isAgent: row.isAgent,
            toldAt: told,
            discoveredAt: discovered,
            at: Place(country: "US-CA", zone: .gmt),
            atlas: HolidayAtlas()
        )
        .first { $0.rule.clock == .individuals }
        #expect(date?.rule.id == row.rule)
        #expect(date?.due.map { String(EventTime.text($0).prefix(10)) } == row.due)
    }

    @Test("K15: of a covered entity whose agent the vendor is not, only it itself knows when it discovered the breach")
    func discovery() {
        let content = NoticeContent(
            nature: "n",
            categories: ["contact"],
            risk: .risk,
            discoveredAt: Date(timeIntervalSince1970: 0),
            awareAt: Date(timeIntervalSince1970: 0)
        )
        func drafts(isAgent: Bool) -> [String] {
            NoticeDraft.drafts(of: content, for: [.gdpr, .hipaa], isAgent: isAgent).map { draft in
                var writer = JSONWriter()
                writer.object { draft.write(to: &$0) }
                return String(decoding: writer.bytes, as: UTF8.self)
            }
        }
        #expect(drafts(isAgent: true).allSatisfy { $0.contains(#""discovered_at":"1970-01-01"#) })
        let others = drafts(isAgent: false)
        #expect(others.prefix(2).allSatisfy { $0.contains(#""discovered_at":"1970-01-01"#) }, "the GDPR knows no agent")
        #expect(others.suffix(2).allSatisfy { !$0.contains(#""discovered_at":"1970"#) })
        #expect(
            others.suffix(2).allSatisfy { $0.contains(#""to_complete":["controller","contact_point","discovered_at""#) }
        )
    }

    @Test("K15: our own time towards a covered entity is the earlier of the profile's and the statute's")
    func coveredEntity() throws {
        let aware = try #require(EventTime.parse("2026-12-25T18:05:00Z"))
        func opening(_ discovered: Date) throws -> CaseOpening {
            CaseOpening(
                noticeTo: try Self.client("US-NY", baa: true),
                awareAt: aware,
                discoveredAt: discovered,
                hasHealthData: true,
                policy: Policy(profile: .standard(named: "p")),
                receivedAt: aware,
                atlas: HolidayAtlas()
            )
        }
        let soon = try opening(aware)
        #expect(soon.deadlines.map(\.rule.source) == ["GDPR Art. 33(2); default"])
        #expect(soon.deadlines.first?.due == aware.addingTimeInterval(24 * 3_600), "hours run through a holiday")
        // Discovered two months before anybody was aware: the statute's day has nearly come.
        let late = try opening(aware.addingTimeInterval(-61 * 86_400))
        #expect(late.deadlines.map(\.rule.id) == ["hipaa.breach_covered_entity"])
        #expect(late.warnings.contains(.overdue))
    }

    @Test("drafts name their article, say whether the law obliges, and what is left to the client")
    func drafts() throws {
        var content = NoticeContent(
            nature: "n",
            categories: ["contact"],
            risk: .risk,
            discoveredAt: Date(timeIntervalSince1970: 0),
            awareAt: Date(timeIntervalSince1970: 0)
        )
        content.subjectsApprox = 5
        let drafts = NoticeDraft.drafts(of: content, for: [.gdpr, .hipaa], isAgent: true)
        #expect(drafts.map(\.article) == ["GDPR Art. 33(3)", "GDPR Art. 34", "45 CFR 164.408", "45 CFR 164.404"])
        #expect(drafts.map(\.isRequired) == [true, false, true, true])
        var writer = JSONWriter()
        writer.object { drafts[0].write(to: &$0) }
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            text.contains(
                #""to_complete":["controller","contact_point","aware_at","records_approx","consequences","measures"]"#
            )
        )
        content.kind = .withdrawn
        #expect(NoticeDraft.drafts(of: content, for: [.gdpr], isAgent: true).isEmpty)
    }
}
