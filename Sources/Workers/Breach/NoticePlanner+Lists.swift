import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Lists of the people whom an incident concerns: the export worker puts them together, this one tells the client of them.
extension NoticePlanner {
    /// Makes the content by which a client is told that its list is ready: all that it was told last, and where the list is.
    func tell(
        of list: UUID,
        _ id: UUID,
        _ file: inout NoticeFile,
        _ read: inout Reading,
        _ desk: inout CaseDesk
    ) throws {
        guard let standing = read.lists[id]?.last, standing.list.id == list, let last = read.words[id] else { return }
        let before = try NoticeContent(stored: try last.secret.opened(for: last.id, with: ring))
        let content = before.telling(of: NoticeContent.PeopleList(standing))
        let entry = try file.keep(content, of: id, clientID: standing.list.clientID, phase: last.phase)
        desk.record(NoticeFile.Entry.fact, of: id) { entry.write(to: &$0) }
        desk.writes.append(BreachPeopleRecord.said(list, in: content.number))
    }

    /// Sees to it that the export worker hears of what it has to do about a case's lists, whatever became of the message that told it:
    /// to begin one, or to end one whose time is over. The end of a case takes back what was meant for it, the deletion of files too: it
    /// is meant anew then.
    ///
    /// - Returns: when one's time is over.
    func tendLists(of id: UUID, wasOpen: Bool, isOpen: Bool, _ read: Reading, _ desk: inout CaseDesk) -> [Date] {
        let standings = read.lists[id] ?? []
        let isMissing = isOpen && standings.last.map { !$0.list.isWithdrawn && $0.state == nil } == true
        let hasEnded = wasOpen && !isOpen && !standings.isEmpty
        let ends = standings.filter { $0.state == .ready }.compactMap(\.expiresAt)
        if isMissing || hasEnded || ends.contains(where: { $0 <= desk.now }) {
            desk.changes.wakeUps.wake(.export, for: id)
        }
        return ends.filter { $0 > desk.now }
    }
}
