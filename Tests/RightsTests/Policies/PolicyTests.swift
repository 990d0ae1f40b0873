import Rights
import Testing

@Suite("The rules of one case")
struct PolicyTests {
    static func setting(_ days: Int) -> Profile.Setting {
        Profile.Setting(
            period: Period(days, .calendarDay),
            clause: "clause \(days)",
            sentence: "Within \(days) days.",
            isUnverified: true
        )
    }

    static func policy(statement: [ClockKey: Int] = [:], agreement: [ClockKey: Int]? = nil) -> Policy {
        var profile = Profile.standard(named: "vendor")
        profile.clocks = statement.mapValues(setting)
        return Policy(
            profile: profile,
            agreement: agreement.map { Agreement(name: "DPA of 2026-03-01", clocks: $0.mapValues(setting)) }
        )
    }

    @Test("K1: come from the agreement, else from the statement, else from the defaults", arguments: ClockKey.allCases)
    func layers(_ key: ClockKey) {
        let standard = Self.policy().clock(key)
        #expect(standard?.rule == key.standard && standard?.layer == (key.standard == nil ? nil : .standard))
        let statement = Self.policy(statement: [key: 20]).clock(key)
        #expect(statement?.layer == .profile && statement?.rule.period == Period(20, .calendarDay))
        let agreement = Self.policy(statement: [key: 20], agreement: [key: 25]).clock(key)
        #expect(agreement?.layer == .agreement && agreement?.rule.period == Period(25, .calendarDay))
        let silent = Self.policy(statement: [key: 20], agreement: [:]).clock(key)
        #expect(silent?.layer == .profile)
    }

    @Test("K1: say where they are written, and what could not be checked")
    func sources() throws {
        let (rule, _) = try #require(Self.policy(statement: [.refer: 20]).clock(.refer))
        #expect(rule.id == "vendor.refer" && rule.source == "clause 20" && rule.sentence == "Within 20 days.")
        #expect(rule.isUnverified && rule.clock == .refer)
        #expect(Self.policy(agreement: [.refer: 25]).clock(.refer)?.rule.id == "agreement.refer")
    }

    @Test("promise only what somebody wrote")
    func promises() {
        #expect(Self.policy().promise(.refer) == nil)
        #expect(Self.policy(statement: [.refer: 20]).promise(.refer)?.layer == .profile)
        #expect(Self.policy(agreement: [.refer: 20]).promise(.refer)?.layer == .agreement)
    }

    @Test("Y6: ask for a session where data is opened or destroyed, and nobody who wants to opt out")
    func identity() {
        let policy = Self.policy()
        for right in [Right.access, .portability, .rectification, .erasure, .restriction, .disclosureList] {
            #expect(policy.identityLevel(for: right).level == .session, "\(right)")
        }
        for right in [Right.objection, .optOut, .withdrawConsent, .limitSensitive, .publicRemoval] {
            #expect(policy.identityLevel(for: right).level == nil, "\(right)")
        }
        var profile = Profile.standard(named: "vendor")
        profile.identity[.erasure] = .init(level: .document, clause: "our statement")
        #expect(Policy(profile: profile).identityLevel(for: .erasure).level == .document)
    }
}
