package import Fleet
package import FoundationEssentials
package import Ledger
package import Postgres
package import Rights

/// Has connectors act at systems, as their cases are when the effect is leased.
package struct TargetPerformer: EffectPerformer {
    package struct Job: Sendable {
        package let effect: EffectRecord
        package let target: FanOutTarget?
        fileprivate let record: CaseFileRecord?
        fileprivate let secret: SealedPayload?
        fileprivate let registry: Registry
        fileprivate let mayHaveActed: Bool
        fileprivate let now: Date

        /// What was asked, in its own words; nil where they are destroyed.
        package func request(under ring: KeyRing) throws -> RequestSubmitted? {
            guard let record, let secret else { return nil }
            let payload = try EventPayload(stored: try secret.opened(for: record.id, with: ring))
            guard case .requestSubmitted(let request) = payload else { return nil }
            return request
        }
    }

    private let ring: KeyRing
    private let registry: RegistryCache
    let connectors: ConnectorBook

    package init(ring: KeyRing, registry: RegistryCache, connectors: ConnectorBook) {
        self.ring = ring
        self.registry = registry
        self.connectors = connectors
    }

    package var longestCall: Duration { .seconds(60) }

    package func longestCall(of effect: EffectRecord) -> Duration {
        let id = String(effect.target.dropFirst(DataSystem.target(of: "").count))
        guard let system = registry.current.system(id), let connector = connectors.connector(of: system.connector)
        else {
            return longestCall
        }
        let isFetched = effect.kind == .targetLook && effect.queue == WorkQueue.export.rawValue
        return isFetched ? connector.longestFetch : connector.longestCall
    }

    package func reading(_ leases: [EffectLease]) -> [SQL] {
        let cases = Array(Set(leases.compactMap(\.effect.caseID)))
        return [
            FanOutTarget.reading(ids: leases.compactMap { TargetParameters(reading: $0.effect.parameters)?.target }),
            "SELECT \(CaseFileRecord.columns) FROM habeas.case_file WHERE id = ANY(\(cases)::uuid[])",
            "SELECT case_id, kek_id, wrapped_key, payload FROM habeas.case_secret WHERE case_id = ANY(\(cases)::uuid[])",
            "SELECT registry_version, habeas.domain_now() FROM habeas.installation",
        ]
    }

    package func jobs(_ leases: [EffectLease], _ rows: [Rows]) throws -> [Job] {
        let registry = registry.current
        let (version, now) = try rows[3].only.decode(Int64.self, Date.self)
        guard version == registry.version else { throw RegistryChanged() }
        var targets: [UUID: FanOutTarget] = [:]
        for row in rows[0] {
            let target = try FanOutTarget(row: row)
            targets[target.id] = target
        }
        var records: [UUID: CaseFileRecord] = [:]
        for row in rows[1] {
            let record = try CaseFileRecord(row: row)
            records[record.id] = record
        }
        var secrets: [UUID: SealedPayload] = [:]
        for (id, kek, wrapped, payload) in try rows[2].decode(UUID.self, String.self, [UInt8].self, [UInt8].self) {
            secrets[id] = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
        }
        return leases.map { lease in
            let effect = lease.effect
            return Job(
                effect: effect,
                target: TargetParameters(reading: effect.parameters).flatMap { targets[$0.target] },
                record: effect.caseID.flatMap { records[$0] },
                secret: effect.caseID.flatMap { secrets[$0] },
                registry: registry,
                // A lease before this one ended somehow: whoever had it may have called.
                mayHaveActed: effect.leases > 0,
                now: now
            )
        }
    }

    package func perform(_ job: Job) async -> AttemptVerdict { await perform(job, copy: nil) }

    /// - Parameters:
    ///   - copy: where what is collected goes.
    ///   - answer: the words by which an own app has handed it over, and their id.
    package func perform(
        _ job: Job,
        copy: CopyDesk?,
        answer: (id: UUID, words: SealedPayload)? = nil
    ) async -> AttemptVerdict {
        guard let kind = job.effect.kind, kind.goesToTarget, let target = job.target, let record = job.record else {
            return .refused("no_target")
        }
        guard target.effect == job.effect.id else { return .refused("superseded") }
        guard mayLeave(record, target) else { return .refused("not_in_progress") }
        guard let system = job.registry.system(target.system) else { return .refused("no_system") }
        let order: TargetOrder
        do {
            let handedOver = try answer.flatMap {
                try HandedOver($0.words.opened(for: $0.id, with: ring), ring, job.now)
            }
            guard let made = try self.order(kind, target, record, system, job, copy, handedOver) else {
                return .refused("no_words")
            }
            order = made
        } catch {
            // The key ring's, or of a form that only a newer version reads.
            return .retry("unreadable", blamesTarget: false)
        }
        let begun = ContinuousClock.now
        let report = await connectors.perform(order)
        return await seen(report, of: order, for: target, since: begun).attempt
    }

    /// Nothing leaves before the client's decision, nor after the end, but what lifts a restriction (K5).
    private func mayLeave(_ record: CaseFileRecord, _ target: FanOutTarget) -> Bool {
        if record.lane == .referral, record.answerBy == nil { return false }
        switch record.state {
        case .inProgress, .onHold: return true
        case .fulfilled, .partlyFulfilled: return target.part == .lift
        case .received, .needsClient, .needsIdentity, .needsFee, .referred, .refused, .handedOver, .withdrawn, .lapsed:
            return false
        }
    }

    private func order(
        _ kind: EffectKind,
        _ target: FanOutTarget,
        _ record: CaseFileRecord,
        _ system: DataSystem,
        _ job: Job,
        _ copy: CopyDesk?,
        _ handedOver: HandedOver?
    ) throws -> TargetOrder? {
        guard job.secret != nil else { return nil }
        let request = try job.request(under: ring)
        let identities = Self.told(request?.subjects.first?.identities ?? [], system, target)
        let scopes = request.map { request in
            Suppressions.Scope.scopes(of: request.right, optOutOf: request.optOutOf).map(\.rawValue)
        }
        return TargetOrder(
            key: target.key,
            step: kind == .targetAct ? .act : kind == .targetLook ? .poll : .verify,
            operation: target.operation,
            system: system,
            caseID: record.id,
            client: record.clientID.flatMap { job.registry.client($0) },
            identities: identities,
            corrections: target.operation == .rectify ? request?.corrections ?? [] : [],
            suppresses: target.operation == .suppress ? scopes ?? [] : [],
            regulation: record.regulation,
            submittedAt: record.submittedAt ?? record.anchor,
            keeps: Set(target.kept.map(\.category)),
            ends: target.part == .rest ? target.ends : nil,
            only: target.only,
            reference: target.findings.reference,
            checkpoint: Self.checkpoint(job.effect, target, system),
            mayHaveActed: job.mayHaveActed,
            now: job.now,
            dueAt: target.dueAt,
            task: target.id,
            effect: job.effect.id,
            copy: copy,
            handedOver: handedOver
        )
    }

    /// Where the effect goes on; where a REST API is looked at, whom acting there has found: a search finds them no more.
    private static func checkpoint(_ effect: EffectRecord, _ target: FanOutTarget, _ system: DataSystem) -> String? {
        if let own = effect.findings.flatMap({ TargetFindings(reading: $0).checkpoint }) { return own }
        guard case .http = system.connector else { return nil }
        return target.findings.checkpoint
    }

    /// What a system is told of a person: what it finds people by and nothing else; the one that says least where its transfers
    /// rest on nothing (G4, K16).
    private static func told(_ identities: [Identity], _ system: DataSystem, _ target: FanOutTarget) -> [Identity] {
        let types = system.connector.identities ?? IdentityType.leastTellingFirst
        let told = types.flatMap { type in identities.filter { $0.type == type } }
        return target.note == FanOutPlan.Line.Note.leastIdentifier.rawValue ? Array(told.prefix(1)) : told
    }
}
