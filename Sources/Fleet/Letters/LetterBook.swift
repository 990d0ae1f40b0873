import FoundationEssentials
package import Rights

/// All letters in all languages, read once from a folder and looked through there and then: what a person would stumble over later is an
/// error at the start.
///
/// The folder holds `templates/<locale>/<kind>.mustache`, `templates/<locale>/partials/`, `templates/<locale>/words.yaml`,
/// `templates/frame.html`, and in `templates/profiles/<profile>/` whichever of these files a profile has of its own;
/// `authorities.yaml` beside `templates`. Every language is complete. deploy/templates.md tells more.
package struct LetterBook: Sendable {
    /// Where to complain.
    package let authorities: AuthorityList
    /// The languages there are, English among them.
    package let locales: [String]
    /// The profiles that have files of their own.
    package let profiles: [String]
    private let editions: [Key: LetterEdition]

    private struct Key: Hashable {
        let profile: String?
        let locale: String
    }

    /// Reads and tries everything.
    ///
    /// - Parameter folder: the one that holds `templates` and `authorities.yaml`.
    /// - Throws: ``PolicyFault`` with file, line and remedy.
    package init(folder: String) throws(PolicyFault) {
        let authoritiesFile = "\(folder)/authorities.yaml"
        authorities = try AuthorityList(try TemplateText.read(authoritiesFile), path: authoritiesFile)
        let source = LetterSource(path: "\(folder)/templates")
        locales = try source.locales()
        profiles = source.profiles()
        var editions: [Key: LetterEdition] = [:]
        for locale in locales {
            for profile in [nil] + profiles.map(Optional.some) {
                let edition = try source.edition(locale, profile: profile)
                editions[Key(profile: profile, locale: locale)] = edition
            }
        }
        self.editions = editions
        for (key, edition) in editions { try tryOut(edition, key) }
    }

    /// Writes a letter.
    ///
    /// - Parameters:
    ///   - profile: by name; one without files of its own has the common ones.
    ///   - locale: as the person gave it; `de-AT` is read as `de`, and what is not there is English.
    /// - Throws: ``LetterFault`` for words that the kind needs and has not, or a link that is none.
    package func letter(
        _ kind: LetterKind,
        profile: String,
        locale: String?,
        words: LetterWords
    ) throws(LetterFault) -> Letter {
        guard let edition = edition(profile, self.locale(for: locale)) else {
            throw LetterFault(kind: kind, field: .reference, fault: "has no template", remedy: "add it")
        }
        return try edition.letter(
            kind,
            words: words,
            route: authorities.authority(country: words.country, regulation: words.regulation)
        )
    }

    /// What else the law lets a person ask for, and where they may complain, in the words of the letters.
    ///
    /// - Parameters:
    ///   - country: where the person is; nil where nobody said.
    ///   - locale: as for ``letter(_:profile:locale:words:)``.
    package func recourse(
        profile: String,
        locale: String?,
        regulation: Regulation,
        country: String?
    ) -> Recourse {
        let locale = self.locale(for: locale)
        let book = edition(profile, locale)?.phrasebook
        let route = authorities.authority(country: country, regulation: regulation)
        return Recourse(
            rights: book?.yourRights[regulation],
            complaints: [book?.complaints[regulation]].compactMap { $0 } + route.bodies.map { $0.line(in: locale) }
                + [route.note?[locale], book?.courts[regulation]].compactMap { $0 }
        )
    }

    /// A profile's own, else the common one.
    private func edition(_ profile: String, _ locale: String) -> LetterEdition? {
        editions[Key(profile: profile, locale: locale)] ?? editions[Key(profile: nil, locale: locale)]
    }

    /// The language in which somebody with this tag is written to.
    package func locale(for tag: String?) -> String {
        guard var tag = tag.flatMap(Locales.normalise)?.lowercased() else { return LetterSource.fallback }
        while true {
            if let found = locales.first(where: { $0.lowercased() == tag }) { return found }
            guard let cut = tag.lastIndex(of: "-") else { return LetterSource.fallback }
            tag = String(tag[..<cut])
        }
    }

    /// Writes every letter with all words and with as few as can be.
    private func tryOut(_ edition: LetterEdition, _ key: Key) throws(PolicyFault) {
        let route = authorities.authority(country: nil, regulation: .other)
        for kind in LetterKind.allCases {
            for words in [LetterWords.full(for: kind), LetterWords.least(for: kind)] {
                do {
                    let letter = try edition.letter(kind, words: words, route: route)
                    guard !letter.text.contains("{{") else { throw HoleLeft() }
                } catch {
                    throw PolicyFault(
                        place: "letter \(kind.rawValue), \(key.locale)\(key.profile.map { " of profile \($0)" } ?? "")",
                        fault: "cannot be written with the words of a trial (\(error))",
                        remedy: "correct its template"
                    )
                }
            }
        }
    }

    private struct HoleLeft: Error, CustomStringConvertible {
        var description: String { "a tag is left in it" }
    }
}
