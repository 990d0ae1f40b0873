package import Foundation

/// What a clock of a request says: when its period ends, and how that came about.
package struct ClockReading: Sendable, Hashable {
    package enum State: String, Sendable, Hashable {
        case running
        /// Stands still; its end is known when the waiting is over.
        case paused
        /// Has not begun; its end is known when what is awaited has come.
        case notBegun = "not_begun"
    }

    package let rule: ClockRule
    package let state: State
    /// When the period began, which may be later than the event it is counted from.
    package let anchor: Date
    /// Nil while the clock is paused or has not begun.
    package let due: Date?
    /// Where it would end without an extension.
    package let firstDue: Date?
    /// Until when the person must have been told of an extension; nil where the rule knows none.
    package let noticeDue: Date?
    package let waitedDays: Int
    package let isExtended: Bool
    /// Holiday data for the last day is missing: the date is the earlier, safe one and will be computed again.
    package let isProvisional: Bool
    /// The rows of the table of pauses that were applied, in order of time.
    package let pauses: [PauseRule]
}

extension ClockRule {
    /// Reads this clock for a request.
    ///
    /// - Parameters:
    ///   - anchor: the event the period is counted from.
    ///   - pauses: when work stood still; whether the clock did is decided by ``PauseRule``. Overlapping days count once.
    ///     Waiting that began after the end changes nothing.
    ///   - isExtended: whether the person was told of an extension in time.
    package func read(
        from anchor: Date,
        at place: Place,
        atlas: HolidayAtlas,
        pauses: [Pause] = [],
        isExtended: Bool = false
    ) -> ClockReading {
        let holidays = atlas.calendar(calendar, at: place)
        let waits = pauses.compactMap { pause -> Wait? in
            let rule = PauseRule.rule(pause.reason, under: regulation ?? .other, right: right)
            // Hours run through whatever is awaited: days cannot be left out of them.
            let effect = clock == .respond && period.countsDays ? rule.effect(of: pause) : .runsOn
            return effect == .runsOn ? nil : Wait(pause: pause, rule: rule, effect: effect)
        }.sorted()

        func end(of period: Period, _ standing: Standing) -> Period.End {
            period.end(from: standing.begin, at: place, holidays: holidays, waited: standing.moved)
        }
        /// What of the waiting counts for `period`: waiting that began after its end does not.
        func standing(in period: Period) -> Standing {
            var standing = Standing(begin: anchor)
            var counted: [Wait] = []
            for wait in waits where wait.pause.from <= end(of: period, standing).instant {
                if let to = wait.pause.to, to <= standing.begin { continue }
                standing.applied.append(wait.rule)
                guard wait.pause.to != nil else {
                    standing.open = wait.effect
                    break
                }
                counted.append(wait)
                standing.count(
                    counted,
                    from: anchor,
                    at: place,
                    days: { period.unit != .businessDay || holidays.isWorkingDay($0) },
                    end: { end(of: period, $0).instant }
                )
            }
            return standing
        }

        let first = standing(in: period)
        let firstEnd = first.open == nil ? end(of: period, first) : nil
        var (whole, last) = (first, firstEnd)
        if isExtended, let extended {
            whole = standing(in: extended)
            last = whole.open == nil ? end(of: extended, whole) : nil
        }
        // The limit of the notice runs on while the answer's period stands still, unless the regime spares it, too.
        let notice = extended.flatMap { _ -> Period.End? in
            guard first.open == nil || first.open == .pauses else { return nil }
            return period.end(from: first.begin, at: place, holidays: holidays, waited: first.noticeMoved)
        }
        return ClockReading(
            rule: self,
            state: whole.open.map { $0 == .notBegun ? .notBegun : .paused } ?? .running,
            anchor: whole.begin,
            due: last?.instant,
            firstDue: firstEnd?.instant,
            noticeDue: notice?.instant,
            waitedDays: whole.waited,
            isExtended: isExtended && extended != nil,
            isProvisional: (last ?? notice)?.isProvisional ?? false,
            pauses: whole.applied
        )
    }
}

/// A pause that the regime lets stand.
private struct Wait: Comparable {
    let pause: Pause
    let rule: PauseRule
    let effect: PauseRule.Effect

    /// A full order, so that the order in which pauses were written down does not matter.
    static func < (left: Wait, right: Wait) -> Bool {
        (left.pause.from, left.pause.to ?? .distantFuture, left.rule.id)
            < (right.pause.from, right.pause.to ?? .distantFuture, right.rule.id)
    }
}

/// How far waiting has moved a period.
private struct Standing {
    var begin: Date
    var waited = 0
    /// By how many of the period's own days the end has moved: those waited, and more where waiting began while it was rolled.
    var moved = 0
    var noticeMoved = 0
    var applied: [PauseRule] = []
    /// What the wait that still lasts does.
    var open: PauseRule.Effect?

    init(begin: Date) { self.begin = begin }

    /// Counts `waits` anew, which are over and sorted: a later beginning takes the waiting before it with it.
    ///
    /// The day something was asked is the first that is left out, the day it came counts again. A period in business days
    /// is moved by those only.
    mutating func count(
        _ waits: [Wait],
        from anchor: Date,
        at place: Place,
        days isCounted: (CivilDate) -> Bool,
        end: (Standing) -> Date
    ) {
        begin = waits.filter { $0.effect == .notBegun }.compactMap(\.pause.to).reduce(anchor, max)
        (waited, moved, noticeMoved) = (0, 0, 0)
        var next = place.day(of: begin)
        for wait in waits where wait.effect != .notBegun {
            guard let to = wait.pause.to, to > begin else { continue }
            let (came, before) = (place.day(of: to), moved)
            next = max(next, place.day(of: wait.pause.from))
            while next < came {
                waited += 1
                if isCounted(next) { moved += 1 }
                next = next.adding(days: 1)
            }
            // Nobody is late before the waiting is over.
            while end(self) < to { moved += 1 }
            if wait.effect == .pausesNotice { noticeMoved += moved - before }
        }
    }
}
