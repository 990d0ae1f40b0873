import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What is on record, and for how long.
extension ErasureTurn {
    /// Whom acting had found is sealed into where it went on, and forgotten when nothing is left to look at.
    mutating func forget(_ desk: CaseDesk) {
        let over = Set(targets.lazy.filter(\.state.isFinal).map { TargetParameters(target: $0.id).text })
        let spent = desk.effects(of: id).filter { effect in
            guard effect.state.isFinal, over.contains(effect.parameters), let findings = effect.findings else {
                return false
            }
            return TargetFindings(reading: findings).checkpoint != nil
        }
        guard !spent.isEmpty else { return }
        writes.append("UPDATE habeas.effect SET findings = NULL WHERE id = ANY(\(spent.map(\.id))::uuid[])")
    }

    /// What was done where, and how that is known, on record and signed.
    mutating func certify(_ desk: inout CaseDesk) throws {
        guard let record = desk.records[id], targets.contains(where: { $0.state != .cancelled }) else { return }
        let certificate = Certificate(
            of: record,
            targets: targets,
            effects: desk.effects(of: id),
            registry: desk.registry,
            number: (read.certificates[id] ?? 0) + 1,
            at: now
        )
        let signed = try certificate.signed(with: ring)
        writes.append(signed.insert)
        desk.record("certificate.issued", of: id) { body in
            body.member("certificate", signed.id)
            body.member("number", signed.number)
            body.member("sha256", signed.digest)
            body.member("key", signed.keyID)
        }
        desk.edit(id) { record, changes in
            let sequence = record.nextOutcomeSequence()
            changes.outcomes.append(
                CaseOutcome.certificate(
                    signed.id,
                    digest: signed.digest,
                    of: record,
                    sequence: sequence,
                    at: changes.now
                )
            )
        }
    }
}
