import FoundationEssentials
import Ledger
import Postgres

extension EffectLease {
    /// Gives slots that are free at a target to leases that were taken ahead, the first first; answers their effects. A transaction of
    /// its own: the target's row is locked as in a claim.
    static func slots(
        for leases: [EffectLease],
        at target: String,
        on connection: PostgresConnection
    ) async throws -> Set<UUID> {
        guard !leases.isEmpty else { return [] }
        return try await connection.transaction { connection in
            let read = try await connection.pipeline([
                TargetRecord.locking([target]), TargetRecord.reading([target]), "SELECT clock_timestamp()",
            ])
            guard let row = read[1].first else { return [] }
            var admission = TargetAdmission(
                try TargetRecord(row: row),
                at: try read[2].only.decode(0, as: Date.self)
            )
            // A target with a rate, or in trouble, has nobody taken ahead; should it have come to that since, they go back to the line.
            guard admission.target.circuit == .closed, admission.target.perSecond == nil else { return [] }
            let lucky = leases.prefix { _ in
                if case .admitted = admission.admit(for: .zero) { true } else { false }
            }
            if !lucky.isEmpty { _ = try await connection.query(EffectLease.passing(to: Array(lucky))) }
            return Set(lucky.map(\.effect.id))
        }
    }
}
