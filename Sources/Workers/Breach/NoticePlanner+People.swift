import Fleet
import FoundationEssentials
import Ledger
import Rights

extension NoticePlanner {
    /// Carries out what ``PersonalNoticePlan`` says about a person's case.
    func tellPerson(_ id: UUID, _ read: inout Reading, _ desk: inout CaseDesk) {
        // Each look takes in what the one before has done.
        for _ in 0..<2 {
            guard let person = read.people[id], let record = desk.records[id] else { return }
            let facts = PersonalNoticePlan.Facts(
                state: record.state,
                isWanted: read.wanted.contains(id),
                toldAt: person.toldAt,
                effects: desk.effects(of: id).compactMap(NoticeFacts.Effect.init)
            )
            let steps = PersonalNoticePlan(facts).steps
            guard !steps.isEmpty else { return }
            for step in steps { carryOut(step, on: person, &read, &desk) }
        }
    }

    private func carryOut(
        _ step: PersonalNoticePlan.Step,
        on person: BreachPersonRecord,
        _ read: inout Reading,
        _ desk: inout CaseDesk
    ) {
        let id = person.caseID
        switch step {
        case .plan:
            desk.plan(
                PlannedEffect(
                    .personalNotice,
                    of: desk.queue,
                    to: ClientChannel.peopleTarget,
                    case: id,
                    clientID: nil,
                    parameters: EffectParameters().text,
                    attemptsAllowed: PersonalNoticePlan.attempts,
                    at: desk.now
                )
            )
        case .cancel(let effect):
            if let effect = desk.effects(of: id).first(where: { $0.id == effect }) {
                desk.cancel(effect, because: "not_wanted")
            }
        case .told(let at):
            read.people[id]?.toldAt = at
            read.changed.insert(id)
            desk.record("notice.told", of: id) { $0.member("at", at) }
        case .stopped:
            read.people[id]?.stoppedAt = desk.now
            read.changed.insert(id)
        case .unreached: call(.peopleUnreached, about: person.incidentID, of: id, &read, &desk)
        case .end(let isTold): desk.apply(.answered(complete: isTold, openEnds: false), to: id)
        }
    }

    /// Calls a person about an incident as a whole, where nobody has been called for that.
    func call(
        _ kind: ReviewKind,
        about incident: UUID,
        of id: UUID,
        _ read: inout Reading,
        _ desk: inout CaseDesk
    ) {
        guard read.called.insert(Reading.Call(incident: incident, kind: kind.rawValue)).inserted else { return }
        desk.edit(id) { record, changes in
            changes.review(kind, ofIncident: incident, publisher: record.publisherID)
        }
        desk.record("review.opened", of: id) { $0.member("kind", kind.rawValue) }
    }
}
