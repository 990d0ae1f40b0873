package import FoundationEssentials
package import Rights

/// How far all parts of a case have come together, and what becomes of the case by it: a pure function.
package struct FanOutProgress: Sendable {
    package enum Verdict: Sendable, Hashable {
        /// Something is under way, or waits.
        case goesOn
        /// Nothing is under way and somebody has to say what becomes of the stuck ones.
        case stuck
        /// All is done; `complete` says whether nothing was left out.
        case over(complete: Bool)
        /// All is done but what is kept for a time, the next of it until then (K11).
        case kept(until: Date)
        /// All is done, and can still be restored somewhere beyond the date of the answer.
        case inGrace(until: Date)
        /// All is done that a legal hold does not forbid (K18).
        case held
    }

    private let targets: [FanOutTarget]
    private let now: Date

    package init(_ targets: [FanOutTarget], at now: Date) {
        self.targets = targets
        self.now = now
    }

    /// What is kept still: of each system what has not been erased by a later part.
    package var kept: [FanOutTarget.Kept] { stays { $0.state.isFinal }.map(\.kept) }

    /// Exceptions that are over: of each system the categories that are to go now.
    package var due: [(target: FanOutTarget, ends: Set<String>)] {
        let over = stays { _ in true }.filter { $0.kept.until <= now }
        return targets.compactMap { target in
            let ends = Set(over.filter { $0.target == target.id }.map(\.kept.category))
            return ends.isEmpty ? nil : (target, ends)
        }
    }

    /// What parts keep, but what a later one that is `isTaken` ends.
    private func stays(_ isTaken: (FanOutTarget) -> Bool) -> [(target: UUID, kept: FanOutTarget.Kept)] {
        targets.filter { $0.part == .whole && $0.state == .verified }.flatMap { target in
            target.kept.filter { kept in
                !targets.contains { rest in
                    rest.part == .rest && rest.system == target.system && rest.ends.contains(kept.category)
                        && isTaken(rest)
                }
            }
            .map { (target.id, $0) }
        }
    }

    /// - Parameters:
    ///   - isHeld: whether a legal hold suspends what takes data away.
    ///   - suspended: those that were about to be asked when the hold came, and wait for it now.
    ///   - answerBy: when the answer is owed.
    package func verdict(isHeld: Bool, suspended: Set<UUID> = [], answerBy: Date?) -> Verdict {
        let open = targets.filter { !$0.state.isFinal }
        if open.isEmpty {
            if let next = kept.map(\.until).min() { return .kept(until: next) }
            return .over(complete: isComplete)
        }
        let moving = open.filter { $0.state != .stuck && $0.state != .grace }
        if moving.isEmpty {
            if open.contains(where: { $0.state == .stuck }) { return .stuck }
            if let until = open.compactMap(\.verifyAt).max(), let answerBy, until > answerBy {
                return .inGrace(until: until)
            }
            return .goesOn
        }
        if isHeld, moving.allSatisfy({ $0.operation.destroys && ($0.state == .waiting || suspended.contains($0.id)) }) {
            return .held
        }
        return .goesOn
    }

    /// Nothing was left out: every mandatory target is verified, and no other was given up.
    package var isComplete: Bool {
        !targets.contains { target in
            // That a restriction could not be lifted somewhere takes nothing from what was done.
            target.part != .lift
                && (target.state == .left || target.state == .cancelled
                    || (target.isMandatory && target.state != .verified))
        }
    }

    /// Whether every target has been asked: the recipients have been told (GDPR Art. 19).
    package var isTold: Bool {
        targets.allSatisfy { $0.actedAt != nil || $0.state.isFinal || $0.state == .pending || $0.state == .stuck }
    }
}
