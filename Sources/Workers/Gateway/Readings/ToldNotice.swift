import FoundationEssentials
import Rights

/// All that one client was told of an incident, phase by phase, with the drafts that follow from the last.
struct ToldNotice: Sendable {
    let id: UUID
    let toldAt: Date?
    let acknowledgedAt: Date?
    /// In the order of their numbers, each with the time when it was made.
    let contents: [(content: NoticeContent, madeAt: Date)]
    /// Those that oblige the client.
    let laws: [BreachLaw]
    let isAgent: Bool

    /// - Parameter base: below which lists of people are fetched.
    func json(base: String?) -> [UInt8] {
        var writer = JSONWriter(capacity: 8_192)
        writer.object { body in
            body.member("id", id)
            body.member("told_at", toldAt)
            body.member("acknowledged_at", acknowledgedAt)
            body.key("notices")
            body.array(contents) { list, entry in
                list.object { item in
                    item.member("made_at", entry.madeAt)
                    entry.content.write(to: &item, base: base)
                }
            }
            body.key("drafts")
            let drafts = contents.last.map { NoticeDraft.drafts(of: $0.content, for: laws, isAgent: isAgent) } ?? []
            body.array(drafts) { list, draft in list.object { draft.write(to: &$0) } }
        }
        return writer.bytes
    }
}
