import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// The one transaction of a batch: two round trips where nothing unusual happens.
///
/// The first takes the events into the inbox, locks what they speak of and reads it; the fold decides; the second writes
/// everything and commits. Events seen before, refusals, replays and publishers with a rate cost a round trip more.
struct IntakeTransaction {
    let items: [IntakeItem]
    let preparation: IntakePreparation
    let parking: Parking
    let domainTime: DomainTime

    /// - Returns: what is to be published after the commit, and what the opened cases warn of.
    func run(on connection: PostgresConnection) async throws -> ([OutboxRow], [CaseOpening.Warning]) {
        let items = try await withReplays(on: connection)
        let (fresh, repeated) = split(items)
        var needs = IntakeNeeds()
        for item in fresh { needs.add(item.event) }
        let reconsidered = try await reconsidered(items, on: connection)
        for id in reconsidered { needs.add(reconsidered: id) }
        let told = try await told(needs.acknowledged, on: connection)
        for reference in told.values { needs.add(incident: reference) }

        var (loaded, taken) = try await read(needs, on: connection)
        loaded.toldIncidents = told
        var fold = IntakeFold(state: loaded, digest: preparation.digest, registry: preparation.registry)

        let turns = try await turns(of: fresh, among: taken, at: loaded.machineNow, on: connection)
        var seen: [(event: PreparedEvent, delivery: Delivery)] = []
        for item in fresh {
            let key = item.event.inbox.dedupeKey
            if !taken.contains(key) {
                seen.append(item)
            } else if let turn = turns[key] {
                try wait(item.event, from: item.delivery, for: turn, &fold)
            } else {
                fold.take(item.event, from: item.delivery)
            }
        }
        for id in reconsidered { fold.applyWaiting(for: id) }
        try await settle(seen + repeated, fresh: fresh, &fold, on: connection)
        for item in items { if case .refused(let refusal) = item.content { fold.refuse(item.delivery, refusal) } }

        try await park(&fold, on: connection)
        resolve(items, &fold)
        try await fold.changes.settle(on: connection)
        let (statements, outgoing) = fold.finished()
        _ = try await connection.pipeline(statements + ["COMMIT"])
        return (outgoing, fold.warnings)
    }

    /// The cases to look at again, with the others of their groups: a group's event waits under one of them.
    private func reconsidered(_ items: [IntakeItem], on connection: PostgresConnection) async throws -> [UUID] {
        let ids = items.flatMap { item in
            if case .reconsider(let ids) = item.content { ids } else { [] as [UUID] }
        }
        guard !ids.isEmpty else { return [] }
        return try await connection.query(
            """
            SELECT id FROM habeas.case_file WHERE id = ANY(\(ids)::uuid[])
            UNION
            SELECT other.id FROM habeas.case_file named JOIN habeas.case_file other ON other.group_id = named.group_id
             WHERE named.id = ANY(\(ids)::uuid[])
            ORDER BY id
            """
        ).decode(as: UUID.self)
    }

