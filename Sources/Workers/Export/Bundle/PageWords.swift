import Rights

/// What the page says in one language. Texts are HTML with `{names}` to fill in; what is filled in is escaped before.
struct PageWords: Sendable {
    /// Languages that there are words in.
    static let locales = ["en"]

    /// Nil where there are no words.
    static func of(_ locale: String) -> PageWords? { locale == "en" ? english : nil }

    let language: String
    let thousands: String
    let decimalPoint: String
    let months: [String]
    let date: String

    let title: String
    let lead: String
    /// Where nobody else is behind it.
    let ownLead: String
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

    let kinds: [SystemKind: String]
    let rightNames: [Right: String]
    let laws: [Regulation: String]

    // MARK: Filling in

    /// - Parameter values: HTML.
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
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += thousands }
            text.append(digit)
        }
        return text
    }

    /// With one digit behind the point from a kilobyte on.
    func bytes(_ number: Int) -> String {
        guard number >= 1_000 else { return "\(number) B" }
        var tenths = number / 100
        for unit in ["kB", "MB", "GB"] {
            if tenths < 10_000 || unit == "GB" { return count(tenths / 10) + decimalPoint + "\(tenths % 10) \(unit)" }
            tenths /= 1_000
        }
        return ""
    }

    func day(_ day: CivilDate) -> String {
        fill(date, ["day": String(day.day), "month": months[day.month - 1], "year": String(day.year)])
    }

    /// A moment in UTC, to the minute.
    func moment(_ time: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return day(CivilDate(dayNumber: Int(time / 86_400))) + ", \(two(time / 3_600 % 24)):\(two(time / 60 % 60)) UTC"
    }
}
