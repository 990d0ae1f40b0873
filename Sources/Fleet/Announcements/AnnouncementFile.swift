package import Ledger
import Rights
import Yams

/// An announcement as a person writes it, in YAML. Every fault names file, line and key, and quotes nothing.
extension AnnouncementDraft {
    private static let keys = [
        "kind", "title", "text", "effective_from", "objection_window_days", "clients", "profile", "version", "system",
        "publisher",
    ]

    /// - Throws: ``PolicyFault``.
    package init(yaml: String, path: String) throws(PolicyFault) {
        let file = try YAMLMapping(text: yaml, path: path)
        try file.allow(Self.keys)
        guard let kind = AnnouncementKind(rawValue: try file.required("kind")) else {
            throw file.fault("kind", "is none", "use \(AnnouncementKind.words.joined(separator: ", "))")
        }
        guard let day = CivilDate(iso: try file.required("effective_from")) else {
            throw file.fault("effective_from", "is not a day", "write it as 2027-01-31")
        }
        self.init(kind, words: try Self.words(file), effectiveOn: day)
        windowDays = try file.number("objection_window_days", 1...ObjectionWindow.mostDays)
        clients = try file.list("clients")
        guard clients.count <= Self.mostClients, Set(clients).count == clients.count else {
            throw file.fault(
                "clients",
                "names a client twice, or more than \(Self.mostClients)",
                "name each once, or none for all"
            )
        }
        if file.keys.contains("clients"), clients.isEmpty {
            throw file.fault("clients", "is empty", "name some, or leave the key out for all")
        }
        publisher = try file.text("publisher")
        matter = try Self.matter(kind, file)
    }

    private static func matter(_ kind: AnnouncementKind, _ file: YAMLMapping) throws(PolicyFault)
        -> AnnouncementDraft.Matter
    {
        for (key, owner) in [
            ("profile", AnnouncementKind.profileChange), ("version", .profileChange), ("system", .newSubprocessor),
        ] where kind != owner && file.keys.contains(key) {
            throw file.fault(key, "belongs to the kind \(owner.rawValue)", "leave it out")
        }
        switch kind {
        case .profileChange:
            let name = try file.required("profile")
            guard let version = try file.number("version", 1...1_000_000) else {
                throw file.fault("version", "is missing", "add the version of the profile that is to apply")
            }
            return .profile(name, version: version)
        case .newSubprocessor: return .system(try file.required("system"))
        case .other: return .none
        }
    }

    /// Title and text: one value each, which is English, or one for each language.
    private static func words(_ file: YAMLMapping) throws(PolicyFault) -> AnnouncementWords {
        let titles = try editions("title", file, fault(inTitle:))
        let texts = try editions("text", file, fault(inText:))
        var others: [String: AnnouncementWords.Edition] = [:]
        for locale in Set(titles.keys).union(texts.keys) {
            guard let title = titles[locale], let text = texts[locale] else {
                throw file.fault(
                    titles[locale] == nil ? "title" : "text",
                    "is missing in \(locale)",
                    "write title and text in the same languages"
                )
            }
            others[locale] = .init(title: title, text: text)
        }
        guard let english = others.removeValue(forKey: AnnouncementWords.fallback) else {
            throw file.fault("text", "is missing in en", "write it in English, for clients whose language is not there")
        }
        return AnnouncementWords(english: english, others: others)
    }

    private static func editions(
        _ key: String,
        _ file: YAMLMapping,
        _ check: (String) -> (fault: String, remedy: String)?
    ) throws(PolicyFault) -> [String: String] {
        guard let node = file.node(key) else { throw file.fault(key, "is missing", "add it") }
        if let text = node.scalar?.string {
            if let (fault, remedy) = check(text) { throw file.fault(key, fault, remedy) }
            return [AnnouncementWords.fallback: text]
        }
        guard let section = try file.section(key) else { return [:] }
        var found: [String: String] = [:]
        for locale in section.keys {
            guard Locales.normalise(locale) == locale, let text = section.node(locale)?.scalar?.string else {
                throw section.fault(
                    locale,
                    "is no language with a text",
                    "write `de: …`, or `de: |` and lines below it"
                )
            }
            if let (fault, remedy) = check(text) { throw section.fault(locale, fault, remedy) }
            found[locale] = text
        }
        return found
    }

    package typealias Matter = AnnouncementRecord.Matter
}
