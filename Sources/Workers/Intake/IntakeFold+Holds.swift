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
            let named = state.cases(request, of: prepared)
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
        var hold = IntakeState.Hold(clientID: data.client, people: data.identities.count, isPlaced: true)
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
                    people: data.identities.count,
                    at: state.now,
                    until: data.until
                )
            )
        }
        if cases.isEmpty { suspend(data, prepared) }
        state.holds[reference] = hold
        keep(prepared, about: prepared.id)
        for id in cases {
            fold(.holdPlaced, into: id, by: prepared)
            if let until = data.until { changes.end(holdOf: id, at: until, clientID: state.cases[id]?.clientID) }
        }
        guard cases.isEmpty else { return }
        sayOfHold("hold.placed", client: data.client, by: prepared) { body in
            body.member("hold", prepared.id)
            body.member("people", data.identities.isEmpty ? nil : data.identities.count)
            body.member("until", data.until)
        }
    }

    /// A hold on a client, or on people, covers whatever of theirs has not begun, here and in cases that come later.
    private mutating func suspend(_ data: HoldPlaced, _ prepared: PreparedEvent) {
        let scope = Holds.Scope(of: prepared.id, client: data.client, people: data.identities.count)
        if case .people(let hold) = scope {
            statements.append(Holds.add(reach(data, prepared.publisher), to: hold, keyID: digest.keyID))
        }
        statements.append(Holds.suspend(scope, at: state.now))
    }

    /// The people at the client that is named, else at every client that the publisher may speak for, and where there is none.
    private func reach(_ data: HoldPlaced, _ publisher: Publisher) -> [Holds.Reach] {
        let mine = changes.registry.allClients.map(\.id).filter(publisher.maySpeak).sorted()
        let clients: [String?] = data.client.map { [$0] } ?? [nil] + mine
        return clients.map { client in
            Holds.Reach(client: client, lookups: data.identities.map { digest.lookup($0, client: client) })
        }
    }

    /// In the chain of the client it is about, or of the installation.
    private mutating func sayOfHold(
        _ fact: String,
        client: String?,
        by prepared: PreparedEvent,
        _ members: (inout JSONWriter) -> Void
    ) {
        let body = Facts.plain(prepared, members)
        if let client {
            record(fact, client: client, by: prepared, body: body)
        } else {
            recordOfInstallation(fact, by: prepared, body: body)
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
        statements.append(Holds.lift(ids, at: state.now))
        hold.isPlaced = false
        state.holds[reference] = hold
        keep(prepared, about: ids[0])
        for (id, caseID) in hold.rows {
            guard let caseID else { continue }
            state.openHolds[caseID]?.remove(id)
            changes.setHeld(caseID, state.openHolds[caseID]?.isEmpty == false)
            fold(.holdLifted, into: caseID, by: prepared)
        }
        guard hold.caseIDs.isEmpty else { return }
        statements.append(Holds.free(Holds.Scope(of: ids[0], client: hold.clientID, people: hold.people)))
        sayOfHold("hold.lifted", client: hold.clientID, by: prepared) { $0.member("hold", ids[0]) }
    }

    private mutating func fold(_ event: CaseEvent, into id: UUID, by prepared: PreparedEvent) {
        guard let record = state.cases[id], case .apply(let transition) = record.machine.verdict(on: event) else {
            return
        }
        apply(transition, to: id, by: prepared)
    }
}
