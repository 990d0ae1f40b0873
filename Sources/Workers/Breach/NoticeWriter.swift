import Fleet
import FoundationEssentials
import Ledger
import Rights

/// Puts into words what an effect stands for: a client's own part of an incident, with the drafts of what it may have to write itself.
struct NoticeWriter: Sendable {
    let letters: LetterBook
    /// Below which clients fetch what they are told, and acknowledge it; nil where nothing is served.
    let base: String?

    /// - Parameters:
    ///   - content: as it was made; what is sent of one number never differs.
    ///   - isFirst: whether nothing has reached the client before: then its letter does not speak of what it was told.
    func message(
        _ kind: EffectKind,
        _ parameters: EffectParameters,
        _ effect: EffectRecord,
        _ record: CaseFileRecord,
        _ content: NoticeContent,
        isFirst: Bool,
        _ client: Client,
        _ registry: Registry
    ) throws -> ClientMessage {
        let laws = BreachLaw.binding(client)
        let isReminder = kind == .breachReminder
        let wantsAnswer = content.kind != .withdrawn
        let path = "/v1/incidents/\(record.id.lowercaseText)"
        let link = wantsAnswer ? base.map { $0 + path + "/ack" } : nil
        var words = LetterWords(
            caseID: record.id,
            processor: registry.policy(
                profile: record.profile,
                version: record.profileVersion,
                client: client,
                agreement: record.agreementVersion
            ).profile.sender,
            regulation: record.regulation
        )
        words.country = client.place.country
        words.clientName = client.names.first ?? client.id
        words.referenceLink = base.map { $0 + path }
        var shown = content
        if isFirst, content.kind == .update || content.kind == .list {
            shown.kind = .first
            shown.changed = []
        }
        words.incident = LetterWords.Incident(
            shown,
            laws: laws,
            isAgent: client.hasAgent,
            isReminder: isReminder,
            acknowledgeLink: link,
            listLink: content.list?.link(base)
        )
        let letter = try letters.letter(.breach, profile: record.profile, locale: client.locale, words: words)
        return try ClientMessage(
            id: effect.id,
            type: .incidentNotified,
            time: effect.plannedAt,
            client: client.id,
            referencePath: path,
            personal: notice(content, laws, client, letter),
            as: "notice",
            mail: MailContent(letter)
        ) { data in
            data.member("incident", record.id)
            data.member("sequence", parameters.sequence)
            data.member("kind", content.kind)
            data.member("number", content.number)
            data.member("reminder", isReminder ? true : nil)
            data.member("acknowledge_url", link)
        }
    }

    /// All of what the client is told, its drafts, and the same to read.
    private func notice(_ content: NoticeContent, _ laws: [BreachLaw], _ client: Client, _ letter: Letter) -> [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { body in
            content.write(to: &body, base: base)
            body.key("drafts")
            body.array(NoticeDraft.drafts(of: content, for: laws, isAgent: client.hasAgent)) { list, draft in
                list.object { draft.write(to: &$0) }
            }
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
