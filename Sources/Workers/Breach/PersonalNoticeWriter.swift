import Fleet
import FoundationEssentials
import Ledger
import Rights

/// Puts into words what a person is told of an incident in data that the vendor itself controls (GDPR Art. 34(2)): in their language,
/// and nothing from which a client could be inferred.
struct PersonalNoticeWriter: Sendable {
    let letters: LetterBook

    func letter(
        to person: ToldPerson,
        telling content: NoticeContent,
        _ record: CaseFileRecord,
        _ registry: Registry
    ) throws(LetterFault) -> Letter {
        var words = LetterWords(
            caseID: record.id,
            processor: registry.policy(
                profile: record.profile,
                version: record.profileVersion,
                client: nil,
                agreement: nil
            ).profile.sender,
            regulation: record.regulation
        )
        words.personName = person.name
        words.incident = LetterWords.Incident(content, laws: [])
        return try letters.letter(.ownPeople, profile: record.profile, locale: person.locale, words: words)
    }
}
