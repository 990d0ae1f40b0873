package import Foundation

/// All clocks of one request as of one moment: who set each, when it ends, and which of several binds (K1).
package struct CaseClocks: Sendable {
    /// What the clocks of a request depend on.
    package struct Facts: Sendable, Hashable {
        package var lane: Lane
        package var state: CaseState
        package var right: Right
        package var regulation: Regulation
        package var isMinor: Bool
        /// When the person first asked: where the controller's own period begins.
        package var submittedAt: Date
        /// When the client gave its instruction; nil where there is none.
        package var instructedAt: Date?
        package var receivedAt: Date
        package var pauses: [Pause] = []
        package var isExtended = false

        package init(
            lane: Lane,
            state: CaseState,
            right: Right,
            regulation: Regulation,
            isMinor: Bool,
            submittedAt: Date,
            instructedAt: Date?,
            receivedAt: Date
        ) {
            self.lane = lane
            self.state = state
            self.right = right
            self.regulation = regulation
            self.isMinor = isMinor
            self.submittedAt = submittedAt
            self.instructedAt = instructedAt
            self.receivedAt = receivedAt
        }
    }

    package struct Entry: Sendable, Hashable {
        package let layer: Policy.Layer
        package let deadline: Deadline
        /// How it was read, for explanations; nil where it is counted back from another clock.
        package let reading: ClockReading?
        /// Whether this is the one of its kind that is kept: the earliest.
        package fileprivate(set) var binds = false

        package var clock: ClockRule.Clock { deadline.rule.clock }
    }

    /// Every clock that applies, the earliest first; those that stand still last.
    package let entries: [Entry]

    /// The binding ones.
    package var deadlines: [Deadline] { entries.filter(\.binds).map(\.deadline) }

    package init(_ facts: Facts, policy: Policy, place: Place, atlas: HolidayAtlas) {
        var entries: [Entry] = []
        func add(_ rule: ClockRule, _ layer: Policy.Layer, from anchor: Date, pausing: Bool = false) {
            let reading = rule.read(
                from: anchor,
                at: place,
                atlas: atlas,
                pauses: pausing ? facts.pauses : [],
                isExtended: pausing && facts.isExtended
            )
            entries.append(Entry(layer: layer, deadline: Deadline(reading), reading: reading))
        }
        func add(_ key: ClockKey, from anchor: Date) {
            if let (rule, layer) = policy.clock(key) { add(rule, layer, from: anchor) }
        }

        let statute = ClockRule.respond(under: facts.regulation, right: facts.right)
        let respond = statute.read(
            from: facts.submittedAt,
            at: place,
            atlas: atlas,
            pauses: facts.pauses,
            isExtended: facts.isExtended
        )
        entries.append(Entry(layer: .law, deadline: Deadline(respond), reading: respond))

        switch facts.lane {
        case .referral:
            add(facts.isMinor ? .referMinor : .refer, from: facts.receivedAt)
        case .own:
            if let (rule, layer) = policy.promise(.respond) {
                add(rule.asked(for: facts.right), layer, from: facts.submittedAt, pausing: true)
            }
            if facts.regulation == .ccpa { add(.confirmReceipt, .law, from: facts.submittedAt) }
            if facts.isMinor, facts.right == .erasure { add(.minorErasure, from: facts.submittedAt) }
            if !facts.isExtended, let notice = respond.noticeDue {
                let deadline = Deadline(
                    rule: ClockRule(
                        statute.id + "_notice",
                        .extensionNotice,
                        statute.period,
                        source: statute.source,
                        "Whoever will have to wait longer is told so, with reasons, within the first period.",
                        regulation: facts.regulation
                    ),
                    anchor: respond.anchor,
                    due: notice,
                    isProvisional: respond.isProvisional
                )
                entries.append(Entry(layer: .law, deadline: deadline, reading: nil))
            }
        case .notice, .disclosure: break
        case .fulfilment:
            if facts.right == .erasure { add(.instructedErasure, from: facts.instructedAt ?? facts.submittedAt) }
        }
        if facts.lane != .own {
            let assist = Deadline.assist(before: respond, receivedAt: facts.receivedAt, at: place, atlas: atlas)
            entries.append(Entry(layer: .standard, deadline: assist, reading: nil))
            if let (rule, layer) = policy.promise(.assist) { add(rule, layer, from: facts.receivedAt) }
        }
        switch facts.state {
        case .needsClient, .needsIdentity, .needsFee: add(.lapse, from: facts.receivedAt)
        default: break
        }
        self.entries = CaseClocks.bound(entries)
    }

    /// Sorts, and marks of each kind the one that ends first.
    private static func bound(_ entries: [Entry]) -> [Entry] {
        var sorted = entries.enumerated().sorted { left, right in
            (left.element.deadline.due ?? .distantFuture, left.offset)
                < (right.element.deadline.due ?? .distantFuture, right.offset)
        }.map(\.element)
        var kinds: Set<ClockRule.Clock> = []
        for index in sorted.indices where kinds.insert(sorted[index].clock).inserted { sorted[index].binds = true }
        return sorted
    }
}
