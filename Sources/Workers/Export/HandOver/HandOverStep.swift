import FoundationEssentials
import Ledger
import Rights

/// What follows for a bundle that is ready and may have to go to another controller: a decision over what is known of it.
enum HandOverStep: Hashable {
    /// Whom a request means.
    enum Wish: Hashable {
        /// Nobody: the copy is all that is asked for.
        case none
        /// A controller of the data map, by its id.
        case receiver(String)
        /// It cannot be done as things are: none of the data map is meant, or its transfers rest on nothing.
        case obstacle(String, receiver: String?)
    }

    /// The request is answered with the copy alone, as it was asked.
    case answer
    case begin(receiver: String)
    case ask(because: String, receiver: String?)
    /// The receiver has all of it since then.
    case done(Date)
    /// A person has said that the copy has to do.
    case leave
    /// Somebody's move.
    case wait

    /// - Parameters:
    ///   - state: as it was last noted.
    ///   - effort: the last attempt at it, be it under way.
    ///   - isAsked: whether a person is asked.
    ///   - word: what a person said last.
    ///   - wish: found out only where it matters.
    init(
        _ state: ExportRecord.HandOver.State?,
        effort: EffectRecord?,
        isAsked: Bool,
        word: ReviewKind.Verdict?,
        wish: () throws -> Wish
    ) rethrows {
        if let effort, state != .done {
            // Also where a person has let a parked one go again.
            if effort.state == .done, let at = effort.endedAt {
                self = .done(at)
                return
            }
            // What has been let go again is taken back where a person has said since that the copy has to do; a call that has begun
            // comes to its end.
            let isLeft = state == .asked && !isAsked && word == .denied
            if !effort.state.isFinal {
                self = isLeft && effort.state != .leased ? .leave : .wait
                return
            }
            if state == .underWay, effort.state == .parked {
                self = .ask(because: effort.cause ?? "failed", receiver: nil)
                return
            }
        }
        switch state {
        case .done, .left: self = .wait
        case .asked where isAsked: self = .wait
        case .asked where word == .denied: self = .leave
        case nil, .asked, .underWay:
            switch try wish() {
            case .none: self = .answer
            case .receiver(let id): self = .begin(receiver: id)
            case .obstacle(let reason, let receiver): self = .ask(because: reason, receiver: receiver)
            }
        }
    }
}
