import Foundation
import Rights
import Testing

/// What holds of every date, whatever was asked for, where and when.
///
/// Each property is tried with ten thousand seeds; a failure names its seed, and `Draw` gives the same case again.
@Suite("Whatever is asked, wherever and whenever")
struct ClockPropertyTests {
    static let seeds: Range<UInt64> = 0..<10_000

    /// Calls `body` for every seed until one fails.
    private func everySeed(_ body: (inout Draw, HolidayAtlas) throws -> String?) throws {
        let atlas = try HolidayAtlas.committed()
        let entries = try HolidayAtlas.committedEntries()
        for seed in Self.seeds {
            var draw = Draw(seed: seed, entries: entries)
            guard let fault = try body(&draw, atlas) else { continue }
            Issue.record("seed \(seed): \(fault)\n\(draw.rule.id) in \(draw.place.country ?? "-")")
            return
        }
    }

    @Test("a rule that rolls or counts business days ends on no day off, where the days are known")
    func working() throws {
        try everySeed { draw, atlas in
            let reading = draw.read(atlas, pauses: draw.pauses(), isExtended: draw.coin())
            let period = draw.rule.period
            guard let due = reading.due, period.rolls || period.unit == .businessDay else { return nil }
            let last = draw.place.day(of: due)
            let calendar = atlas.calendar(draw.rule.calendar, at: draw.place)
            if calendar.covers(last), !reading.isProvisional || !period.rolls {
                return calendar.isWorkingDay(last) ? nil : "ends on \(last)"
            }
            // Only at the edges of the data may a date be left as it is.
            let isAtTheEdge = !calendar.covers(last) || !calendar.covers(last.adding(days: 14))
            return reading.isProvisional && isAtTheEdge ? nil : "ends on \(last), which is known"
        }
    }

    @Test("every period in days ends with the last second of a day")
    func lastSecond() throws {
        try everySeed { draw, atlas in
            guard let due = draw.read(atlas, pauses: draw.pauses(), isExtended: draw.coin()).due else { return nil }
            let (day, next) = (draw.place.day(of: due), draw.place.day(of: due.addingTimeInterval(1)))
            return next == day.adding(days: 1) ? nil : "ends within \(day)"
        }
    }

    @Test("waiting never brings the end forward")
    func pausing() throws {
        try everySeed { draw, atlas in
            let isExtended = draw.coin()
            let plain = draw.read(atlas, isExtended: isExtended)
            let paused = draw.read(atlas, pauses: draw.pauses(), isExtended: isExtended)
            guard let due = paused.due, let without = plain.due else { return nil }
            return due < without ? "\(due) instead of \(without)" : nil
        }
    }

    @Test("one day of waiting more never brings the end forward")
    func longer() throws {
        try everySeed { draw, atlas in
            let isExtended = draw.coin()
            // A month that begins a day later, on the 31st, can end as it did, and then a day of waiting for clarification
            // lies before it: of the two kinds the United Kingdom knows only one is tried at a time.
            let pauses = draw.pauses().filter { draw.rule.regulation != .ukGDPR || $0.reason != .clarification }
            guard let index = pauses.indices.randomElement(using: &draw.random) else { return nil }
            guard let to = pauses[index].to else { return nil }
            var longer = pauses
            longer[index] = Pause(
                pauses[index].reason,
                from: pauses[index].from,
                to: to.addingTimeInterval(86_400),
                isGrounded: pauses[index].isGrounded
            )
            let before = draw.read(atlas, pauses: pauses, isExtended: isExtended).due
            let after = draw.read(atlas, pauses: longer, isExtended: isExtended).due
            guard let before, let after else { return nil }
            return after < before ? "\(after) instead of \(before)" : nil
        }
    }

    @Test("the order in which waiting was written down does not matter")
    func order() throws {
        try everySeed { draw, atlas in
            let isExtended = draw.coin()
            let pauses = draw.pauses()
            let forwards = draw.read(atlas, pauses: pauses, isExtended: isExtended)
            let backwards = draw.read(atlas, pauses: pauses.reversed(), isExtended: isExtended)
            return forwards == backwards ? nil : "\(forwards) and \(backwards)"
        }
    }

    @Test("nobody is late before what was awaited has come")
    func within() throws {
        try everySeed { draw, atlas in
            let pauses = draw.pauses()
            let isExtended = draw.coin()
            let reading = draw.read(atlas, pauses: pauses, isExtended: isExtended)
            guard let due = reading.due else { return nil }
            for pause in pauses {
                let rule = PauseRule.rule(pause.reason, under: draw.regulation, right: draw.right)
                guard rule.effect(of: pause) != .runsOn, pause.from <= due else { continue }
                guard let to = pause.to, to <= due else { return "\(pause) with its end at \(due)" }
            }
            return nil
        }
    }

