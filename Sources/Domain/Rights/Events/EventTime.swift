package import FoundationEssentials

/// Times on the wire: RFC 3339 with a mandatory offset, read and written to the microsecond (what the database keeps).
package enum EventTime {
    /// How far ahead of our clock a sender's may run. A time within it counts as now: an anchor never lies in the future.
    package static let tolerance: TimeInterval = 5 * 60
    /// Nothing that is asked of us can have begun earlier.
    package static let oldest: TimeInterval = 3_653 * 86_400
    private static let furthest: TimeInterval = 36_525 * 86_400

    static let remedy = "Send RFC 3339 with an offset: 2026-03-01T09:30:00Z or 2026-03-01T10:30:00+01:00."

    /// The moment a text names, or nil. A leap second (`:60`) is read as the last microsecond of its minute; digits beyond
    /// the microsecond are cut off.
    package static func parse(_ text: String) -> Date? {
        var text = text
        return text.withUTF8 { parse($0) }
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Date? {
        guard (20...45).contains(bytes.count), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let century = pair(bytes, 0), let year2 = pair(bytes, 2), let month = pair(bytes, 5),
            let day = pair(bytes, 8),
            let hour = pair(bytes, 11), let minute = pair(bytes, 14), var second = pair(bytes, 17)
        else { return nil }
        let year = century * 100 + year2
        guard year >= 1, 1...12 ~= month, 1...days(in: month, year) ~= day, hour < 24, minute < 60, second <= 60 else {
            return nil
        }
        var index = 19
        var micros = 0
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            var scale = 100_000
            let first = index
            while index < bytes.count, let digit = digit(bytes[index]) {
                micros += digit * scale
                scale /= 10
                index += 1
            }
            guard index > first else { return nil }
        }
        if second == 60 { (second, micros) = (59, 999_999) }
        guard let offset = offset(bytes, index) else { return nil }
        let seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
        return Date(timeIntervalSince1970: Double(seconds) + Double(micros) / 1_000_000)
    }

    /// Checks a time against its rule; a time slightly ahead becomes now.
    static func admit(_ time: Date, _ rule: TimeRule, now: Date, _ name: String) throws(EventFault) -> Date {
        let ahead = time.timeIntervalSince(now)
        guard -ahead <= oldest else {
            throw EventFault(.tooOld, at: name, remedy: "Send a time within the last ten years.")
        }
        switch rule {
        case .past:
            guard ahead <= tolerance else {
                throw EventFault(
                    .future,
                    at: name,
                    remedy: "Send the time at which it happened; it may not lie in the future."
                )
            }
            return min(time, now)
        case .any:
            guard ahead <= furthest else {
                throw EventFault(.outOfRange, at: name, remedy: "Send a time within the next hundred years.")
            }
            return time
        }
    }

    /// The text of a moment: UTC, microseconds only where there are any.
    package static func text(_ time: Date) -> String {
        let micros = Int((time.timeIntervalSince1970 * 1_000_000).rounded())
        let (seconds, fraction) = micros.flooredQuotient(1_000_000)
        let (day, rest) = seconds.flooredQuotient(86_400)
        let date = civil(day)
        var text: [UInt8] = []
        text.reserveCapacity(27)
        func append(_ value: Int, _ width: Int) {
            var scale = 1
            for _ in 1..<width { scale *= 10 }
            while scale > 0 {
                text.append(UInt8(ascii: "0") + UInt8(value / scale % 10))
                scale /= 10
            }
        }
        append(date.year, 4)
        text.append(UInt8(ascii: "-"))
        append(date.month, 2)
        text.append(UInt8(ascii: "-"))
        append(date.day, 2)
        text.append(UInt8(ascii: "T"))
        append(rest / 3_600, 2)
        text.append(UInt8(ascii: ":"))
        append(rest / 60 % 60, 2)
        text.append(UInt8(ascii: ":"))
        append(rest % 60, 2)
        if fraction > 0 {
            text.append(UInt8(ascii: "."))
            append(fraction, 6)
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    // MARK: Parts

    private static func offset(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
        guard index < bytes.count else { return nil }
        if bytes[index] | 0x20 == UInt8(ascii: "z") { return index + 1 == bytes.count ? 0 : nil }
        let isWest = bytes[index] == UInt8(ascii: "-")
        guard isWest || bytes[index] == UInt8(ascii: "+"), bytes.count == index + 6,
            bytes[index + 3] == UInt8(ascii: ":"),
            let hours = pair(bytes, index + 1), let minutes = pair(bytes, index + 4), hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return isWest ? -seconds : seconds
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte ? Int(byte - UInt8(ascii: "0")) : nil
    }

    private static func pair(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
        guard let tens = digit(bytes[index]), let ones = digit(bytes[index + 1]) else { return nil }
        return tens * 10 + ones
    }

    private static func days(in month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar: years begin in March, so that the leap day ends them.
    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = year.flooredQuotient(400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).flooredQuotient(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int {
    /// Quotient towards negative infinity, with a remainder that is never negative.
    fileprivate func flooredQuotient(_ divisor: Int) -> (Int, Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
