package import Connectors
import Crypto
package import Fleet
import FoundationEssentials
package import Ledger
import Outbound
package import Postgres
import Rights

/// Has systems hand over what they hold, and puts it together.
package struct ExportPerformer: EffectPerformer {
    package struct Job: Sendable {
        fileprivate let target: TargetPerformer.Job
        /// The newest of the case.
        fileprivate let export: ExportRecord?
        /// All of the case's whose files may lie in the store.
        fileprivate let stored: [ExportRecord]
        fileprivate let record: CaseFileRecord?
        fileprivate let targets: [FanOutTarget]
        fileprivate let pieces: [ExportPieces.Entry]
        /// Of a disclosure, what the authority demands.
        fileprivate let disclosure: DisclosureRecord?
        /// Of a client's part of an incident: the lists of its people, with their words.
        fileprivate let lists: [BreachPeopleRecord]
        fileprivate let people: [(id: UUID, secret: SealedPayload)]
        /// What an own app has said that has handed something over.
        fileprivate let answer: (id: UUID, words: SealedPayload)?
        fileprivate let registry: Registry
        /// Whether a later effect of the same kind and case has taken its place.
        fileprivate let isSuperseded: Bool
        fileprivate let now: Date
    }

    /// How long a dead copy's bundle is left alone: its lease is renewed while it lives.
    private static let renewed: Duration = .seconds(20)
    /// Beside the slice: what has been collected is written to its end, and to a store over the network.
    private static let writing: Duration = .seconds(120)

    private let ring: KeyRing
    private let registry: RegistryCache
    private let systems: TargetPerformer
    private let store: any ObjectStore
    private let uploads: UploadSender
    private let room = BundleRoom()
    private let letters: LetterBook
    private let slice: Duration

    /// - Parameters:
    ///   - letters: whose words on rights and complaints a bundle has, too.
    ///   - uploads: by which bundles go to other controllers.
    ///   - slice: how long one system is collected from before it is noted how far it has come, and others have their turn.
    package init(
        ring: KeyRing,
        registry: RegistryCache,
        connectors: ConnectorBook,
        store: any ObjectStore,
        letters: LetterBook,
        uploads: UploadSender,
        slice: Duration = .seconds(4)
    ) {
        self.ring = ring
        self.registry = registry
        systems = TargetPerformer(ring: ring, registry: registry, connectors: connectors)
        self.store = store
        self.letters = letters
        self.uploads = uploads
        self.slice = slice
    }

    package func close() async { await room.close() }

    package var longestCall: Duration { systems.longestCall }

    package func longestCall(of effect: EffectRecord) -> Duration {
        switch effect.kind {
        case .exportBundle, .exportSweep: Self.renewed
        case .exportHandOver: uploads.longestCall
        default: systems.longestCall(of: effect) + Self.writing
        }
    }

    package func renews(_ effect: EffectRecord) -> Bool { effect.kind == .exportBundle || effect.kind == .exportSweep }

    // MARK: What is read

    package func reading(_ leases: [EffectLease]) -> [SQL] {
        let cases = Array(Set(leases.compactMap(\.effect.caseID)))
        let looks = leases.filter { $0.effect.kind == .targetLook }
            .compactMap { TargetParameters(reading: $0.effect.parameters)?.target }
        let bundled = Array(Set(leases.filter { $0.effect.kind == .exportBundle }.compactMap(\.effect.caseID)))
        let handedOver = leases.filter { $0.effect.kind == .exportHandOver }.compactMap(\.effect.caseID)
        return systems.reading(leases) + [
            ExportRecord.reading(of: cases), FanOutTarget.reading(of: bundled),
            ExportPieces.reading(ofCases: bundled),
            "SELECT \(CaseFileRecord.columns) FROM habeas.case_file WHERE id = ANY(\(bundled + handedOver)::uuid[])",
            TaskAnswers.results(of: looks),
            """
            SELECT e.id FROM habeas.effect e
             WHERE e.subject_id = ANY(\(handedOver)::uuid[]) AND e.kind = \(EffectKind.exportHandOver.rawValue)
               AND EXISTS (SELECT FROM habeas.effect later WHERE later.subject_id = e.subject_id AND later.kind = e.kind AND later.id > e.id)
            """,
            DisclosureRecord.reading(of: bundled), BreachPeopleRecord.reading(of: bundled),
            BreachPeopleRecord.readingPeople(of: bundled), "SELECT habeas.domain_now()",
        ]
    }

    package func jobs(_ leases: [EffectLease], _ rows: [Rows]) throws -> [Job] {
        let own = Array(rows.suffix(10))
        let jobs = try systems.jobs(leases, Array(rows.dropLast(10)))
        let exports = Dictionary(grouping: try own[0].map { try ExportRecord(row: $0) }, by: \.caseID)
        let targets = Dictionary(grouping: try own[1].map { try FanOutTarget(row: $0) }, by: \.caseID)
        let pieces = Dictionary(grouping: try own[2].map { try ExportPieces.decode($0) }, by: \.target)
        var records: [UUID: CaseFileRecord] = [:]
        for row in own[3] {
            let record = try CaseFileRecord(row: row)
            records[record.id] = record
        }
        var answers: [UUID: SealedPayload] = [:]
        for (id, kek, wrapped, payload) in try own[4].decode(UUID.self, String.self, [UInt8].self, [UInt8].self) {
            answers[id] = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
        }
        let registry = registry.current
        let superseded = Set(try own[5].decode(as: UUID.self))
        var disclosures: [UUID: DisclosureRecord] = [:]
        for row in own[6] {
            let disclosure = try DisclosureRecord(row: row)
            disclosures[disclosure.caseID] = disclosure
        }
        let lists = Dictionary(grouping: try own[7].map { try BreachPeopleRecord(row: $0) }, by: \.caseID)
        var people: [UUID: [(id: UUID, secret: SealedPayload)]] = [:]
        for (caseID, id, kek, wrapped, payload) in try own[8].decode(
            UUID.self,
            UUID.self,
            String.self,
            [UInt8].self,
            [UInt8].self
        ) {
            let secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
            people[caseID, default: []].append((id, secret))
        }
        let now = try own[9].only.decode(0, as: Date.self)
        return zip(leases, jobs).map { lease, job in
            let id = lease.effect.caseID
            let parts = id.flatMap { targets[$0] } ?? []
            let answer = job.target?.findings.answer
            return Job(
                target: job,
                export: id.flatMap { exports[$0]?.last },
                stored: id.flatMap { exports[$0] }?.filter { $0.deletedAt == nil } ?? [],
                record: id.flatMap { records[$0] },
                targets: parts,
                // What was collected before somebody had it collected anew is not in it.
                pieces: parts.flatMap { part in (pieces[part.id] ?? []).filter { $0.key == part.key } },
                disclosure: id.flatMap { disclosures[$0] },
                lists: id.flatMap { lists[$0] } ?? [],
                people: id.flatMap { people[$0] } ?? [],
                answer: answer.flatMap { id in answers[id].map { (id, $0) } },
                registry: registry,
                isSuperseded: superseded.contains(lease.effect.id),
                now: now
            )
        }
    }

    // MARK: What is done

    package func perform(_ job: Job) async -> AttemptVerdict {
        guard let export = job.export else { return .refused("no_export") }
        do {
            switch job.target.effect.kind {
            case .exportSweep:
                for one in job.stored { try await sweep(one) }
                return .done()
            case .exportBundle:
                return try await bundle(job, export)
            case .exportHandOver:
                return try await handOver(job, export)
            default:
                return await systems.perform(job.target, copy: try desk(job.target, export), answer: job.answer)
            }
        } catch {
            return .exporting(error)
        }
    }

    /// Nil where nothing may be collected any more.
    private func desk(_ job: TargetPerformer.Job, _ export: ExportRecord) throws -> CopyDesk? {
        guard export.state == .collecting, let target = job.target else { return nil }
        let folder = "\(export.folder)/\(target.id.lowercaseText)"
        return CopyDesk(store: store, key: try key(of: export), folder: folder, slice: slice)
    }

    private func key(of export: ExportRecord) throws -> SymmetricKey { try caseKey(of: export).fileKey }

    private func caseKey(of export: ExportRecord) throws -> CaseKey {
        guard let wrapped = export.key else { throw ExportObstacle.over }
        return try CaseKey(unwrapping: wrapped, for: export.id, with: ring)
    }

    private func bundle(_ job: Job, _ export: ExportRecord) async throws -> AttemptVerdict {
        guard export.state == .collecting, let record = job.record, record.state == .inProgress else {
            return .refused("not_in_progress")
        }
        guard let signing = ring.signing else { return .retry("no_signing_key", blamesTarget: false) }
        let personLocale: String?
        do {
            let request = try record.isAnsweredByUs ? job.target.request(under: ring) : nil
            personLocale = request?.subjects.first?.contact?.locale
        } catch {
            // The key ring's, or of a form that only a newer version reads.
            return .retry("unreadable", blamesTarget: false)
        }
        let key = try key(of: export)
        let contents: BundleContents
        if export.list != nil {
            guard let list = try PeopleList(export.id, among: job.lists, job.people, with: ring) else {
                return .refused("no_list")
            }
            contents = BundleContents(list, record, job.registry, letters, key: key)
        } else {
            var objects: [String: LocalObject] = [:]
            for entry in job.pieces { objects[entry.piece.object] = try await store.local(entry.piece.object) }
            contents = try BundleContents(
                record,
                job.disclosure,
                job.targets,
                job.pieces,
                job.registry,
                letters,
                personLocale: personLocale,
                objects: objects,
                key: key
            )
        }
        let name = "\(export.folder)/bundle-\(UUID().lowercaseText)"
        let path = try store.scratch()
        defer { BundlePress.remove(path) }
        let collected = job.pieces.map(\.piece.bytes).reduce(0, +)
        let made = try await room.withPress(for: collected) { press in
            try await press.make(contents, signing, path: path, key: key, name: name)
        }
        try await store.put(path, as: name)
        let bundle = ExportRecord.Bundle(
            object: name,
            bytes: made.bytes,
            sha256: Hex.text(made.sha256),
            rows: made.rows,
            gaps: contents.gaps
        )
        var verdict = AttemptVerdict.done()
        verdict.findings = BundleFindings(bundle).text
        return verdict
    }

    /// To another controller, as far as one attempt comes. What stood before its beginning is looked at again: whether the request is
    /// open, whether the receiver stands in the data map still, and what its transfers rest on (K16).
    private func handOver(_ job: Job, _ export: ExportRecord) async throws -> AttemptVerdict {
        let effect = job.target.effect
        // Somebody has let an older one go again: two would send the same data twice.
        guard !job.isSuperseded else { return .refused("superseded") }
        guard export.state == .ready, let bundle = export.bundle, let record = job.record, record.state == .inProgress
        else { return .refused("not_in_progress") }
        guard let system = job.registry.systems.first(where: { $0.target == effect.target }),
            case .tus(let place) = system.connector
        else { return .refused("no_receiver") }
        let client = record.clientID.flatMap { job.registry.client($0) }
        let day = (client?.place ?? job.registry.atlas.place(record.country)).day(of: job.now)
        if let flag = system.flags(for: client, on: day).first(where: \.isBlocking) { return .refused(flag.rawValue) }
        let key = try caseKey(of: export)
        let object = try await SealedObject(bundle.object, in: store, key: key.fileKey)
        guard object.size == bundle.bytes else { throw StoreError.differs }
        let order = UploadSender.Order(
            place: place,
            isInternal: system.isInternal,
            key: effect.id,
            caseID: record.id,
            digest: bundle.digest,
            object: object
        )
        var progress = effect.findings.flatMap { UploadProgress(reading: $0, under: key) } ?? UploadProgress()
        // The data map may name another host since: what it says now is where the data, and its secret, may go.
        if let kept = progress.place, !UploadReply.isOwn(kept, of: place.url) { progress.restart() }
        var machine = UploadMachine(
            progress,
            total: bundle.bytes,
            chunk: place.chunk,
            leases: effect.leases
        )
        var verdict: AttemptVerdict
        do {
            verdict = try await uploads.run(order, &machine)
        } catch {
            verdict = .exporting(error)
        }
        verdict.findings = try machine.progress.text(under: key)
        return verdict
    }

    /// All of an export that is over; the pieces of one that is ready, and what attempts before had left.
    private func sweep(_ export: ExportRecord) async throws {
        guard export.state != .expired else { return try await store.delete(prefix: export.folder) }
        guard export.state == .ready, let bundle = export.bundle else { return }
        for name in try await store.list(prefix: export.folder) where name != bundle.object {
            try Task.checkCancellation()
            try await store.delete(name)
        }
    }
}
