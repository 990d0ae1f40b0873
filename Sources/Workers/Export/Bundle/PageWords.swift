import Rights

/// What people read in a bundle, in one language: every text there is, or it does not compile. Texts are HTML with `{names}` to fill
/// in; what is filled in is escaped before. Numbers stand behind what they count, so that no text has two forms.
struct PageWords: Sendable {
    let thousands: String
    /// Digits from which on thousands are set apart, as browsers do it.
    let groupedFrom: Int
    let decimalPoint: String
    /// From bytes on, each a thousand times the one before.
    let sizes: [String]
    let months: [String]
    let date: String
    /// The first of a month, where it is written otherwise.
    let firstDay: String
    /// With `{day}`, `{hour}` and `{minute}`, in UTC.
    let dateAndTime: String
    /// Between a name and what is said of it.
    let colon: String

    let title: String
    let lead: String
    /// Where nobody else is behind it.
    let ownLead: String
    /// Of a list of the people whom an incident concerns.
    let listTitle: String
    let listLead: String
    let unpack: String
    let skip: String
    let contents: String
    let search: String
    let sortHint: String
    let found: String

    let about: String
    let caseID: String
    let client: String
    let processor: String
    let right: String
    let regulation: String
    let submitted: String
    let asOf: String
    let extent: String
    let extentText: String

    let holders: String
    let holdersCaption: String
    let place: String
    let what: String
    let purposes: String
    let retention: String
    let recipients: String
    let origin: String
    let rows: String
    let filesOfSection: String
    let category: String
    let company: String
    let region: String
    let safeguards: String
    let unsaid: String

    let gaps: String
    let gapsLead: String
    let gapsCaption: String
    let noGaps: String
    let reason: String

    let withheld: String
    let withheldLead: String
    let withheldCaption: String
    let noWithheld: String
    let column: String

    let rights: String
    let complaints: String
    let automatedDecisions: String

    let data: String
    let noRows: String
    let asFiles: String
    let rowsShown: String
    let allRows: String
    let part: String
    let shortened: String
    let changedCells: String

    let files: String
    let filesLead: String
    let filesCaption: String
    let file: String
    let originalName: String
    let mediaType: String
    let size: String
    let noFiles: String

    let check: String
    let checkLead: String
    let checkKey: String
    let nothing: String

    let kind: @Sendable (SystemKind) -> String
    let rightName: @Sendable (Right) -> String
    let law: @Sendable (Regulation) -> String

    // MARK: Of what the data map and the case say

    // From here on texts are plain: the manifest has them, too.

    /// Of `bag-info.txt`.
    let bag: String
    let decider: String
    let contact: String
    let officer: String
    let disputeBody: String
    let decision: String
    let noDecision: String
    /// Where somebody else decides about the data.
    let otherDecisions: String
    let period: @Sendable (Period) -> String
    let keptOn: String
    /// Where there are several categories.
    let keptOnOf: String
    let takenOver: String
    let transfer: @Sendable (TransferMechanism.Kind) -> String
    let withheldBecause: @Sendable (PostgresDescription.Withheld) -> String
    let namesOthers: String

    let gapOfClient: String
    let gapByHand: String
    let gapNotTaken: String
    let gapRefused: String
    let gapFailed: String
    let gapLeft: String

    let disclosures: String
    let recipient: String
    let service: String

    /// Of a list's `bag-info.txt`.
    let listBag: String
    let people: String
    let ordinal: String

    // MARK: Filling in

    /// - Parameter values: HTML, or plain text for a plain one.
    func fill(_ text: String, _ values: KeyValuePairs<String, String>) -> String {
        var filled = ""
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            filled += rest[..<open]
            filled += values.first { $0.key == name }?.value ?? ""
            rest = rest[rest.index(after: close)...]
        }
        return filled + rest
    }

    /// With a sign between the thousands.
    func count(_ number: Int) -> String {
        let digits = String(number)
        guard digits.count >= groupedFrom else { return digits }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += thousands }
            text.append(digit)
        }
        return text
    }

    /// With one digit behind the point from a kilobyte on.
    func bytes(_ number: Int) -> String {
        guard number >= 1_000 else { return "\(number) \(sizes[0])" }
        var tenths = number / 100
        var unit = 1
        while tenths >= 10_000, unit < sizes.count - 1 {
            tenths /= 1_000
            unit += 1
        }
        return count(tenths / 10) + decimalPoint + "\(tenths % 10) \(sizes[unit])"
    }

    func day(_ day: CivilDate) -> String {
        let number = day.day == 1 ? firstDay : String(day.day)
        return fill(date, ["day": number, "month": months[day.month - 1], "year": String(day.year)])
    }

    /// A moment in UTC, to the minute.
    func moment(_ time: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return fill(
            dateAndTime,
            [
                "day": day(CivilDate(dayNumber: Int(time / 86_400))), "hour": two(time / 3_600 % 24),
                "minute": two(time / 60 % 60),
            ]
        )
    }

    /// A number of things of which one is called otherwise than several.
    static func number(_ count: Int, _ one: String, _ several: String) -> String {
        "\(count) \(count == 1 ? one : several)"
    }
}
