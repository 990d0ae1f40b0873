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
    ///   - channel: over which it goes: what that does not carry is not made.
    func message(
        _ kind: EffectKind,
        _ parameters: EffectParameters,
        _ effect: EffectRecord,
        _ record: CaseFileRecord,
        _ content: NoticeContent,
        isFirst: Bool,
        _ client: Client,
        _ channel: ClientChannel,
        _ registry: Registry
    ) throws -> ClientMessage {
        let isReminder = kind == .breachReminder
        let wantsAnswer = content.kind != .withdrawn
        let path = "/v1/incidents/\(record.id.lowercaseText)"
        let link = wantsAnswer ? base.map { $0 + path + "/ack" } : nil
        let isMail = channel.kind == .mail
        let letter =
            isMail || !channel.isThin
            ? try letter(
                content,
                isFirst: isFirst,
                isReminder: isReminder,
                record,
                client,
                path: path,
                link: link,
                registry
            ) : nil
        return try ClientMessage(
            id: effect.id,
            type: .incidentNotified,
            time: effect.plannedAt,
            client: client.id,
            referencePath: path,
            personal: isMail ? nil : letter.map { notice(content, client, $0) },
            as: "notice",
            mail: isMail ? letter.map { MailContent($0) } : nil
        ) { data in
            data.member("incident", record.id)
            data.member("sequence", parameters.sequence)
            data.member("kind", content.kind)
            data.member("number", content.number)
            data.member("reminder", isReminder ? true : nil)
            data.member("acknowledge_url", link)
        }
    }

    /// To read, in the client's language.
    ///
    /// - Parameters:
    ///   - path: under which the client fetches it.
    ///   - link: where it acknowledges it.
    private func letter(
        _ content: NoticeContent,
        isFirst: Bool,
        isReminder: Bool,
        _ record: CaseFileRecord,
        _ client: Client,
        path: String,
        link: String?,
        _ registry: Registry
    ) throws(LetterFault) -> Letter {
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
            laws: BreachLaw.binding(client),
            isAgent: client.hasAgent,
            isReminder: isReminder,
            acknowledgeLink: link,
            listLink: content.list?.link(base)
        )
        return try letters.letter(.breach, profile: record.profile, locale: client.locale, words: words)
    }

    /// All of what the client is told, its drafts, and the same to read.
    private func notice(_ content: NoticeContent, _ client: Client, _ letter: Letter) -> [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { body in
            content.write(to: &body, base: base)
            body.key("drafts")
            body.array(NoticeDraft.drafts(of: content, for: BreachLaw.binding(client), isAgent: client.hasAgent)) {
                list,
                draft in
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
