internal import DequeModule

/// Which deliveries of one connection are settled, and how to tell the broker in the fewest frames.
///
/// Delivery tags of a channel count up from 1. Everything below `base` is settled and told. One frame with `multiple`
/// settles all up to its tag, so it may only go out for a tag below which nothing is outstanding.
struct AcknowledgementLedger {
    private enum State: UInt8 {
        case outstanding
        /// Acknowledged by the handler, not yet told.
        case acknowledged
        case told
    }

    private var base: UInt64 = 1
    private var states: Deque<State> = []
    /// Given out and not settled by the handler.
    private(set) var outstanding = 0
    /// Acknowledged but not told, wherever they stand.
    private(set) var untold = 0

    mutating func delivered(_ tag: UInt64) {
        // Tags come in order without gaps; a gap would be one that was never given out: settled as far as we care.
        while base + UInt64(states.count) < tag { states.append(.told) }
        states.append(.outstanding)
        outstanding += 1
    }

    /// - Returns: whether the tag was outstanding: each is settled once.
    mutating func acknowledge(_ tag: UInt64) -> Bool { settle(tag, as: .acknowledged) }

    /// The caller tells the broker itself.
    mutating func reject(_ tag: UInt64) -> Bool { settle(tag, as: .told) }

    private mutating func settle(_ tag: UInt64, as state: State) -> Bool {
        guard tag >= base, tag - base < UInt64(states.count) else { return false }
        let index = Int(tag - base)
        guard states[index] == .outstanding else { return false }
        states[index] = state
        outstanding -= 1
        if state == .acknowledged { untold += 1 }
        return true
    }

    /// The tag for one frame with `multiple` that settles the whole settled front, if that tells anything new.
    mutating func takeFront() -> UInt64? {
        var last: UInt64?
        while let first = states.first, first != .outstanding {
            if first == .acknowledged {
                last = base
                untold -= 1
            }
            states.removeFirst()
            base += 1
        }
        return last
    }

    /// What is acknowledged behind a delivery that is still outstanding: to be told one by one.
    mutating func takeStragglers() -> [UInt64] {
        guard untold > 0 else { return [] }
        var tags: [UInt64] = []
        for index in states.indices where states[index] == .acknowledged {
            states[index] = .told
            tags.append(base + UInt64(index))
        }
        untold = 0
        return tags
    }
}
