import Foundation
import Rights
import Testing

@Suite("What is wrong with a system of the data map")
struct SystemFlagTests {
    struct Row: Sendable {
        let row: String
        let kind: SystemKind
        var region: String? = "US"
        var mechanism: (TransferMechanism.Kind, String)?
        var client: String? = "DE"
        var isAgreed = true
        var purposes = ["support"]
        var isDescribed = true
        let flags: [SystemFlag]
    }

    static let day = CivilDate(year: 2026, month: 3, day: 2)

    static let rows: [Row] = [
        Row(row: "G8", kind: .subprocessor, region: "DE", isAgreed: false, flags: [.agreementMissing]),
        Row(row: "G8", kind: .own, region: "DE", isAgreed: false, flags: []),
        Row(row: "K16", kind: .subprocessor, flags: [.mechanismMissing]),
        Row(row: "K16, nobody said where", kind: .subprocessor, region: nil, flags: [.mechanismMissing]),
        Row(row: "K16, own and nobody said where", kind: .own, region: nil, flags: []),
        Row(row: "K16, own in a third country", kind: .own, flags: [.mechanismMissing]),
        Row(row: "K16, a backup in a third country", kind: .backup, flags: [.mechanismMissing]),
        Row(row: "K16, a controller in a third country", kind: .controller, flags: [.mechanismMissing]),
        Row(row: "K16, a controller nobody said where", kind: .controller, region: nil, flags: [.mechanismMissing]),
        Row(row: "Y5, a controller's own purposes", kind: .controller, region: "FR", purposes: [], flags: []),
        Row(row: "K16, a client elsewhere", kind: .subprocessor, client: "US", flags: []),
        Row(row: "K16, a client nobody knows where", kind: .subprocessor, client: "", flags: [.mechanismMissing]),
        Row(row: "K16, no client in particular", kind: .subprocessor, client: nil, flags: [.mechanismMissing]),
        Row(row: "K16, the United Kingdom", kind: .subprocessor, region: "GB", flags: []),
        Row(row: "Y11", kind: .subprocessor, mechanism: (.scc, "2028-01-01"), flags: []),
        Row(row: "C13, ended", kind: .subprocessor, mechanism: (.dpf, "2026-03-01"), flags: [.mechanismExpired]),
        Row(row: "C13, its last day", kind: .subprocessor, mechanism: (.dpf, "2026-03-02"), flags: [.mechanismEnding]),
        Row(row: "C13, ends soon", kind: .subprocessor, mechanism: (.bcr, "2026-05-30"), flags: [.mechanismEnding]),
        Row(row: "C13, ends later", kind: .subprocessor, mechanism: (.bcr, "2026-05-31"), flags: []),
        Row(
            row: "C11",
            kind: .subprocessor,
            region: "DE",
            purposes: ["support", "own_marketing"],
            flags: [.purposeForbidden]
        ),
        Row(row: "Y12", kind: .log, region: "DE", purposes: [], flags: [.purposeMissing]),
        Row(row: "Y12, a backup", kind: .backup, region: "DE", purposes: [], flags: []),
        Row(row: "K13", kind: .subprocessor, region: "DE", isDescribed: false, flags: [.descriptionMissing]),
        Row(row: "K14", kind: .clientIntegration, isAgreed: false, purposes: [], flags: []),
        Row(
            row: "all at once",
            kind: .subprocessor,
            isAgreed: false,
            purposes: [],
            isDescribed: false,
            flags: [.agreementMissing, .mechanismMissing, .purposeMissing, .descriptionMissing]
        ),
    ]

    @Test("G8, K16, C11, C13, Y11, Y12, K13: is said flag by flag", arguments: rows)
    func flags(_ row: Row) throws {
        let mechanism = try row.mechanism.map { kind, until in
            TransferMechanism(kind: kind, validUntil: try #require(CivilDate(iso: until)))
        }
        let system = DataSystem.sample("s", row.kind, region: row.region) { system in
            if !row.isAgreed { system.agreedOn = nil }
            system.purposes = row.purposes
            if !row.isDescribed { system.service = nil }
            system.mechanism = mechanism
        }
        let client = row.client.map { Client.sample($0.isEmpty ? nil : $0) }
        #expect(system.flags(for: client, on: try #require(Self.day)) == row.flags, "\(row.row)")
    }

    @Test(
        "blocks new data but where it is only a warning, and says row, article and remedy",
        arguments: SystemFlag.allCases
    )
    func words(_ flag: SystemFlag) {
        #expect(flag.isBlocking == ![.mechanismEnding, .descriptionMissing].contains(flag))
        #expect(flag.obligation.wholeMatch(of: /[A-Z]\d+/) != nil)
        #expect(flag.source.contains("Art.") && !flag.remedy.isEmpty)
    }
}

@Suite("Whose data a system can hold")
struct DataSystemTests {
    @Test("K13: covers whoever may be in it, and nobody else")
    func holding() {
        let users = DataSystem.sample { $0.relationships = [.clientUser] }
        #expect(users.canHold(.clientUser, client: nil) && users.canHold(.unknown, client: "acme"))
        #expect(!users.canHold(.endUser, client: "acme") && !users.canHold(.visitor, client: nil))
        let acme = DataSystem.sample { $0.clients = ["acme"] }
        #expect(acme.canHold(.endUser, client: "acme") && !acme.canHold(.endUser, client: "globex"))
        // A client's user whose client nobody has named may be this one's; a visitor is no client's.
        #expect(acme.canHold(.clientUser, client: nil) && !acme.canHold(.visitor, client: nil))
    }

    @Test("K9: what holds only the processor's own visitors does not go with a client")
    func tenants() {
        #expect(!DataSystem.sample { $0.relationships = [.visitor] }.holdsTenant("acme"))
        #expect(DataSystem.sample { $0.relationships = [.visitor, .clientUser] }.holdsTenant("acme"))
        #expect(!DataSystem.sample { $0.clients = ["globex"] }.holdsTenant("acme"))
    }

    @Test("a change is named by the keys of the data map")
    func differences() {
        let before = DataSystem.sample()
        var after = before
        #expect(after.differences(from: before) == [])
        after.storedFor.all = "a year"
        after.region = "FR"
        after.perSecond = 2
        after.version = 7
        after.from = ["x"]
        after.keeps = [
            KeepRule(category: "c", reason: .dispute, basis: .law("l"), until: .after(Period(1, .calendarDay)))
        ]
        #expect(after.differences(from: before) == ["stored_for", "region", "from", "keep", "limits"])
    }
}

@Suite("How it is known that something was done")
struct VerificationTests {
    @Test("N4: each level reaches those below it and none above")
    func order() {
        let levels: [Verification] = [.attestation, .signedAttestation, .person, .probe, .reRead]
        #expect(Verification.allCases == levels)
        for (index, level) in levels.enumerated() {
            for (other, wanted) in levels.enumerated() { #expect(level.reaches(wanted) == (index >= other)) }
        }
    }

    @Test(
        "G12: a connector comes to what it can show, and to no more",
        arguments: [
            (ConnectorDescription.postgres(by: .email), Verification.reRead), (.opendsr(.email), .attestation),
            (.opendsr(.email, signed: true), .signedAttestation), (.http(verified: [.erase], .email), .probe),
            (.http(described: [.erase], .email), .attestation), (.manual, .person), (.email, .person),
        ]
    )
    func connectors(_ connector: ConnectorDescription, _ level: Verification) {
        #expect(connector.verification(of: .erase) == level)
    }
}
