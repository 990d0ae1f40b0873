import Fleet
import FoundationEssentials
import Ledger
import Rights

extension NoticePlanner {
    /// A client was told of a change: its window for objections begins, and the publisher hears of it.
    ///
    /// The letter names the last day of a window that began when the case did; a client that is told later has its whole window all the
    /// same, even if it ends after the change takes effect, which the fact says.
    func announce(_ id: UUID, _ client: Client, at told: Date, _ read: inout Reading, _ desk: inout CaseDesk) {
        guard var notice = read.announced[id], let announcement = read.announcements[notice.announcementID],
            let record = desk.records[id],
            let window = ObjectionWindow.deadline(
                days: announcement.windowDays,
                policy: desk.changes.policy(of: record),
                from: told,
                at: client.place,
                atlas: desk.registry.atlas
            )
        else { return }
        notice.toldAt = told
        notice.objectionsUntil = window.due
        read.announced[id] = notice
        read.changed.insert(id)
        let channel = desk.effects(of: id).first { $0.state == .done && $0.endedAt == told }
            .flatMap { EffectParameters(reading: $0.parameters).channel }
        desk.record("notice.told", of: id) { body in
            body.member("at", told)
            body.member("announcement", announcement.id)
            body.member("channel", channel)
            body.member("objections_until", window.due)
            body.member("rule", window.rule.id)
            body.member("article", window.rule.source)
            body.member("effective_on", announcement.effectiveOn.description)
            let last = window.due.map { client.place.day(of: $0) }
            if let last, last > announcement.effectiveOn { body.member("ends_after_effect", true) }
        }
        desk.edit(id) { record, changes in
            changes.deadlines.stop(.announce, subject: record.id)
            changes.deadlines.start(window, case: record.id, clientID: record.clientID)
            let sequence = record.nextOutcomeSequence()
            changes.outcomes.append(
                CaseOutcome.noticeSent(
                    record,
                    notice,
                    announcement,
                    channel: channel,
                    sequence: sequence,
                    at: changes.now
                )
            )
        }
    }
}
