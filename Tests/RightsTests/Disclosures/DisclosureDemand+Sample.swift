import Foundation

@testable import Rights

extension DisclosureDemand {
    /// A demand with nothing wrong, two weeks before its date.
    static func sample(
        at now: Date = CaseOpeningTests.now,
        _ change: (inout DisclosureDemand) -> Void = { _ in }
    ) -> DisclosureDemand {
        var demand = DisclosureDemand(
            authority: "Example District Court",
            country: "DE",
            kind: .court,
            law: "StPO",
            article: "§ 95",
            reference: "12 Gs 34/26",
            reviewer: "legal",
            delivery: "registry, by hand",
            scope: DisclosureScope(systems: ["db"], categories: ["contacts"]),
            demandedAt: now.addingTimeInterval(-3_600),
            dueAt: now.addingTimeInterval(14 * 86_400)
        )
        change(&demand)
        return demand
    }
}
