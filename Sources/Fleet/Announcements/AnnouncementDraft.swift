package import Ledger
package import Rights

/// What a person wants clients to be told of, before it is known whether it can be: from a file, or from a command line.
package struct AnnouncementDraft: Sendable {
    package var kind: AnnouncementKind
    package var words: AnnouncementWords
    package var effectiveOn: CivilDate
    /// Nil: as statements and agreements say.
    package var windowDays: Int?
    /// None named: everybody.
    package var clients: [String] = []
    package var matter = AnnouncementRecord.Matter.none
    /// Who is told that it was told; nil: the only one there is.
    package var publisher: String?

    /// Bytes of a title, and of a text.
    package static let longestTitle = 200
    package static let longestText = 20_000
    /// What a letter holds of one paragraph, in characters.
    package static let longestParagraph = 4_000
    package static let mostClients = 10_000

    package init(_ kind: AnnouncementKind, words: AnnouncementWords, effectiveOn: CivilDate) {
        self.kind = kind
        self.words = words
        self.effectiveOn = effectiveOn
    }

    /// Why a text cannot be told; nil where it can.
    package static func fault(inText text: String) -> (fault: String, remedy: String)? {
        let paragraphs = AnnouncementWords.Edition(title: "", text: text).paragraphs
        if paragraphs.isEmpty { return ("is empty", "write what clients are told") }
        if text.utf8.count > longestText {
            return ("is longer than \(longestText) bytes", "say less, and where the rest is")
        }
        if paragraphs.contains(where: { $0.unicodeScalars.count > longestParagraph }) {
            return ("has a paragraph of more than \(longestParagraph) characters", "divide it by empty lines")
        }
        return nil
    }

    /// Why a title cannot be told; nil where it can.
    package static func fault(inTitle title: String) -> (fault: String, remedy: String)? {
        guard !title.isEmpty, title.utf8.count <= longestTitle, !title.contains(where: \.isNewline) else {
            return ("is not one line of 1 to \(longestTitle) bytes", "write a short one")
        }
        return nil
    }
}
