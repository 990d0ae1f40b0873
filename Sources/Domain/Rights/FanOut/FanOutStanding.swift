package import FoundationEssentials

/// What all parts of a case come to for whoever is told of it: what stays, why and until when, and whose some of it is to clean.
///
/// A pure summary of the parts; letters, messages and certificates say the same because they ask the same.
package struct FanOutStanding: Sendable, Hashable {
    /// Something that an exception keeps (K11).
    package struct Held: Sendable, Hashable {
        package let system: String
        package let kept: FanOutTarget.Kept
    }

    /// A part that is not, or not yet, where it shall be.
    package struct Gap: Sendable, Hashable {
        /// The raw value stands in certificates, and in `words.yaml` beside the sentence for it.
        package enum Reason: String, ClosedList {
            /// Deleted, and whoever holds it can still restore it for a time.
            case restorable
            case refused
            case failed
            /// It said that it had done it, and had not (G12).
            case stillThere = "still_there"
            /// It says that it is done, and nobody could make sure.
            case unverified
            /// The case went on without it.
            case left
            /// Under way, or waiting.
            case open
        }

        package let system: String
        package let part: FanOutTarget.Part
        package let reason: Reason
        package let until: Date?
        /// Whether it has not begun and takes data away, so that a legal hold is what it waits for where there is one (K18).
        package let mayBeHeld: Bool
    }

    /// Something that goes without anybody's doing, by its date.
    package struct Going: Sendable, Hashable {
        package let system: String
        package let by: Date?
    }

    /// What ends first comes first.
    package let kept: [Held]
    /// In the order of the plan.
    package let gaps: [Gap]
    /// The client's own to clean (K14).
    package let clientsOwn: [String]
    /// Logs and backups that forget by themselves (K12, K22).
    package let going: [Going]
    /// When the last backup has lost what was deleted (K22).
    package let backupsUntil: Date?
    /// When the last log has.
    package let logsUntil: Date?
    /// Something has not come to its end.
    package let isOpen: Bool
    /// Systems at which something has not come to its end, or stays for a time.
    package let unfinished: Set<String>

    /// - Parameter kind: of a system, by its id; nil where the data map has forgotten it.
    package init(_ targets: [FanOutTarget], kind: (String) -> SystemKind?) {
        let targets = targets.sorted { ($0.ordinal, $0.part.rawValue) < ($1.ordinal, $1.part.rawValue) }
        let rests = targets.filter { $0.part == .rest && $0.state == .verified }
        var kept: [Held] = []
        var gaps: [Gap] = []
        var backups: [Date] = []
        for target in targets where target.way == .connector || target.way == .person {
            if let gap = Gap(target) { gaps.append(gap) }
            guard target.part == .whole, target.state != .left, target.state != .cancelled else { continue }
            kept += target.kept.filter { kept in
                !rests.contains { $0.system == target.system && $0.ends.contains(kept.category) }
            }
            .map { Held(system: target.system, kept: $0) }
        }
        for target in targets where target.actedAt != nil { backups += [target.backupsUntil].compactMap { $0 } }
        let going = targets.filter { $0.way == .time }.map { Going(system: $0.system, by: $0.goneBy) }
        backups += going.filter { kind($0.system) == .backup }.compactMap(\.by)
        self.kept = kept.sorted { ($0.kept.until, $0.kept.category) < ($1.kept.until, $1.kept.category) }
        self.gaps = gaps
        self.going = going
        clientsOwn = targets.filter { $0.way == .client }.map(\.system)
        backupsUntil = backups.max()
        logsUntil = going.filter { kind($0.system) != .backup }.compactMap(\.by).max()
        isOpen = targets.contains { !$0.state.isFinal }
        unfinished = Set(targets.filter { !$0.state.isFinal }.map(\.system)).union(kept.map(\.system))
    }
}

extension FanOutStanding.Gap {
    /// Nil where all is as it shall be.
    fileprivate init?(_ target: FanOutTarget) {
        let reason: Reason
        var until: Date?
        switch target.state {
        case .verified, .listed: return nil
        case .grace:
            reason = .restorable
            until = target.verifyAt
        case .cancelled: reason = .left
        case .waiting, .acting, .pending, .verifying: reason = .open
        case .left, .stuck:
            switch target.outcome {
            case .refused: reason = .refused
            case .stillThere: reason = .stillThere
            case .failed: reason = .failed
            case .done, .alreadyAbsent, .acceptedPending: reason = .unverified
            case nil: reason = .left
            }
        }
        self.init(
            system: target.system,
            part: target.part,
            reason: reason,
            until: until,
            mayBeHeld: target.state == .waiting && target.operation.destroys
        )
    }
}