    /// The incidents of which clients were told under these names; which incident a notice is of never changes.
    private func told(
        _ names: Set<IntakeState.NoticeName>,
        on connection: PostgresConnection
    ) async throws -> [IntakeState.NoticeName: IntakeState.Reference] {
        guard !names.isEmpty else { return [:] }
        let names = Array(names)
        let rows = try await connection.query(
            """
            SELECT n.case_id, n.client_id, i.publisher_id, i.incident_ref
              FROM unnest(\(names.map(\.notice))::uuid[], \(names.map(\.client))::text[]) AS w (notice, client)
              JOIN habeas.breach_notice n ON n.case_id = w.notice AND n.client_id = w.client
              JOIN habeas.incident i ON i.id = n.incident_id
            """
        ).decode(UUID.self, String.self, String.self, String.self)
        return Dictionary(
            rows.map { notice, client, publisher, text in
                (
                    IntakeState.NoticeName(notice: notice, client: client),
                    IntakeState.Reference(publisher: publisher, list: .incident, text: text)
                )
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    // MARK: First round trip

    private func read(_ needs: IntakeNeeds, on connection: PostgresConnection) async throws -> (
        IntakeState, Set<[UInt8]>
    ) {
        let references = needs.references.sorted { ($0.publisher, $0.waitingKey) < ($1.publisher, $1.waitingKey) }
        let named = references.filter { $0.list != .incident }
        let incidents = references.filter { $0.list == .incident }
        let caseIDs = Array(needs.caseIDs)
        let holds = Array(needs.holds)
        let tasks = Array(needs.tasks)
        let notices = Array(needs.notices)
        let contracts = needs.contracts.sorted()
        // Whoever registers a client waits, and then finds the hold: none is left out of it.
        if needs.reachesEveryClient {
            _ = try await connection.query("SELECT pg_advisory_xact_lock_shared(hashtext('habeas.registry'))")
        }
        var statements: [SQL] = [
            "SELECT habeas.domain_now(), now(), registry_version FROM habeas.installation",
            Inbox.take(needs.inbox),
        ]
        statements += OpeningLocks.take(
            references: references.map { preparation.digest.digest(.dedupe, $0.publisher, $0.waitingKey) }
                // The end of a contract and an agreement about it meet here.
                + contracts.map { preparation.digest.digest(.dedupe, "contract", $0) },
            asks: needs.asks.map(\.ask)
        )
        func add(_ statement: SQL) -> Int {
            statements.append(statement)
            return statements.count - 1
        }
        func add(_ statement: SQL, if wanted: Bool) -> Int? { wanted ? add(statement) : nil }
        let casesAt = add(
            CaseFileRecord.locking(
                ids: caseIDs,
                publishers: named.map(\.publisher),
                kinds: named.map(\.list.rawValue),
                references: named.map(\.text),
                holds: holds.map { ($0.publisher, $0.text) },
                tasks: tasks,
                notices: notices.map { ($0.notice, $0.client) },
                asks: needs.asks,
                contracts: contracts
            )
        )
        let waitingAt = add(
            EarlyEvents.waiting(
                publishers: references.map(\.publisher),
                references: references.map(\.waitingKey),
                cases: caseIDs
            )
        )
        let incidentsAt = add(
            IncidentRecord.locking(publishers: incidents.map(\.publisher), references: incidents.map(\.text)),
            if: !incidents.isEmpty
        )
        let holdsAt = add(
            """
            SELECT id, publisher_id, hold_ref, case_id, client_id, lifted_at IS NULL, people FROM habeas.hold
             -- As an array: see the locking of cases.
             WHERE id = ANY(ARRAY(
               SELECT named.id FROM unnest(\(holds.map(\.publisher))::text[], \(holds.map(\.text))::text[]) AS wanted (publisher, ref)
                 JOIN habeas.hold named ON named.publisher_id = wanted.publisher AND named.hold_ref = wanted.ref))
             ORDER BY id FOR UPDATE
            """,
            if: !holds.isEmpty
        )
        // Read under the locks of their cases, as the worker writes them.
        let tasksAt = add(FanOutTarget.reading(ids: tasks), if: !tasks.isEmpty)
        // Under the locks of their cases, too.
        let noticesAt = add(
            Objections.standing(notices: notices.map(\.notice), clients: notices.map(\.client)),
            if: !notices.isEmpty
        )
        let clientsAt = add(
            ChainHeads.lockingClients(Array(needs.clients), ofHolds: holds.map { ($0.publisher, $0.text) }),
            if: !needs.clients.isEmpty || !holds.isEmpty
        )
        let retainedAt = add(
            """
            SELECT id, retain_until FROM habeas.client WHERE id = ANY(\(contracts)::text[]) AND retain_until IS NOT NULL
            """,
            if: !contracts.isEmpty
        )
        let plannedAt = add(
            """
            SELECT c.id FROM habeas.case_file c
             WHERE c.kind = 'end_of_contract' AND c.client_id = ANY(\(contracts)::text[])
               AND EXISTS (SELECT FROM habeas.fan_out f WHERE f.case_id = c.id)
            """,
            if: !contracts.isEmpty
        )
        let installationAt = add(ChainHeads.lockingInstallation, if: needs.needsInstallation)

        let results = try await connection.pipeline(statements)
        let (now, machineNow, version) = try results[0].only.decode(Date.self, Date.self, Int64.self)
        guard version == preparation.registry.version else { throw RegistryChanged() }
        domainTime.observed(now)
        var state = IntakeState(now: now, machineNow: machineNow)
        for row in results[casesAt] { state.add(try CaseFileRecord(row: row)) }
        state.waiting = try results[waitingAt].map(EarlyEventRecord.init)
        for event in state.waiting { state.openedWaiting[event.id] = try preparation.reopened(event) }
        if let index = incidentsAt {
            for row in results[index] {
                let record = try IncidentRecord(row: row)
                state.incidents[.init(publisher: record.publisherID, list: .incident, text: record.incidentRef)] =
                    record
            }
        }
        if let index = holdsAt {
            for row in results[index] {
                let (id, publisher, ref, caseID, client, isPlaced, people) = try row.decode(
                    UUID.self,
                    String.self,
                    String.self,
                    UUID?.self,
                    String?.self,
                    Bool.self,
                    Int.self
                )
                let reference = IntakeState.Reference(publisher: publisher, list: .request, text: ref)
                var hold =
                    state.holds[reference] ?? IntakeState.Hold(clientID: client, people: people, isPlaced: isPlaced)
                hold.rows.append((id, caseID))
                state.holds[reference] = hold
            }
        }
        if let index = tasksAt {
            for row in results[index] {
                let target = try FanOutTarget(row: row)
                state.tasks[target.id] = target
            }
        }
        if let index = noticesAt {
            for (id, notice, client, until, hasObjected) in try results[index].decode(
                UUID.self,
                UUID.self,
                String.self,
                Date?.self,
                Bool.self
            ) {
                state.notices[.init(notice: notice, client: client)] = id
                state.objections[id] = Objections.Standing(until: until, hasObjected: hasObjected)
            }
        }
        if let index = clientsAt {
            for row in results[index] {
                let (id, chain) = try ChainHeads.client(row: row)
                state.clientChains[id] = chain
            }
        }
        if let index = retainedAt {
            for (id, until) in try results[index].decode(String.self, Date.self) { state.retained[id] = until }
        }
        if let index = plannedAt { state.planned = Set(try results[index].decode(as: UUID.self)) }
        if let index = installationAt {
            state.installationChain = try ChainHeads.installation(row: results[index].only)
        }
        try await complete(&state, needs, on: connection)
        return (state, Set(try results[1].decode(as: [UInt8].self)))
    }

    /// What only some events need: pauses and holds of cases there are, what was asked in those that may get their client.
    private func complete(_ state: inout IntakeState, _ needs: IntakeNeeds, on connection: PostgresConnection)
        async throws
    {
        if !state.cases.isEmpty {
            let ids = Array(state.cases.keys)
            let results = try await connection.pipeline([PauseWrites.reading(ids), Holds.open(on: ids)])
            for row in results[0] {
                let (id, pause) = try PauseWrites.decode(row)
                state.pauses[id, default: []].append(pause)
            }
            for (id, hold, _) in try results[1].decode(UUID.self, UUID.self, Date?.self) {
                state.openHolds[id, default: []].insert(hold)
            }
        }
        guard
            needs.mayNameClients
                || state.waiting.contains(where: { $0.eventType == EventType.requestClientNamed.rawValue })
        else { return }
        let unnamed = state.cases.values.filter { $0.clientID == nil }.map(\.id)
        let secrets = try await connection.query(
            "SELECT case_id, kek_id, wrapped_key, payload FROM habeas.case_secret WHERE case_id = ANY(\(unnamed)::uuid[])"
        )
        for row in secrets {
            let (id, kek, wrapped, payload) = try row.decode(UUID.self, String.self, [UInt8].self, [UInt8].self)
            let secret = SealedPayload(wrapped: .init(kekID: kek, bytes: wrapped), bytes: payload)
            let stored = try EventPayload(stored: try secret.opened(for: id, with: preparation.ring))
            if case .requestSubmitted(let request) = stored { state.unnamed[id] = request }
        }
    }

    // MARK: Seen before

    /// Events apart that come twice within the batch: the first is taken, the others are compared with it.
    private func split(
        _ items: [IntakeItem]
    ) -> (fresh: [(event: PreparedEvent, delivery: Delivery)], repeated: [(event: PreparedEvent, delivery: Delivery)]) {
        var keys: Set<[UInt8]> = []
        var fresh: [(event: PreparedEvent, delivery: Delivery)] = []
        var repeated: [(event: PreparedEvent, delivery: Delivery)] = []
        for item in items {
            guard case .event(let event) = item.content else { continue }
            if keys.insert(event.inbox.dedupeKey).inserted {
                fresh.append((event, item.delivery))
            } else {
                repeated.append((event, item.delivery))
            }
        }
        return (fresh, repeated)
    }

    /// The same id with the same content is acknowledged silently; with other content it is refused.
    private func settle(
        _ seen: [(event: PreparedEvent, delivery: Delivery)],
        fresh: [(event: PreparedEvent, delivery: Delivery)],
        _ fold: inout IntakeFold,
        on connection: PostgresConnection
    ) async throws {
        guard !seen.isEmpty else { return }
        let rows = try await connection.query(Inbox.digests(of: seen.map(\.event.inbox.dedupeKey)))
        let known = Dictionary(try rows.decode([UInt8].self, [UInt8].self), uniquingKeysWith: { first, _ in first })
        for item in seen where known[item.event.inbox.dedupeKey] != item.event.inbox.contentDigest {
            fold.refuse(
                item.delivery,
                item.event,
                "id",
                .sameIDOtherContent,
                "Give every event an id of its own; this id came before with other content.",
                releasing: false
            )
        }
    }

    // MARK: Refusals

    /// Parks what was refused, once a message, and adds fact, deadline and answer for each that is new.
    private func park(_ fold: inout IntakeFold, on connection: PostgresConnection) async throws {
        var records: [(record: ParkedMessageRecord, fact: EvidenceRow, refusal: Refusal)] = []
        for (delivery, refusal) in fold.refusals {
            if let replay = refusal.replayOf {
                // What only waited its turn is refused for the first time now.
                if replay.hadItsTurn { answer(refusal, parkedAs: replay.parkedID, &fold) }
                continue
            }
            let (record, fact) = try parking.record(
                delivery,
                queue: preparation.queue,
                origin: refusal.parkedAs,
                publisherID: refusal.origin.publisherID,
                eventType: refusal.origin.typeName,
                field: refusal.field,
                fault: refusal.fault.rawValue,
                remedy: refusal.remedy,
                at: fold.state.now
            )
            records.append((record, fact, refusal))
        }
        guard !records.isEmpty else { return }
        let inserted = Set(
            try await connection.query(ParkedMessages.insert(records.map(\.record))).decode(as: UUID.self)
        )
        for (record, fact, refusal) in records where inserted.contains(record.id) {
            fold.changes.evidence.add(fact)
            answer(refusal, parkedAs: record.id, &fold)
        }
    }

    private func answer(_ refusal: Refusal, parkedAs id: UUID, _ fold: inout IntakeFold) {
        let origin = refusal.origin
        if let triage = preparation.registry.triage(
            eventType: origin.typeName,
            publisher: origin.publisherID,
            at: fold.state.now
        ) {
            fold.changes.deadlines.open(triage, subject: id)
        }
        guard let publisher = origin.publisherID else { return }
        var answer = EventRejected(
            parked: id,
            eventType: origin.typeName,
            field: refusal.field,
            fault: refusal.fault.rawValue,
            remedy: refusal.remedy
        )
        answer.eventID = origin.eventID
        answer.requestRef = origin.requestRef
        answer.reference = origin.reference
        fold.tell(answer.row(to: publisher, at: fold.state.now, machineNow: fold.state.machineNow))
    }
}
