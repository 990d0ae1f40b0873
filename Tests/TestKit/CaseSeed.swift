package import Fleet
package import Foundation
package import Ledger
package import Postgres
import Rights

/// Opens cases as intake does, without a broker: secret, look-ups, clocks and the first fact.
package struct CaseSeed: Sendable {
    package struct Unreadable: Error {}

    private let registry: Registry
    private let ring: KeyRing

    package init(registry: Registry, ring: KeyRing) {
        self.registry = registry
        self.ring = ring
    }

    /// - Parameters:
    ///   - event: a `request.submitted` or a `client.terminated` as its publisher sends it.
    ///   - publisher: the id of a registered publisher.
    ///   - first: the open case that answers this one, too.
    /// - Returns: the case's id and what has to be written, in one transaction.
    package func open(_ event: String, publisher id: String, at now: Date, linkedTo first: UUID? = nil) throws -> (
        id: UUID, statements: [SQL]
    ) {
        let parsed = EventParser.parse(Array(event.utf8), context: MessageContext(), now: now)
        guard case .success(let read) = parsed, let publisher = registry.publisher(id: id) else { throw Unreadable() }
        let client = read.client.flatMap { registry.client($0) }
        let policy = registry.policy(profile: publisher.profile, client: client, at: now)
        let opening: CaseOpening
        var request: RequestSubmitted?
        switch (read.payload, client) {
        case (.requestSubmitted(let data), _):
            request = data
            opening = CaseOpening(data, client: client, policy: policy, receivedAt: now, atlas: registry.atlas)
        case (.clientTerminated(let data), .some(let client)):
            opening = CaseOpening(data, client: client, policy: policy, receivedAt: now, atlas: registry.atlas)
        default: throw Unreadable()
        }
        var record = CaseFileRecord(
            id: UUID.version7(at: now),
            opening: opening,
            client: client,
            profile: policy.profile,
            publisherID: publisher.id,
            requestRef: request?.requestRef,
            subjectIndex: 0,
            groupID: nil,
            reference: nil,
            receivedAt: now
        )
        record.linkedTo = first
        var clocks = opening.deadlines
        if let first { clocks = clocks.filter { $0.rule.clock == .respond } + [.equal(to: first, from: now)] }
        var evidence = EvidenceWrites()
        evidence.add(
            record.chain.append(
                "case.opened",
                at: now,
                actor: "publisher:\(publisher.id)",
                clientID: client?.id,
                body: #"{"role":"\#(opening.role.rawValue)"}"#
            )
        )
        var cases = CaseFileWrites()
        cases.open(record)
        let digest = KeyedDigest(ring.looking)
        var secrets = SecretWrites(lookupKeyID: digest.keyID)
        let identities = (request?.subjects ?? []).flatMap(\.identities).map {
            SecretWrites.IdentityRow(
                lookup: digest.lookup($0, client: client?.id),
                kind: $0.type.rawValue,
                normalisation: Identity.normalisationVersion
            )
        }
        secrets.add(
            case: record.id,
            clientID: client?.id,
            secret: try SealedPayload(sealing: read.stored, for: record.id, with: ring),
            identities: identities
        )
        var deadlines = DeadlineWrites()
        for deadline in clocks { deadlines.open(deadline, case: record.id, clientID: client?.id) }
        var changes = CaseChanges(at: now, registry: registry)
        for kind in first == nil ? opening.reviews : [] { changes.review(kind, of: record) }
        return (
            record.id,
            cases.statements + secrets.statements + deadlines.statements + evidence.statements
                + changes.reviews.statements
        )
    }
}
