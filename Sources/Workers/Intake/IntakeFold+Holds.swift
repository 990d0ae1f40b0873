import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

extension IntakeFold {
    mutating func place(_ data: HoldPlaced, _ prepared: PreparedEvent, _ delivery: Delivery) {
        let reference = IntakeState.Reference(publisher: prepared.publisher.id, list: .request, text: data.holdRef)
        guard state.holds[reference] == nil else {
            return refuse(
                delivery,
                prepared,
                "data.hold_ref",
                .referenceTaken,
                "Use a reference once; this one names another hold of yours."
            )
        }
        var cases: [UUID] = []
        if let request = data.request {
            let named = state.cases(request, of: prepared.publisher.id)
            cases = named + state.answering(named).filter { !named.contains($0) }
            guard !cases.isEmpty else { return wait(forUnknown: request, prepared, delivery) }
            guard cases.allSatisfy({ state.cases[$0]?.state.isFinal == false }) else {
                return refuse(
                    delivery,
                    prepared,
                    "data.request",
                    .unlawful,
                    "The case is closed; there is nothing left to hold."
                )
            }
        }
        var hold = IntakeState.Hold(clientID: data.client, isPlaced: true)
        // The first row has the event's own id, by which its words are kept.
        for caseID in cases.isEmpty ? [nil] : cases.map(Optional.some) {
            let id = hold.rows.isEmpty ? prepared.id : UUID.version7(at: state.now)
            hold.rows.append((id, caseID))
            if let caseID { state.openHolds[caseID, default: []].insert(id) }
            statements.append(
                Holds.place(
                    id,
                    publisher: prepared.publisher.id,
                    reference: data.holdRef,
                    client: data.client,
                    case: caseID,
                    at: state.now,
                    until: data.until
                )
            )
        }
        state.holds[reference] = hold
        keep(prepared, about: prepared.id)
        for id in cases {
            fold(.holdPlaced, into: id, by: prepared)
            if let until = data.until { changes.end(holdOf: id, at: until, clientID: state.cases[id]?.clientID) }
        }
        let body = Facts.plain(prepared) { $0.member("until", data.until) }
        if let client = data.client {
            record("hold.placed", client: client, by: prepared, body: body)
        } else if cases.isEmpty {
            recordOfInstallation("hold.placed", by: prepared, body: body)
        }
    }

    mutating func lift(_ data: HoldLifted, _ prepared: PreparedEvent, _ delivery: Delivery) {
        let reference = IntakeState.Reference(publisher: prepared.publisher.id, list: .request, text: data.holdRef)
        guard var hold = state.holds[reference], hold.isPlaced else {
            return refuse(
                delivery,
                prepared,
                "data.hold_ref",
                .unknownHold,
                "Name a hold that is in place; this one is not."
            )
        }
        let ids = hold.rows.map(\.id)
        statements.append(
            "UPDATE habeas.hold SET lifted_at = \(state.now) WHERE id = ANY(\(ids)::uuid[]) AND lifted_at IS NULL"
        )
        hold.isPlaced = false
        state.holds[reference] = hold
        keep(prepared, about: ids[0])
        for (id, caseID) in hold.rows {
            guard let caseID else { continue }
            state.openHolds[caseID]?.remove(id)
            changes.setHeld(caseID, state.openHolds[caseID]?.isEmpty == false)
            fold(.holdLifted, into: caseID, by: prepared)
        }
        if hold.caseIDs.isEmpty { recordOfInstallation("hold.lifted", by: prepared, body: Facts.plain(prepared)) }
    }

    private mutating func fold(_ event: CaseEvent, into id: UUID, by prepared: PreparedEvent) {
        guard let record = state.cases[id], case .apply(let transition) = record.machine.verdict(on: event) else {
            return
        }
        apply(transition, to: id, by: prepared)
    }
}
