import Fleet
import FoundationEssentials
import Ledger
import Rights

/// Puts into words what an effect stands for: a change that a client is told of before it takes effect.
struct AnnouncementWriter: Sendable {
    let letters: LetterBook
    /// Below which clients fetch what they are told; nil where nothing is served.
    let base: String?

    /// The same at every attempt and over every channel: words and dates are those of the announcement and of the case.
    func message(
        _ announcement: AnnouncementRecord,
        _ words: AnnouncementWords,
        _ parameters: EffectParameters,
        _ effect: EffectRecord,
        _ record: CaseFileRecord,
        _ client: Client,
        _ registry: Registry
    ) throws -> ClientMessage {
        let policy = registry.policy(
            profile: record.profile,
            version: record.profileVersion,
            client: client,
            agreement: record.agreementVersion
        )
        let window = ObjectionWindow.deadline(
            days: announcement.windowDays,
            policy: policy,
            from: record.anchor,
            at: client.place,
            atlas: registry.atlas
        )?.due
        // A letter is in one language throughout: where nobody has written the client's, all of it is in English.
        let (locale, edition) = words.edition(in: letters.locale(for: client.locale))
        let path = "/v1/notices/\(record.id.lowercaseText)"
        var letterWords = LetterWords(
            caseID: record.id,
            processor: policy.profile.sender,
            regulation: record.regulation
        )
        letterWords.country = client.place.country
        letterWords.clientName = client.names.first ?? client.id
        letterWords.referenceLink = base.map { $0 + path }
        var told = LetterWords.Announcement(
            announcement.kind,
            words: edition,
            effectiveOn: announcement.effectiveOn,
            objectUntil: client.place.day(of: window ?? record.anchor)
        )
        switch announcement.matter {
        case .profile(let name, let version): told.statement = "\(name), \(version)"
        case .system(let id):
            let system = registry.system(id)
            told.subprocessor = system?.company ?? system?.title ?? id
            told.service = system?.service
            told.region = system?.region
        case .none: break
        }
        letterWords.announcement = told
        let letter = try letters.letter(.announcement, profile: record.profile, locale: locale, words: letterWords)
        return try ClientMessage(
            id: effect.id,
            type: .noticeSent,
            time: effect.plannedAt,
            client: client.id,
            referencePath: path,
            personal: body(told, letter),
            as: "announcement",
            mail: MailContent(letter)
        ) { data in
            data.member("notice", record.id)
            data.member("sequence", parameters.sequence)
            data.member("kind", announcement.kind)
            data.member("effective_on", announcement.effectiveOn.description)
            data.member("objections_until", window)
        }
    }

    /// All of what the client is told, and the same to read.
    private func body(_ told: LetterWords.Announcement, _ letter: Letter) -> [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { body in
            body.member("locale", letter.locale)
            body.member("title", told.words.title)
            body.member("text", told.words.text)
            body.member("statement", told.statement)
            body.member("subprocessor", told.subprocessor)
            body.member("service", told.service)
            body.member("region", told.region)
            body.key("readable")
            body.object { readable in
                readable.member("locale", letter.locale)
                readable.member("text", letter.text)
                readable.member("html", letter.html)
            }
        }
        return writer.bytes
    }
}
