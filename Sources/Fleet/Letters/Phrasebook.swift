import Rights

/// What letters in one language put together from closed lists: dates, rights, reasons, complaints. Complete, or refused.
struct Phrasebook: Sendable {
    let locale: String
    /// The law's short name; none for `other`.
    private(set) var laws: [Regulation: String] = [:]
    let yourRights: [Regulation: String]
    let complaints: [Regulation: String]
    /// Only where there is a sentence that holds for everybody.
    let courts: [Regulation: String]
    private let months: [String]
    /// See ``pieces(_:)``.
    private let datePieces: [String]
    /// The first of a month, where it is written otherwise: `1er`.
    private let firstDay: String?
    private let rights: [Right: String]
    private let optOuts: [OptOutScope: String]
    private let reasons: [RefusalReason: String]
    private let extensionReasons: [LetterWords.ExtensionReason: String]
    private let identityLevels: [VerificationLevel: String]
    private let feeGrounds: [FeeRule.Ground: String]
    private let waits: [LetterWords.Wait: String]
    private let gaps: [FanOutStanding.Gap.Reason: String]
    private let risks: [BreachRisk: String]
    private let incidentFields: [NoticeContent.Field: String]

    init(_ text: String, path: String, locale: String) throws(PolicyFault) {
        let file = try YAMLMapping(text: text, path: path)
        try file.allow([
            "date", "first_day", "months", "rights", "opt_outs", "laws", "reasons", "extension_reasons",
            "identity_levels", "fee_grounds", "waits", "gaps", "risks", "incident_fields", "your_rights", "complaints",
            "courts",
        ])
        self.locale = locale
        months = try file.list("months")
        guard months.count == 12, !months.contains(where: \.isEmpty) else {
            throw file.fault("months", "are not twelve", "write the names of all months, in their order")
        }
        let datePattern = try file.required("date")
        for part in ["{day}", "{month}", "{year}"] where !datePattern.contains(part) {
            throw file.fault("date", "does not hold \(part)", "write it as \"{day} {month} {year}\"")
        }
        datePieces = Self.pieces(datePattern)
        firstDay = try file.text("first_day")
        rights = try Self.all(file, "rights")
        optOuts = try Self.all(file, "opt_outs")
        reasons = try Self.all(file, "reasons")
        extensionReasons = try Self.all(file, "extension_reasons")
        identityLevels = try Self.all(file, "identity_levels")
        feeGrounds = try Self.all(file, "fee_grounds")
        waits = try Self.all(file, "waits")
        gaps = try Self.all(file, "gaps")
        risks = try Self.all(file, "risks")
        incidentFields = try Self.all(file, "incident_fields")
        yourRights = try Self.all(file, "your_rights")
        complaints = try Self.all(file, "complaints")
        courts = try Self.some(file, "courts")
        laws = try Self.some(file, "laws")
        for law in Regulation.allCases where law != .other && laws[law] == nil {
            throw file.fault("laws", "do not name \(law.rawValue)", "write `\(law.rawValue): NAME`")
        }
    }

    subscript(right: Right) -> String { rights[right] ?? "" }
    subscript(scope: OptOutScope) -> String { optOuts[scope] ?? "" }
    subscript(reason: RefusalReason) -> String { reasons[reason] ?? "" }
    subscript(reason: LetterWords.ExtensionReason) -> String { extensionReasons[reason] ?? "" }
    subscript(level: VerificationLevel) -> String { identityLevels[level] ?? "" }
    subscript(ground: FeeRule.Ground) -> String { feeGrounds[ground] ?? "" }
    subscript(wait: LetterWords.Wait) -> String { waits[wait] ?? "" }
    subscript(risk: BreachRisk) -> String { risks[risk] ?? "" }
    subscript(field: NoticeContent.Field) -> String { incidentFields[field] ?? "" }
    subscript(gap: FanOutStanding.Gap.Reason) -> String { gaps[gap] ?? "" }

    /// `22 November 2026`, as the language writes it.
    func date(_ day: CivilDate) -> String {
        datePieces.map { piece in
            switch piece {
            case "{day}": day.day == 1 ? firstDay ?? "1" : String(day.day)
            case "{month}": months[day.month - 1]
            case "{year}": String(day.year)
            default: piece
            }
        }.joined()
    }

    /// An article with the law's name in this language: `GDPR Art. 17(3)(b)` is `DSGVO Art. 17(3)(b)`.
    func localised(article: String) -> String {
        for (name, law) in [("GDPR ", Regulation.gdpr), ("UK GDPR ", .ukGDPR), ("FADP ", .fadp)] {
            guard article.hasPrefix(name), let own = laws[law] else { continue }
            return own + " " + article.dropFirst(name.count)
        }
        return article
    }

    /// The pattern's words and holes, in their order: each hole is one piece.
    private static func pieces(_ pattern: String) -> [String] {
        var pieces = [""]
        for character in pattern {
            if character == "{" { pieces.append("") }
            pieces[pieces.count - 1].append(character)
            if character == "}" { pieces.append("") }
        }
        return pieces.filter { !$0.isEmpty }
    }

    private static func all<Word: ClosedList>(
        _ file: YAMLMapping,
        _ key: String
    ) throws(PolicyFault) -> [Word: String] {
        let words: [Word: String] = try some(file, key)
        for word in Word.allCases where words[word] == nil {
            throw file.fault(key, "lacks \(word.rawValue)", "write a sentence for it")
        }
        return words
    }

    private static func some<Word: ClosedList>(
        _ file: YAMLMapping,
        _ key: String
    ) throws(PolicyFault) -> [Word: String] {
        guard let section = try file.section(key) else {
            throw file.fault(key, "is missing", "add it")
        }
        try section.allow(Word.words)
        var words: [Word: String] = [:]
        for word in Word.allCases {
            guard let text = try section.text(word.rawValue) else { continue }
            guard TemplateText.isPlain(text), !text.contains("{{") else {
                throw section.fault(word.rawValue, "holds control characters or {{", "write plain words in one line")
            }
            words[word] = text
        }
        return words
    }
}
