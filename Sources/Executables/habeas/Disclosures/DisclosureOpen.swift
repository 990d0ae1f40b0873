import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Opens the cases of one demand: one for each person, as an event opens them, with the login as the actor.
struct DisclosureOpen {
    let client: String
    /// The statement whose clocks hold; nil: that of whoever publishes for this client.
    let profile: String?
    let demand: DisclosureDemand
    let people: [[Identity]]
    let ring: KeyRing

    /// Inside a transaction; answers the register's rows.
    func run(on connection: PostgresConnection) async throws -> [DisclosureRecord] {
        let registry = try await Registry.load(on: connection)
        guard let known = registry.client(client) else {
            throw Failure("client", "is not registered", "see `habeas clients list`")
        }
        let pen = try await EvidencePen(on: connection)
        do throws(DisclosureFault) {
            try demand.check(at: pen.now)
            try demand.scope.check(against: registry.systems, of: demand.relationship, client: client)
        } catch {
            throw Failure(error)
        }
        let policy = registry.policy(profile: try await statement(on: connection), client: known, at: pen.now)
        let opening = CaseOpening(demand, client: known, policy: policy, receivedAt: pen.now, atlas: registry.atlas)
        let digest = KeyedDigest(ring.looking)
        let demandID = UUID.version7(at: pen.now)
        var files = CaseFileWrites()
        var secrets = SecretWrites(lookupKeyID: digest.keyID)
        var deadlines = DeadlineWrites()
        var evidence = EvidenceWrites()
        var changes = CaseChanges(at: pen.now, registry: registry)
        var rows: [DisclosureRecord] = []
        for (index, identities) in people.enumerated() {
            var record = CaseFileRecord(
                id: UUID.version7(at: pen.now),
                opening: opening,
                client: known,
                profile: policy.profile,
                publisherID: DisclosureRecord.publisherID,
                requestRef: nil,
                subjectIndex: index,
                groupID: nil,
                reference: nil,
                receivedAt: pen.now
            )
            let row = DisclosureRecord(
                caseID: record.id,
                clientID: client,
                demandID: demandID,
                demand: demand,
                at: pen.now
            )
            evidence.add(
                record.chain.append(
                    "disclosure.opened",
                    at: pen.now,
                    actor: pen.actor,
                    clientID: client,
                    body: body(row, record)
                )
            )
            files.open(record)
            for deadline in opening.deadlines { deadlines.open(deadline, case: record.id, clientID: client) }
            for kind in opening.reviews { changes.review(kind, of: record) }
            secrets.add(
                case: record.id,
                clientID: client,
                secret: try SealedPayload(sealing: words(identities), for: record.id, with: ring),
                identities: identities.map { identity in
                    SecretWrites.IdentityRow(
                        lookup: digest.lookup(identity, client: client),
                        kind: identity.type.rawValue,
                        normalisation: Identity.normalisationVersion
                    )
                }
            )
            rows.append(row)
        }
        let statements = files.statements + secrets.statements + deadlines.statements + evidence.statements
        _ = try await connection.pipeline(statements + changes.reviews.statements + rows.map(\.insert))
        return rows
    }

    private func statement(on connection: PostgresConnection) async throws -> String {
        let known = try await connection.query("SELECT DISTINCT name FROM habeas.profile ORDER BY name")
            .decode(as: String.self)
        if let profile {
            guard known.contains(profile) else {
                throw Failure("profile", "is not applied", "see `habeas policy list`")
            }
            return profile
        }
        let used = try await connection.query(
            "SELECT DISTINCT profile FROM habeas.publisher WHERE clients && \(["*", client])::text[] ORDER BY profile"
        ).decode(as: String.self)
        let names = used.isEmpty ? known : used
        guard names.count == 1, let name = names.first else {
            throw Failure("profile", "is missing: several could hold", "name the statement that this client has")
        }
        return name
    }

    private func body(_ row: DisclosureRecord, _ record: CaseFileRecord) -> String {
        var writer = JSONWriter(capacity: 512)
        writer.object { body in
            body.member("disclosure", row.demandID)
            body.member("kind", record.kind.rawValue)
            body.member("state", record.state.rawValue)
            body.member("profile", record.profile)
            body.member("profile_version", record.profileVersion)
            body.member("authority", demand.authority)
            body.member("country", demand.country)
            body.member("authority_kind", demand.kind)
            body.member("law", demand.law)
            body.member("article", demand.article)
            body.member("reference", demand.reference)
            body.member("reviewer", demand.reviewer)
            body.member("delivery", demand.delivery)
            body.member("relationship", demand.relationship)
            body.member("systems", demand.scope.systems)
            body.member("categories", demand.scope.categories)
            body.member("demanded_at", demand.demandedAt)
            body.member("due_at", demand.dueAt)
            body.member("client_term", demand.term.description)
            body.member("prohibition", demand.prohibition?.reason)
            body.member("prohibited_until", demand.prohibition?.until)
            body.member("person", record.subjectIndex + 1)
            body.member("people", people.count)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The person as the words of a request are kept, so that whoever opens those finds them: an authority asks in the person's
    /// place, by the law that it names.
    private func words(_ identities: [Identity]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("v", ParsedEvent.storedVersion)
            writer.member("type", EventType.requestSubmitted)
            writer.key("data")
            writer.object { data in
                data.member("channel", RequestChannel.agent)
                data.member("submitted_time", demand.demandedAt)
                data.member("submitted_by", Submitter.authorisedAgent)
                data.key("agent")
                data.object { agent in
                    agent.member("name", demand.authority)
                    agent.member("authority", demand.basis)
                }
                data.member("relationship", demand.relationship)
                data.member("client", client)
                data.member("right", Right.access)
                data.member("regulation", Regulation.gdpr)
                data.member("subjects", [RequestSubject(identities: identities)])
            }
        }
        return writer.bytes
    }
}
