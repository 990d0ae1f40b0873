import FoundationEssentials
import Ledger
import Referral
import Rights

/// Walks every path that cases can take from a beginning: all events of the machine, all that can become of effects, all that
/// people and clocks can say, until nothing new comes.
struct EveryPath {
    /// What counts as the same place.
    private struct Place: Hashable {
        let state: CaseState
        let answerBy: Answerer?
        let awaitsIdentity: Bool
        let isExtended: Bool
        let isLate: Bool
        /// How far the newest effect of each kind has come.
        let effects: [EffectKind: EffectState]
        let asked: Set<ReviewKind>
        let told: Set<ReviewKind>

        init(_ simulated: SimulatedCase) {
            let facts = simulated.facts
            state = facts.state
            answerBy = facts.answerBy
            awaitsIdentity = facts.awaitsIdentity
            isExtended = facts.extendedAt != nil
            isLate = simulated.effects(.clientReminder).count > 1
            effects = Dictionary(
                facts.effects.map {
                    ($0.kind, $0.state.isPending ? .planned : $0.state == .cancelled ? .parked : $0.state)
                }
            ) { _, newer in newer }
            let reviews = facts.reviews.filter { $0.kind.worker(of: nil) != nil }
            asked = Set(reviews.lazy.filter(\.isOpen).map(\.kind))
            told = Set(reviews.lazy.filter { $0.verdict == .confirmed || $0.verdict == .denied }.map(\.kind))
        }
    }

    /// What becomes of effects before anything else happens.
    enum Delivery {
        /// All that can become of them, in any order with all else.
        case any
        /// Everything arrives at once.
        case prompt
    }

    private let delivery: Delivery
    private var seen: Set<Place> = []
    private(set) var states: Set<CaseState> = []
    /// Places visited.
    var count: Int { seen.count }

    init(_ delivery: Delivery = .any) { self.delivery = delivery }

    /// - Parameter body: called at every place, after the plan has been carried out.
    mutating func walk(from first: SimulatedCase, _ body: (SimulatedCase) throws -> Void) throws {
        var open: [SimulatedCase] = []
        func arrive(_ place: SimulatedCase, _ seen: inout Set<Place>, _ states: inout Set<CaseState>) throws {
            var place = place
            try place.look()
            states.insert(place.facts.state)
            while delivery == .prompt, place.facts.effects.contains(where: { !$0.state.isFinal }) {
                try body(place)
                place.wait()
                place.end(.done)
                try place.look()
            }
            guard seen.insert(Place(place)).inserted else { return }
            states.insert(place.facts.state)
            try body(place)
            // What is left then is said, or not; nothing new comes of it.
            if !place.facts.state.isFinal { open.append(place) }
        }
        try arrive(first, &seen, &states)
        while var place = open.popLast() {
            place.wait()
            for next in Self.moves(from: place) { try arrive(next, &seen, &states) }
        }
    }

    private static func moves(from place: SimulatedCase) -> [SimulatedCase] {
        var moves: [SimulatedCase] = []
        func move(_ change: (inout SimulatedCase) -> Bool) {
            var next = place
            if change(&next) { moves.append(next) }
        }
        for event in CaseEvent.all where event != .referralSent {
            // Which one of several answers it was, no plan asks.
            switch event {
            case .decidedProceed, .decidedHandleItself, .decidedRefuse:
                for answerer in [Answerer.client, .vendor] { move { $0.happen(event, answerBy: answerer) } }
            // These change nothing that a plan looks at, or are looked at elsewhere.
            case .identityVerified(sufficient: false), .clarified, .identityFailed, .holdPlaced, .holdLifted: continue
            default: move { $0.happen(event) }
            }
        }
        func reach(_ state: EffectState, _ kinds: @escaping (EffectKind) -> Bool) {
            guard place.facts.effects.contains(where: { !$0.state.isFinal && kinds($0.kind) }) else { return }
            move {
                $0.end(state) { !$0.state.isFinal && kinds($0.kind) }
                return true
            }
        }
        for state in [EffectState.done, .parked] {
            reach(state) { $0.goesToClient }
            reach(state) { !$0.goesToClient }
        }
        reach(.leased) { $0 == .clientReferral }
        if place.facts.state == .referred, place.effects(.clientEscalation).isEmpty {
            move {
                $0.ring()
                return true
            }
        }
        if place.facts.extendedAt == nil, place.facts.state == .inProgress {
            move {
                $0.facts.extendedAt = $0.now
                return true
            }
        }
        for kind in [ReviewKind.clientUnreachable, .subjectUnreachable, .referralProhibited] where place.isOpen(kind) {
            for verdict in [ReviewKind.Verdict.confirmed, .denied] {
                move {
                    $0.settle(kind, verdict)
                    return true
                }
            }
        }
        return moves
    }
}
