import Foundation
import Rights
import Testing

@Suite("Before data is given away")
struct GateTests {
    static func client(
        country: String? = "DE",
        isSuspended: Bool = false,
        hasAddendum: Bool = true
    ) -> Client {
        Client(
            id: "acme",
            names: [],
            place: Place(country: country, zone: .gmt),
            isSuspended: isSuspended,
            hasBAA: false,
            hasAddendum: hasAddendum
        )
    }

    /// What protects data, and what the client is told or decides.
    static let neverGated: [GatedAct] = [
        .rectification, .erasure, .restriction, .objection, .optOut, .withdrawConsent, .limitSensitive, .publicRemoval,
        .referral, .decision,
    ]

    static let today = CivilDate(dayNumber: 20_500)

    @Test(
        "A1: exports and hand-overs of a suspended client wait for a person, all else goes on",
        arguments: GatedAct.allCases
    )
    func suspended(_ act: GatedAct) {
        let found = Gate.closed(before: act, of: Self.client(isSuspended: true), as: .processor)
        let expected: [Gate] = [.export, .handOver, .transfer].contains(act) ? [.clientSuspended] : []
        #expect(found == expected)
        #expect(found.allSatisfy { $0.effect == .waitsForPerson && $0.obligation == "A1" })
        #expect(Gate.closed(before: act, of: Self.client(), as: .processor).isEmpty)
    }

    @Test("G11: without an addendum a European client's data is not given away, and no other client is asked for one")
    func addendum() {
        for country in ["DE", "DE-BE", "NO", "GB-SCT", "CH"] {
            let found = Gate.closed(
                before: .export,
                of: Self.client(country: country, hasAddendum: false),
                as: .processor
            )
            #expect(found == [.addendumMissing], "\(country)")
        }
        for country in ["US", "US-CA", "IN", nil] {
            let client = Self.client(country: country, hasAddendum: false)
            #expect(Gate.closed(before: .export, of: client, as: .processor).isEmpty)
        }
        #expect(Gate.addendumMissing.effect == .blocked && Gate.addendumMissing.source.contains("28(3)"))
    }

    @Test("K16: nothing that protects data is ever held up, whatever is missing", arguments: neverGated)
    func protects(_ act: GatedAct) {
        let worst = Self.client(isSuspended: true, hasAddendum: false)
        #expect(Gate.closed(before: act, of: worst, as: .processor).isEmpty)
        let past = TransferMechanism(kind: .scc, validUntil: Self.today.adding(days: -1))
        for mechanism in [nil, past] {
            let found = Gate.closed(
                before: act,
                of: worst,
                as: .processor,
                to: "US",
                under: mechanism,
                on: Self.today
            )
            #expect(found.isEmpty)
        }
    }

    @Test("A1, K16: what the vendor owes as a controller waits for no client's standing")
    func ownCases() {
        let worst = Self.client(isSuspended: true, hasAddendum: false)
        for act in GatedAct.allCases { #expect(Gate.closed(before: act, of: worst, as: .controller).isEmpty) }
    }

    @Test("K16: a transfer out of Europe needs a mechanism that holds today")
    func transfers() {
        func found(_ region: String?, _ mechanism: TransferMechanism?, of country: String = "DE") -> [Gate] {
            Gate.closed(
                before: .transfer,
                of: Self.client(country: country),
                as: .processor,
                to: region,
                under: mechanism,
                on: Self.today
            )
        }
        #expect(found("US", nil) == [.mechanismMissing])
        // Nobody knows where it is: as careful as with a third country.
        #expect(found(nil, nil) == [.mechanismMissing])
        #expect(found("FR", nil).isEmpty && found("CH", nil).isEmpty)
        #expect(found("DE", nil, of: "US").isEmpty)
        for kind in TransferMechanism.Kind.allCases {
            #expect(found("US", TransferMechanism(kind: kind, validUntil: Self.today)).isEmpty)
            let past = TransferMechanism(kind: kind, validUntil: Self.today.adding(days: -1))
            #expect(found("US", past) == [.mechanismExpired])
        }
    }

    @Test(
        "C13: safe_harbor and privacy_shield are refused as no longer valid",
        arguments: ["safe_harbor", "privacy_shield"]
    )
    func struckDown(_ name: String) {
        #expect(throws: TransferMechanism.Fault.noLongerValid) {
            try TransferMechanism(named: name, validUntil: Self.today.adding(days: 1_000))
        }
        #expect(TransferMechanism.Fault.noLongerValid.sentence.contains("no longer valid"))
        #expect(throws: TransferMechanism.Fault.unknown) {
            try TransferMechanism(named: "handshake", validUntil: Self.today)
        }
    }

    @Test("C13: every mechanism ends, and somebody is told before", arguments: TransferMechanism.Kind.allCases)
    func ends(_ kind: TransferMechanism.Kind) throws {
        let mechanism = try TransferMechanism(named: kind.rawValue, validUntil: Self.today)
        #expect(mechanism.kind == kind)
        #expect(mechanism.standing(on: Self.today.adding(days: 1)) == .expired)
        #expect(mechanism.standing(on: Self.today) == .ending(Self.today))
        #expect(mechanism.standing(on: Self.today.adding(days: -89)) == .ending(Self.today))
        #expect(mechanism.standing(on: Self.today.adding(days: -90)) == .valid)
    }

    @Test("every closed gate says where it is written and what opens it", arguments: Gate.allCases)
    func explained(_ gate: Gate) {
        #expect(!gate.source.isEmpty && !gate.remedy.isEmpty && !gate.obligation.isEmpty)
    }
}
