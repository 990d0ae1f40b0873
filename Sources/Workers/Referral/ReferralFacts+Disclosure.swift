import FoundationEssentials
import Ledger
import Rights

/// What a client hears of an authority's demand for its data: before anything is collected, where nothing forbids it, and in the end
/// what became of it (K23).
extension ReferralFacts {
    /// What decides it, of the register's row.
    package struct Disclosure: Sendable, Hashable {
        /// Something forbids that the client is told now.
        package var isProhibited: Bool
        /// That it knows is on record.
        package var isTold: Bool

        package init(isProhibited: Bool, isTold: Bool = false) {
            self.isProhibited = isProhibited
            self.isTold = isTold
        }
    }

    /// What the first word to the client is for; the last is for the state that it tells.
    package static let announcement = "announced"

    private var announced: OwedMessage { OwedMessage(.clientDisclosure, Self.announcement, since: receivedAt) }

    /// What is owed to the client as the demand stands, said or not.
    var owedOfDisclosure: [OwedMessage] {
        guard let disclosure, !disclosure.isProhibited else { return [] }
        switch state {
        case .referred, .inProgress: return [announced]
        case .handedOver: return [OwedMessage(.clientDisclosure, state.rawValue, since: stateSince)]
        // Whoever was told that it comes is told that it does not.
        case .withdrawn:
            let isOut = effects.contains { announced.isSaid(by: $0) && ($0.state == .done || $0.state == .leased) }
            return isOut || wasTold(.clientUnreachable)
                ? [OwedMessage(.clientDisclosure, state.rawValue, since: stateSince)] : []
        // Nobody was told before two people had approved it.
        case .refused, .received, .needsClient, .needsIdentity, .needsFee, .onHold, .fulfilled, .partlyFulfilled,
            .lapsed:
            return []
        }
    }

    /// Where the demand goes on: its client knows of it, nobody can tell it, or nobody may.
    var disclosureSteps: [ReferralStep] {
        guard let disclosure else { return [] }
        if disclosure.isProhibited { return state == .referred ? [.apply(.tellingProhibited)] : [] }
        guard !disclosure.isTold else { return [] }
        let done = effects.filter { $0.kind == .clientDisclosure && $0.state == .done }.compactMap(\.endedAt)
        let confirmed = reviews.filter { $0.kind == .clientUnreachable && $0.verdict == .confirmed }
            .compactMap(\.settledAt)
        if let told = (done + confirmed).min() { return [.clientTold(told)] }
        let isHopeless = reviews.last { $0.kind == .clientUnreachable }?.verdict == .denied
        return state == .referred && isHopeless ? [.apply(.clientTermOver)] : []
    }
}