    @Test("an extension never ends before the period it lengthens, nor its notice after it")
    func extending() throws {
        try everySeed { draw, atlas in
            let pauses = draw.pauses()
            let plain = draw.read(atlas, pauses: pauses)
            let extended = draw.read(atlas, pauses: pauses, isExtended: true)
            if let due = extended.due, let first = plain.due, due < first { return "\(due) before \(first)" }
            if extended.firstDue != plain.firstDue { return "first \(String(describing: extended.firstDue))" }
            if extended.noticeDue != plain.noticeDue { return "notice \(String(describing: extended.noticeDue))" }
            if let notice = plain.noticeDue, let due = plain.due, notice > due {
                return "notice \(notice) after \(due)"
            }
            return nil
        }
    }

    @Test("who asks later is not answered earlier")
    func receipt() throws {
        try everySeed { draw, atlas in
            let isExtended = draw.coin()
            let pauses = draw.pauses()
            let late = draw.read(atlas, pauses: pauses, isExtended: isExtended)
            draw.anchor -= Double(draw.random.next() % 40 * 21_600)
            let early = draw.read(atlas, pauses: pauses, isExtended: isExtended)
            // Where holidays are not known the later one may be left unrolled.
            guard early.isProvisional || !late.isProvisional else { return nil }
            guard let before = early.due, let after = late.due else { return nil }
            return after < before ? "\(after) before \(before)" : nil
        }
    }

    @Test("the end is after receipt, and the warning between them")
    func after() throws {
        try everySeed { draw, atlas in
            let reading = draw.read(atlas, pauses: draw.pauses(), isExtended: draw.coin())
            let deadline = Deadline(reading)
            guard let due = deadline.due, let warn = deadline.warnAt else { return nil }
            return draw.anchor <= warn && warn <= due && reading.anchor < due ? nil : "warned at \(warn), due at \(due)"
        }
    }

    @Test("the client has its outcome not after its own date, and earlier where holidays are not known")
    func assist() throws {
        try everySeed { draw, atlas in
            let reading = draw.read(atlas, pauses: draw.pauses(), isExtended: draw.coin())
            guard let end = reading.due else { return nil }
            // Received at any time until the end.
            let share = Double(draw.random.next() % 1_000) / 1_000
            let now = draw.anchor.addingTimeInterval(end.timeIntervalSince(draw.anchor) * share)
            let assist = Deadline.assist(before: reading, receivedAt: now, at: draw.place, atlas: atlas)
            guard let due = assist.due, now <= due, due <= end else {
                return "\(String(describing: assist.due)) for \(end)"
            }
            let blind = Deadline.assist(before: reading, receivedAt: draw.anchor, at: draw.place, atlas: HolidayAtlas())
            let seeing = Deadline.assist(before: reading, receivedAt: draw.anchor, at: draw.place, atlas: atlas)
            guard let earlier = blind.due, let exact = seeing.due else { return "no date" }
            if seeing.isProvisional { return nil }
            return earlier <= exact ? nil : "\(earlier) unknown, \(exact) known"
        }
    }
}

/// A request drawn from a seed.
private struct Draw {
    let regulation: Regulation
    let right: Right
    let rule: ClockRule
    let place: Place
    var anchor: Date
    var random: SplitMix

    init(seed: UInt64, entries: [HolidayAtlas.Entry]) {
        random = SplitMix(state: seed)
        let entry = entries[Int(random.next() % UInt64(entries.count))]
        place = Place(country: entry.code, zone: TimeZone(identifier: entry.zone) ?? .gmt)
        // Half of them in the regimes in which waiting matters; one in eight is the promise of C2.
        regulation =
            random.next() % 2 == 0
            ? [.gdpr, .ukGDPR][Int(random.next() % 2)]
            : Regulation.allCases[Int(random.next() % UInt64(Regulation.allCases.count))]
        right = random.next() % 2 == 0 ? .access : Right.allCases[Int(random.next() % UInt64(Right.allCases.count))]
        let isPromise = random.next() % 4 == 0 && regulation == .gdpr
        rule = isPromise ? ClockRule.own.asked(for: right) : ClockRule.respond(under: regulation, right: right)
        // 2023-06 to 2033-06, so that the first and the last year that are known are passed.
        anchor = Date(timeIntervalSince1970: 1_685_577_600 + Double(random.next() % 315_576_000))
    }

    mutating func coin() -> Bool { random.next() % 2 == 0 }

    /// None to four, of any reason, most of them over, beginning between receipt and a little after the longest end.
    mutating func pauses() -> [Pause] {
        (0..<Int(random.next() % 5)).map { _ in
            let reason = PauseReason.allCases[Int(random.next() % UInt64(PauseReason.allCases.count))]
            // Half begin on the quarter of a day, so that some begin together.
            let step: UInt64 = coin() ? 21_600 : 1
            let from = anchor.addingTimeInterval(Double(random.next() % (110 * 86_400 / step) * step))
            let length = random.next() % 8 == 0 ? nil : Double(random.next() % (40 * 86_400))
            return Pause(
                reason,
                from: from,
                to: length.map(from.addingTimeInterval),
                isGrounded: random.next() % 4 != 0
            )
        }
    }

    func read(_ atlas: HolidayAtlas, pauses: [Pause] = [], isExtended: Bool = false) -> ClockReading {
        rule.read(from: anchor, at: place, atlas: atlas, pauses: pauses, isExtended: isExtended)
    }
}
