import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// The plan, and what stands before it.
extension ErasureTurn {
    /// Makes the plan, where nothing stands before it; answers whether there is one.
    mutating func begin(_ operation: TargetOperation, _ desk: inout CaseDesk) throws -> Bool {
        guard facts.record.state == .inProgress else { return false }
        if let until = facts.retainedUntil {
            desk.look(at: until, case: id)
            return false
        }
        if facts.record.kind == .endOfContract, try !isReturned(&desk) { return false }
        if operation.destroys, !facts.copies.isEmpty {
            writes.append(CaseOrders.insert(id, after: facts.copies))
            desk.look(at: now.addingTimeInterval(ErasurePlanner.patience), case: id)
            return false
        }
        // The same facts as whoever wants to see the plan first.
        guard
            let planFacts = FanOutPlan.Facts(
                of: facts.record,
                desk.registry,
                identities: read.people[id]?.types ?? [],
                suppressed: read.suppressed[id] ?? [],
                at: now
            )
        else { return false }
        let plan: FanOutPlan
        do throws(RetentionException.Fault) {
            plan = try FanOutPlan(planFacts, systems: desk.registry.systems)
        } catch {
            board.askAboutPlan(error, isAsked: facts.isOpen(.planRefused), &desk)
            return false
        }
        if facts.isOpen(.planRefused) {
            desk.edit(id) { record, changes in changes.reviews.dismiss(.planRefused, case: record.id, at: changes.now) }
        }
        board.add(plan, &desk)
        if operation == .suppress { try suppress(&desk) }
        tellRecipients(&desk)
        return true
    }

    /// The data of a client that wants them back are returned before they are erased (K9).
    private mutating func isReturned(_ desk: inout CaseDesk) throws -> Bool {
        guard case .clientTerminated(let termination)? = try payload(), termination.mode == .returnThenErase else {
            return true
        }
        if facts.lastWord(.dataReturn) != nil { return true }
        if !facts.isOpen(.dataReturn) { desk.edit(id) { record, changes in changes.review(.dataReturn, of: record) } }
        return false
    }

    private func payload() throws -> EventPayload? {
        guard let secret = read.secrets[id] else { return nil }
        return try EventPayload(stored: try secret.opened(for: id, with: ring))
    }

    /// Keeps the person from what they do not want any more, and tells the client (C4, Y8).
    private mutating func suppress(_ desk: inout CaseDesk) throws {
        guard let right = facts.record.right, case .requestSubmitted(let request)? = try payload() else { return }
        let scopes = Suppressions.Scope.scopes(of: right, optOutOf: request.optOutOf)
        let lookups = read.people[id]?.lookups ?? []
        guard !scopes.isEmpty, !lookups.isEmpty else { return }
        let entries = lookups.flatMap { lookup in scopes.map { Suppressions.Entry(lookup: lookup, scope: $0) } }
        writes.append(
            Suppressions.insert(entries, client: facts.record.clientID, keyID: digest.keyID, case: id, at: now)
        )
        desk.record("suppression.added", of: id) { body in
            body.member("scopes", scopes)
            body.member("identities", lookups.count)
        }
        if let row = try SuppressionMessage.row(scopes, request, facts.record, desk) { desk.messages.append(row) }
    }

    /// Every recipient is told within a time of its own (GDPR Art. 19).
    private func tellRecipients(_ desk: inout CaseDesk) {
        guard targets.contains(where: { $0.way == .connector || $0.way == .person }) else { return }
        desk.edit(id) { record, changes in
            guard let (rule, _) = changes.policy(of: record).clock(.fanOut) else { return }
            let deadline = Deadline(
                rule,
                from: changes.now,
                at: changes.place(of: record),
                atlas: changes.registry.atlas
            )
            changes.deadlines.start(deadline, case: record.id, clientID: record.clientID)
        }
    }
}
