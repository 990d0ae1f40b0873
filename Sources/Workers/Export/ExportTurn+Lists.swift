import Fleet
import FoundationEssentials
import Ledger
import Rights

/// What an incident's client gets of its people (45 CFR 164.410(c)(1), GDPR Art. 33(2)): a list is put together as soon as some of them
/// are named, and a new one with all of them when more are. It is collected from nowhere, and the case stays the breach worker's, which
/// tells the client. A list that is ready stays as long as is promised, whatever becomes of the case; but for a false alarm, which ends
/// all of them.
extension ExportTurn {
    mutating func tendLists(_ desk: inout CaseDesk) throws {
        guard let latest = facts.lists.last else { return }
        let exports = read.exports[id] ?? []
        for export in exports where export.state != .expired {
            guard isOver(export, latest: latest) else { continue }
            expire(export, &desk)
        }
        guard facts.isOpen, !latest.isWithdrawn else { return }
        guard let current = exports.first(where: { $0.id == latest.id }) else {
            let new = ExportRecord(
                id: latest.id,
                caseID: id,
                clientID: latest.clientID,
                list: latest.number,
                key: try CaseKey(for: latest.id).wrapped(with: ring),
                at: now
            )
            writes.append(new.insert)
            return plan(.exportBundle, &desk)
        }
        guard current.state == .collecting else { return }
        let effort = desk.effects(of: id).last { $0.kind == .exportBundle }
        switch effort?.state {
        case .done:
            // What an effort for the list before has made is nobody's.
            guard let bundle = effort?.findings.flatMap({ BundleFindings(reading: $0) })?.bundle,
                bundle.object.hasPrefix(current.folder + "/")
            else { return plan(.exportBundle, &desk) }
            finish(current, bundle, &desk)
        case nil, .cancelled: plan(.exportBundle, &desk)
        default: return
        }
    }

    /// A list that was not ready when the next was made is in that one; of a case that has ended none is awaited. A person may end one
    /// that cannot be made.
    private func isOver(_ export: ExportRecord, latest: BreachPeopleRecord) -> Bool {
        if latest.isWithdrawn || export.expiresAt.map({ $0 <= now }) == true { return true }
        return export.state == .collecting && (export.id != latest.id || !facts.isOpen)
    }

    private mutating func expire(_ export: ExportRecord, _ desk: inout CaseDesk) {
        var gone = export
        gone.expire(at: now)
        writes.append(gone.update)
        desk.record("export.expired", of: id) { body in
            body.member("export", gone.id)
            body.member("list", gone.list)
            body.member("fetchable", export.state == .ready)
        }
        for effort in desk.effects(of: id) where effort.kind == .exportBundle && !effort.state.isFinal {
            desk.cancel(effort, because: "export_over")
        }
        plan(.exportSweep, &desk)
        // Whose case may have waited for it.
        desk.edit(id) { record, changes in changes.wakeUps.wake(.breach, for: record.id) }
    }

    /// The digest is in the evidence before anybody is told where the list lies.
    private mutating func finish(_ export: ExportRecord, _ bundle: ExportRecord.Bundle, _ desk: inout CaseDesk) {
        var ready = export
        ready.state = .ready
        ready.bundle = bundle
        ready.readyAt = now
        ready.expiresAt = keep.end(after: now)
        writes.append(ready.update)
        desk.record("export.ready", of: id) { body in
            body.member("export", ready.id)
            body.member("list", ready.list)
            body.member("bytes", bundle.bytes)
            body.member("sha256", bundle.sha256)
            body.member("rows", bundle.rows)
            body.member("expires_at", ready.expiresAt)
        }
        desk.edit(id) { [ready] record, changes in
            changes.outcomes += CaseOutcome.exportReady(ready, bundle, of: &record, at: changes.now)
            // Which tells the client over its channels, too.
            changes.wakeUps.wake(.breach, for: record.id)
        }
    }
}
