/// A moment as zip's headers tell it: calendar and clock in one word, in steps of two seconds. Here always UTC's.
struct DOSTime: Equatable, Sendable {
    /// The date in the upper half, the time of day in the lower.
    let word: UInt32

    /// - Returns: nil outside the years 1980 to 2107, for which the word has no bits. An odd second becomes the even one
    ///   before it.
    init?(unixSeconds: Int64) {
        guard (315_532_800...4_354_819_199).contains(unixSeconds) else { return nil }
        let (days, second) = Int(unixSeconds).quotientAndRemainder(dividingBy: 86_400)
        // Years are counted from March, so that a leap day is the last of its year; 400 of them have 146,097 days.
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = (year - 1980) << 9 | month << 5 | day
        let (hour, minute) = (second / 3600, second / 60 % 60)
        let time = hour << 11 | minute << 5 | second % 60 / 2
        word = UInt32(date << 16 | time)
    }
}
