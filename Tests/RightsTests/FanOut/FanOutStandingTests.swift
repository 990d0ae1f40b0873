import Foundation
import Rights
import TestKit
import Testing

@Suite("What the parts of a case come to")
struct FanOutStandingTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)
    static let kinds: [String: SystemKind] = ["vault": .backup, "trail": .log, "shop": .clientIntegration]

    static func kept(_ category: String, days: Double) -> FanOutTarget.Kept {
        FanOutTarget.Kept(
            category: category,
            reason: .legalDuty,
            citation: "HGB § 257",
            until: now.addingTimeInterval(days * 86_400)
        )
    }

    static func standing(_ targets: FanOutTarget...) -> FanOutStanding {
        FanOutStanding(targets) { kinds[$0] ?? .own }
    }

    @Test("K11: what is kept is told until its rest is erased, what ends first before the rest")
    func keeps() {
        let crm = FanOutTarget.sample("crm") {
            $0.kept = [Self.kept("invoices", days: 300), Self.kept("orders", days: 30)]
        }
        let held = Self.standing(crm)
        #expect(held.kept.map(\.kept.category) == ["orders", "invoices"] && held.gaps.isEmpty && !held.isOpen)
        let rest = FanOutTarget.sample("crm", .verified, part: .rest, ordinal: 1) { $0.ends = ["orders"] }
        #expect(Self.standing(crm, rest).kept.map(\.kept.category) == ["invoices"])
        let under = Self.standing(crm, .sample("crm", .acting, part: .rest, ordinal: 1) { $0.ends = ["orders"] })
        #expect(under.kept.count == 2 && under.gaps.map(\.reason) == [.open] && under.isOpen)
        let last = FanOutTarget.sample("crm", .verified, part: .rest, ordinal: 2) { $0.ends = ["invoices"] }
        #expect(Self.standing(crm, rest, last).kept.isEmpty)
        // What the case goes on without is not erased at all: that is said, and no exception beside it.
        let left = Self.standing(
            .sample("crm", .left) {
                $0.kept = [Self.kept("invoices", days: 300)]
                $0.outcome = .refused
            }
        )
        #expect(left.kept.isEmpty && left.gaps.map(\.reason) == [.refused])
    }

    @Test(
        "C5, N4: whatever is not verified is told with the reason that fits",
        arguments: [
            (.grace, .done, .restorable), (.left, .refused, .refused), (.stuck, .refused, .refused),
            (.left, .failed, .failed), (.left, .stillThere, .stillThere), (.stuck, .stillThere, .stillThere),
            (.left, .done, .unverified), (.stuck, .acceptedPending, .unverified), (.left, nil, .left),
            (.cancelled, nil, .left), (.waiting, nil, .open), (.acting, nil, .open),
            (.pending, .acceptedPending, .open),
            (.verifying, .done, .open), (.verified, .done, nil), (.listed, nil, nil),
        ] as [(FanOutTarget.State, FanOutTarget.Outcome?, FanOutStanding.Gap.Reason?)]
    )
    func gaps(_ state: FanOutTarget.State, _ outcome: FanOutTarget.Outcome?, _ reason: FanOutStanding.Gap.Reason?) {
        let standing = Self.standing(.sample("forum", state) { $0.outcome = outcome })
        #expect(standing.gaps.map(\.reason) == [reason].compactMap { $0 })
        #expect(standing.gaps.first?.until == (state == .grace ? Self.now.addingTimeInterval(30 * 86_400) : nil))
        #expect(standing.isOpen == !state.isFinal)
    }

    @Test("K14, K22, K12: the client's own is listed, and backups and logs go by their dates")
    func goes() {
        func day(_ number: Double) -> Date { Self.now.addingTimeInterval(number * 86_400) }
        let standing = Self.standing(
            .sample("crm") { $0.backupsUntil = day(35) },
            // Nothing is deleted there yet, and no backup of it will be the last.
            .sample("mail", .waiting, ordinal: 1) { $0.backupsUntil = day(400) },
            .sample("shop", .listed, way: .client, ordinal: 2),
            .sample("vault", .listed, way: .time, ordinal: 3) { $0.goneBy = day(90) },
            .sample("trail", .listed, way: .time, ordinal: 4) { $0.goneBy = day(365) }
        )
        #expect(standing.clientsOwn == ["shop"])
        #expect(standing.backupsUntil == day(90) && standing.logsUntil == day(365))
        #expect(standing.going.map(\.system) == ["vault", "trail"])
        #expect(standing.gaps.map(\.system) == ["mail"])
    }

    @Test("K18: what has not begun and takes data away may be what a hold suspends; a correction is not")
    func holds() {
        let erase = Self.standing(.sample("crm", .waiting), .sample("mail", .acting, ordinal: 1))
        #expect(erase.gaps.map(\.mayBeHeld) == [true, false])
        #expect(Self.standing(.sample("crm", .waiting, operation: .rectify)).gaps.map(\.mayBeHeld) == [false])
    }
}
