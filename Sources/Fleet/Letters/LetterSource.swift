import FoundationEssentials
import Rights

/// The folder of templates. Files that nothing uses are faults: a misspelt name would never be missed.
struct LetterSource {
    let path: String

    /// The language that is always there.
    static let fallback = "en"
    private static let partials: Set<String> = [
        "greeting", "incident", "behalf", "case", "complaint", "contact", "client_case", "client_choice",
    ]
    private static let ending = ".mustache"
    private static let profilesFolder = "profiles"
    private static let frameFile = "frame.html"

    func locales() throws(PolicyFault) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw PolicyFault(
                place: path,
                fault: "is not a folder that can be read",
                remedy: "name the folder that holds templates and authorities.yaml"
            )
        }
        let locales = names.filter { $0 != Self.profilesFolder && $0 != Self.frameFile }.sorted()
        for name in locales where Locales.normalise(name) != name {
            throw PolicyFault(
                place: "\(path)/\(name)",
                fault: "is neither a language tag nor a file that is used",
                remedy: "rename or remove it"
            )
        }
        guard locales.contains(Self.fallback) else {
            throw PolicyFault(
                place: "\(path)/\(Self.fallback)",
                fault: "is missing",
                remedy: "add it: English is used where a language is not there"
            )
        }
        return locales
    }

    /// Those with files of their own.
    func profiles() -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(Self.profilesFolder)")
        return (names ?? []).sorted()
    }

    /// The letters of a language; with a profile, its own before the common ones.
    func edition(_ locale: String, profile: String?) throws(PolicyFault) -> LetterEdition {
        let common = "\(path)/\(locale)"
        let own = profile.map { "\(path)/\(Self.profilesFolder)/\($0)" }
        try refuseStrangers(common)
        if let own { try refuseStrangers("\(own)/\(locale)") }
        func file(_ name: String) -> String {
            guard let own, FileManager.default.fileExists(atPath: "\(own)/\(locale)/\(name)") else {
                return "\(common)/\(name)"
            }
            return "\(own)/\(locale)/\(name)"
        }
        var partials: [String: LetterTemplate] = [:]
        for name in Self.partials {
            let file = file("partials/\(name)\(Self.ending)")
            partials[name] = try LetterTemplate(partial: try TemplateText.read(file), file: file)
        }
        var templates: [LetterKind: LetterTemplate] = [:]
        for kind in LetterKind.allCases {
            let file = file("\(kind.rawValue)\(Self.ending)")
            templates[kind] = try LetterTemplate(letter: try TemplateText.read(file), file: file)
        }
        let words = file("words.yaml")
        return try LetterEdition(
            phrasebook: try Phrasebook(try TemplateText.read(words), path: words, locale: locale),
            templates: templates,
            partials: partials,
            frame: try frame(own)
        )
    }

    private func frame(_ own: String?) throws(PolicyFault) -> LetterFrame {
        var file = "\(path)/\(Self.frameFile)"
        if let own, FileManager.default.fileExists(atPath: "\(own)/\(Self.frameFile)") {
            file = "\(own)/\(Self.frameFile)"
        }
        return try LetterFrame(try TemplateText.read(file), file: file)
    }

    private func refuseStrangers(_ folder: String) throws(PolicyFault) {
        let letters = LetterKind.words.map { $0 + Self.ending } + ["partials", "words.yaml"]
        try refuse(folder, known: Set(letters))
        try refuse("\(folder)/partials", known: Set(Self.partials.map { $0 + Self.ending }))
    }

    private func refuse(_ folder: String, known: Set<String>) throws(PolicyFault) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        for name in names.sorted() where !known.contains(name) {
            throw PolicyFault(
                place: "\(folder)/\(name)",
                fault: "is used by no letter",
                remedy: "rename it to one of \(known.sorted().joined(separator: ", ")), or remove it"
            )
        }
    }
}
