import Fleet

extension BundleLanguage {
    /// The language for somebody with this tag, chosen as letters choose theirs, and the letters' own that goes with it; English where
    /// either has no words.
    static func choose(for tag: String?, _ letters: LetterBook) -> (language: BundleLanguage, letters: String) {
        let locale = letters.locale(for: tag)
        guard let language = BundleLanguage(rawValue: String(locale.prefix { $0 != "-" })) else {
            return (.english, english.rawValue)
        }
        return (language, locale)
    }
}
