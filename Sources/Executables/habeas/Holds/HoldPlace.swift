import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// A hold that a person places on a client, or on people: as an event places one, with the person as its actor.
struct HoldPlace {
    let ref: String
    let basis: String
    let reviewer: String
    let until: Date?
    /// Nil: of every client, and of none.
    let client: String?
    /// Empty: all of the client.
    let people: [Identity]
    /// Needed where people are named.
    let ring: KeyRing?

    /// Inside a transaction; answers the hold's id.
    func run(on connection: PostgresConnection) async throws -> UUID {
        if client == nil {
            // Whoever registers a client waits, and then finds the hold.
            _ = try await connection.query("SELECT pg_advisory_xact_lock_shared(hashtext('habeas.registry'))")
        }
        let registry = try await Registry.load(on: connection)
        if let client, registry.client(client) == nil {
            throw Failure("--client", "is not registered", "see habeas clients list")
        }
        let pen = try await EvidencePen(on: connection)
        if let until, until <= pen.now {
            throw Failure("--until", "has passed", "name a time that is to come", status: .usage)
        }
        var chain = try await EvidenceChain.ofHold(on: client, connection)
        let id = UUID.version7(at: pen.now)
        var statements: [SQL] = [
            Holds.place(
                id,
                publisher: nil,
                reference: ref,
                client: client,
                case: nil,
                people: people.count,
                at: pen.now,
                until: until
            )
        ]
        var scope = Holds.Scope.people(id)
        if let ring, !people.isEmpty {
            let clients = client.map { [Optional($0)] } ?? [nil] + registry.allClients.map(\.id).sorted()
            statements.append(try words(of: id, at: pen.now, with: ring))
            statements.append(HoldReach(people, of: clients, with: ring).add(to: id))
        } else if let client {
            scope = .client(client)
        }
        statements.append(Holds.suspend(scope, at: pen.now))
        statements += pen.append("hold.placed", to: &chain, clientID: client) { body in
            body.member("hold", id)
            body.member("hold_ref", ref)
            body.member("basis", basis)
            body.member("reviewer", reviewer)
            body.member("people", people.isEmpty ? nil : people.count)
            body.member("until", until)
        }
        do {
            _ = try await connection.pipeline(statements)
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw Failure("--ref", "names another hold already", "choose another one")
        }
        return id
    }

    /// The people, sealed as those of an event are: a client that is registered later is covered by them, too.
    private func words(of id: UUID, at now: Date, with ring: KeyRing) throws -> SQL {
        var writer = JSONWriter()
        writer.object { event in
            event.member("specversion", "1.0")
            event.member("id", id)
            event.member("source", "/habeas")
            event.member("type", EventType.holdPlaced.name)
            event.key("data")
            event.object { data in
                data.member("hold_ref", ref)
                data.member("client", client)
                data.member("identities", people)
                data.member("basis", basis)
                data.member("reviewer", reviewer)
                data.member("until", until)
            }
        }
        var secrets = SecretWrites(lookupKeyID: ring.looking.id)
        secrets.add(
            event: id,
            about: id,
            type: EventType.holdPlaced.rawValue,
            receivedAt: now,
            secret: try SealedPayload(sealing: writer.bytes, for: id, with: ring)
        )
        return secrets.statements[0]
    }
}

/// The look-ups of people at clients; no client is one, too.
struct HoldReach {
    private let reach: [Holds.Reach]
    private let keyID: String

    init(_ people: [Identity], of clients: [String?], with ring: KeyRing) {
        let digest = KeyedDigest(ring.looking)
        keyID = digest.keyID
        reach = clients.map { client in
            Holds.Reach(client: client, lookups: people.map { digest.lookup($0, client: client) })
        }
    }

    func add(to id: UUID) -> SQL { Holds.add(reach, to: id, keyID: keyID) }
}

extension EvidenceChain {
    /// The chain in which a hold on this client, or on none in particular, is recorded; its row locked.
    static func ofHold(on client: String?, _ connection: PostgresConnection) async throws -> EvidenceChain {
        guard let client else { return try await .ofInstallation(on: connection) }
        return try ChainHeads.client(row: try await connection.query(ChainHeads.lockingClients([client])).only).chain
    }
}
