import Rights
import Testing

@Suite("Acceptable use rules")
struct UsePolicyTests {
    static func day(_ text: String) -> CivilDate { CivilDate(iso: text) ?? CivilDate(dayNumber: 0) }

    static func version(_ number: Int, posted: String, requests: Int) -> Profile {
        var profile = Profile(name: "vendor", version: number, effectiveFrom: day("2026-01-01"), title: "t")
        profile.posted = day(posted)
        profile.harvest = .init(requests: requests, hours: 24, clause: "use policy § \(number)")
        return profile
    }

    static let versions = [
        version(2, posted: "2026-03-10", requests: 20), version(1, posted: "2025-01-01", requests: 50),
        version(3, posted: "2026-08-01", requests: 10),
    ]

    static func found(_ day: String, term: ContractTerm? = nil) -> UsePolicy? {
        UsePolicy(of: versions, term: term, on: Self.day(day))
    }

    @Test("A9: bind a client whose contract has a term from its renewal on")
    func renewal() {
        let term = ContractTerm(renewsOn: Self.day("2026-06-01"), months: 12)
        #expect(Self.found("2026-05-31", term: term)?.profile.version == 1)
        let bound = Self.found("2026-06-01", term: term)
        #expect(bound?.profile.version == 2 && bound?.since == Self.day("2026-06-01") && bound?.ground == .renewal)
        #expect(bound?.harvest.requests == 20)
        // The next version waits for the next renewal, whatever was posted in between.
        #expect(Self.found("2027-05-31", term: term)?.profile.version == 2)
        #expect(Self.found("2027-06-01", term: term)?.profile.version == 3)
    }

    @Test("A9: bind a client without a term thirty days after posting")
    func posting() {
        #expect(Self.found("2026-04-08")?.profile.version == 1)
        let bound = Self.found("2026-04-09")
        #expect(bound?.profile.version == 2 && bound?.since == Self.day("2026-04-09") && bound?.ground == .posting)
        #expect(Self.found("2026-08-31")?.profile.version == 3)
    }

    @Test("A9: of the first version bind from its posting, and none binds before")
    func first() {
        #expect(Self.found("2025-01-01")?.ground == .first)
        #expect(Self.found("2024-12-31") == nil)
    }

    @Test(
        "A9: renew by the months of the term, in either direction from the day that is known",
        arguments: [
            ("2026-06-01", 12, "2026-06-02", "2027-06-01"), ("2026-06-01", 12, "2024-06-01", "2024-06-01"),
            ("2026-01-31", 1, "2026-02-01", "2026-02-28"), ("2026-01-31", 1, "2026-03-01", "2026-03-31"),
            ("2026-06-01", 36, "2020-06-02", "2023-06-01"), ("2026-11-30", 3, "2026-03-01", "2026-05-30"),
        ]
    )
    func terms(_ renews: String, _ months: Int, _ from: String, _ expected: String) {
        let term = ContractTerm(renewsOn: Self.day(renews), months: months)
        #expect(term.renewal(from: Self.day(from)) == Self.day(expected))
    }
}
