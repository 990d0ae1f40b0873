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
            look(at: until, &desk)
            return false
        }
        if facts.record.kind == .endOfContract, try !isReturned(&desk) { return false }
        if operation.destroys, !facts.copies.isEmpty {
            writes.append(CaseOrders.insert(id, after: facts.copies))
            look(at: now.addingTimeInterval(ErasurePlanner.patience), &desk)
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
            askAboutPlan(error, &desk)
            return false
        }
        if facts.isOpen(.planRefused) {
            desk.edit(id) { record, changes in changes.reviews.dismiss(.planRefused, case: record.id, at: changes.now) }
        }
        for (ordinal, line) in plan.lines.enumerated() { add(line, ordinal: ordinal) }
        record(plan, &desk)
        if operation == .suppress { try suppress(&desk) }
        tellRecipients(&desk)
        return true
    }

    private mutating func add(
        _ line: FanOutPlan.Line,
        ordinal: Int
    ) {
        var target = FanOutTarget(
            id: UUID.version7(at: now),
            caseID: id,
            clientID: facts.record.clientID,
            system: line.system.id,
            systemVersion: line.system.version,
            operation: line.operation,
            way: line.way,
            isMandatory: line.isMandatory,
            level: line.level,
            after: line.after,
            ordinal: ordinal,
            key: UUID()
        )
        target.note = line.note?.rawValue
        target.kept = line.kept.map(FanOutTarget.Kept.init)
        target.backupsUntil = line.backupsUntil
        target.goneBy = line.goneBy
        if case .email(let person) = line.system.connector { target.owner = person.owner }
        if case .manual(let person) = line.system.connector { target.owner = person.owner }
        targets.append(target)
    }

    private func record(_ plan: FanOutPlan, _ desk: inout CaseDesk) {
        desk.record("plan.made", of: id) { body in
            body.key("targets")
            body.array(plan.lines) { list, line in
                list.object { item in
                    item.member("system", line.system.id)
                    item.member("version", line.system.version)
                    item.member("operation", line.operation)
                    item.member("way", line.way)
                    item.member("note", line.note)
                    item.member("mandatory", line.isMandatory)
                    item.member("level", line.level)
                    item.member("after", line.after)
                    item.member("flags", line.flags)
                    item.member("kept", line.kept.map(\.category))
                }
            }
        }
    }

    private mutating func askAboutPlan(_ fault: RetentionException.Fault, _ desk: inout CaseDesk) {
        guard !facts.isOpen(.planRefused) else { return }
        desk.record("plan.refused", of: id) { body in
            body.member("field", fault.field)
            body.member("fault", fault.fault)
            body.member("remedy", fault.remedy)
        }
        desk.edit(id) { record, changes in changes.review(.planRefused, of: record) }
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
