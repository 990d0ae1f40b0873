import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

extension NoticePlanner {
    /// What ``NoticePlanner/reading(_:)`` has read, by case; and what has changed since.
    struct Reading {
        var notices: [UUID: BreachNoticeRecord] = [:]
        var contents: [UUID: [NoticeFacts.Content]] = [:]
        var acknowledgements: [UUID: [NoticeFacts.Acknowledgement]] = [:]
        let reviews: [UUID: [CaseReview]]
        var clocks: [UUID: NoticeFacts.Clock] = [:]
        var incidents: [UUID: (ref: String, discoveredAt: Date)] = [:]
        var announced: [UUID: AnnouncementNoticeRecord] = [:]
        var announcements: [UUID: AnnouncementRecord] = [:]
        var objections: [UUID: Int] = [:]
        /// In the order of their numbers.
        var lists: [UUID: [BreachPeopleRecord.Standing]] = [:]
        /// What was told last, of cases whose list is ready and not told of.
        var words: [UUID: BreachContentRecord.Words] = [:]
        var disabled: Set<String> = []
        /// Targets at which nothing goes for now.
        var blocked: Set<String> = []
        /// People who are told of incidents in data of the vendor's own, by their cases, and which of these are still to be told.
        var people: [UUID: BreachPersonRecord] = [:]
        let wanted: Set<UUID>
        /// Until when each client is told.
        var due: [UUID: Date] = [:]
        /// What people are called for already.
        var called: Set<Call>
        /// Notices whose rows have changed.
        var changed: Set<UUID> = []
        /// Acknowledgements that were taken in.
        var entered: [UUID] = []

        init(_ rows: [Rows]) throws {
            for row in rows[0] {
                let notice = try BreachNoticeRecord(row: row)
                notices[notice.caseID] = notice
            }
            for row in rows[1] {
                let content = try BreachContentRecord(row: row)
                contents[content.caseID, default: []].append(
                    NoticeFacts.Content(number: content.number, kind: content.kind, madeAt: content.madeAt)
                )
            }
            for (id, ack, at, isEntered) in try rows[2].decode(UUID.self, UUID.self, Date.self, Bool.self) {
                acknowledgements[id, default: []].append(
                    NoticeFacts.Acknowledgement(id: ack, at: at, isEntered: isEntered)
                )
            }
            reviews = try CaseReview.byCase(rows[3])
            for (id, anchor, isOpen) in try rows[4].decode(UUID.self, Date.self, Bool.self) {
                clocks[id] = NoticeFacts.Clock(anchor: anchor, isOpen: isOpen)
            }
            for (target, isDisabled) in try rows[5].decode(String.self, Bool.self) {
                if isDisabled { disabled.insert(target) } else { blocked.insert(target) }
            }
            for (id, ref, discovered) in try rows[6].decode(UUID.self, String.self, Date.self) {
                incidents[id] = (ref, discovered)
            }
            for row in rows[7] {
                let notice = try AnnouncementNoticeRecord(row: row)
                announced[notice.caseID] = notice
            }
            for row in rows[8] {
                let announcement = try AnnouncementRecord(row: row)
                announcements[announcement.id] = announcement
            }
            for (id, count) in try rows[9].decode(UUID.self, Int.self) { objections[id] = count }
            for row in rows[10] {
                let standing = try BreachPeopleRecord.Standing(row: row)
                lists[standing.list.caseID, default: []].append(standing)
            }
            for row in rows[11] {
                let last = try BreachContentRecord.Words(row: row)
                words[last.caseID] = last
            }
            for row in rows[12] {
                let person = try BreachPersonRecord(row: row)
                people[person.caseID] = person
            }
            wanted = Set(try rows[13].decode(as: UUID.self))
            for (id, date) in try rows[14].decode(UUID.self, Date.self) { due[id] = date }
            called = Set(try rows[15].decode(UUID.self, String.self).map { Call(incident: $0.0, kind: $0.1) })
        }

        struct Call: Hashable {
            let incident: UUID
            let kind: String
        }
    }
}
