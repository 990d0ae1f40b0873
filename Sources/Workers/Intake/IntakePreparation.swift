import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Rights

/// Turns deliveries into items: parsing, the publisher's rights, ids, sealing. Processor time only.
struct IntakePreparation: Sendable {
    let queue: String
    let registry: Registry
    let ring: KeyRing
    let digest: KeyedDigest
    /// Domain time, as near as a worker knows it between two transactions.
    let now: Date

    func item(_ delivery: Delivery) throws -> IntakeItem {
        if delivery.exchange == Topology.work {
            return IntakeItem(delivery: delivery, content: work(delivery), registryVersion: registry.version)
        }
        let publisher = delivery.properties.userID.flatMap { registry.publisher(brokerUser: $0) }
        return IntakeItem(
            delivery: delivery,
            content: try content(delivery, publisher),
            registryVersion: registry.version
        )
    }

    private func content(_ delivery: Delivery, _ publisher: Publisher?) throws -> IntakeItem.Content {
        func refuse(_ field: String, _ fault: FaultCode, _ remedy: String) -> IntakeItem.Content {
            let origin = Refusal.Origin(publisher: publisher, read: EventFault.Origin(type: delivery.printableType))
            return .refused(Refusal(field: field, fault: fault, remedy: remedy, origin: origin))
        }
        guard !delivery.isTruncated else {
            let remedy = "Send at most \(EventParser.maximumSize) bytes; hand larger things over by reference."
            return refuse("body", .tooLarge, remedy)
        }
        guard delivery.properties.userID != nil else {
            let remedy = "Set the user-id property to the login you publish with; the broker validates it."
            return refuse("user-id", .unauthenticated, remedy)
        }
        guard let publisher else {
            let remedy = "Ask the processor to register this login with `habeas publishers apply`."
            return refuse("user-id", .unknownPublisher, remedy)
        }
        let context = MessageContext(
            messageID: delivery.properties.messageID,
            type: delivery.properties.type,
            appID: delivery.properties.appID,
            userID: delivery.properties.userID,
            routingKey: delivery.routingKey
        )
        switch EventParser.parse(delivery.body, context: context, now: now) {
        case .failure(let fault):
            return .refused(Refusal(fault, publisher))
        case .success(let event):
            if let refusal = permission(event, publisher) { return .refused(refusal) }
            return .event(try prepared(event, publisher, body: delivery.body, replayOf: nil))
        }
    }

    /// Reads a parked message again, as its publisher sent it and with its first receipt.
    func again(
        _ replay: PreparedEvent.Replay,
        publisher: Publisher?,
        context: MessageContext,
        body: [UInt8]
    ) throws -> IntakeItem.Content {
        func refused(_ refusal: Refusal) -> IntakeItem.Content {
            var refusal = refusal
            refusal.replayOf = replay
            return .refused(refusal)
        }
        guard let publisher else {
            let remedy = "Register the publisher with `habeas publishers apply`, then replay."
            let origin = Refusal.Origin(publisher: nil, read: EventFault.Origin())
            return refused(Refusal(field: "user-id", fault: .unknownPublisher, remedy: remedy, origin: origin))
        }
        switch EventParser.parse(body, context: context, now: now) {
        case .failure(let fault): return refused(Refusal(fault, publisher))
        case .success(let event):
            if let refusal = permission(event, publisher) { return refused(refusal) }
            return .event(try prepared(event, publisher, body: body, replayOf: replay))
        }
    }

    // MARK: The publisher's rights

    private func permission(_ event: ParsedEvent, _ publisher: Publisher) -> Refusal? {
        func refuse(_ field: String, _ fault: FaultCode, _ remedy: String) -> Refusal {
            Refusal(
                field: field,
                fault: fault,
                remedy: remedy,
                origin: Refusal.Origin(publisher: publisher, event: event)
            )
        }
        if publisher.isRevoked {
            return refuse("user-id", .revokedPublisher, "This login was revoked; ask the processor.")
        }
        if !publisher.maySend(event.type) {
            return refuse(
                "type",
                .notPermitted,
                "Ask the processor to allow this type for your login in `event_types`."
            )
        }
        if !publisher.maySend(from: event.source) {
            return refuse("source", .notPermitted, "Begin `source` with a prefix that is registered for your login.")
        }
        let speaker = publisher.isGateway ? Publisher.client(ofGatewaySource: event.source) : nil
        guard !publisher.isGateway || speaker.flatMap({ registry.client($0) }) != nil else {
            return refuse("source", .notPermitted, "Name the client that has acted: /gateway/ and its id.")
        }
        for (field, client) in clients(of: event)
        where !publisher.maySpeak(for: client) || registry.client(client) == nil || client != speaker ?? client {
            // One answer for clients that do not exist and clients of others: nobody can probe who is a client.
            return refuse(
                field,
                .unknownClient,
                "Name a client that is registered and that your login may speak for."
            )
        }
        if case .requestSubmitted(let request) = event.payload, request.submittedBy == .client, request.client == nil {
            return refuse("data.client", .missing, "Name the client whose instruction this is.")
        }
        if case .taskCompleted(let answer) = event.payload, let problem = SealedResults.problem(answer, ring) {
            return refuse("data.results", problem.fault, problem.remedy)
        }
        // Opened once when they come, so that whoever has sealed them wrongly hears of it at once; kept as they came.
        for (field, sealed) in people(of: event) {
            do throws(EventFault) {
                _ = try AffectedPeople(opening: sealed, at: field, with: ring)
            } catch {
                return refuse(error.field, error.fault, error.remedy)
            }
        }
        return nil
    }

    private func clients(of event: ParsedEvent) -> [(String, String)] {
        var named = event.client.map { [("data.client", $0)] } ?? []
        for (index, entry) in event.payload.affected.enumerated() {
            named.append(("data.affected[\(index)].client", entry.client))
        }
        return named
    }

    /// The sealed lists of people, each with its field.
    private func people(of event: ParsedEvent) -> [(String, String)] {
        var lists = event.payload.affected.enumerated().compactMap { index, entry in
            entry.identities.map { ("data.affected[\(index)].identities", $0) }
        }
        if let own = event.payload.ownData?.identities { lists.append(("data.own_data.identities", own)) }
        return lists
    }

    // MARK: What can be made beforehand

    private func prepared(
        _ event: ParsedEvent,
        _ publisher: Publisher,
        body: [UInt8],
        replayOf: PreparedEvent.Replay?
    ) throws -> PreparedEvent {
        let id = UUID.version7(at: now)
        var openings: [PreparedOpening] = []
        var secret: SealedPayload?
        switch event.payload {
        case .requestSubmitted(let request): openings = try subjects(of: request, publisher)
        case .clientTerminated(let data):
            openings = [try opening(of: event, id: id, client: registry.client(data.client))]
        case .complaintReceived(let data):
            openings = [try opening(of: event, id: id, client: data.client.flatMap { registry.client($0) })]
        default: secret = try SealedPayload(sealing: event.cloudEvent, for: id, with: ring)
        }
        let subject = openings.isEmpty ? id : openings.count == 1 ? openings[0].id : openings[0].groupID
        let inbox = InboxRow(
            dedupeKey: digest.digest(.dedupe, publisher.id, event.source, event.id),
            contentDigest: digest.digest(.content, CollectionOfOne(body)),
            publisherID: publisher.id,
            eventID: event.id,
            eventType: event.type.rawValue,
            subjectID: subject
        )
        return PreparedEvent(
            event: event,
            publisher: publisher,
            inbox: inbox,
            openings: openings,
            secret: secret,
            id: id,
            namedClient: namedClient(event, publisher),
            isWaiting: false,
            replayOf: replayOf
        )
    }

    /// Opens an event that has waited, as its publisher sent it.
    func reopened(_ waiting: EarlyEventRecord) throws -> (event: PreparedEvent, delivery: Delivery)? {
        guard let publisher = registry.publisher(id: waiting.publisherID) else { return nil }
        let body = try waiting.secret.opened(for: waiting.id, with: ring)
        guard case .success(let event) = EventParser.parse(body, context: MessageContext(), now: waiting.receivedAt)
        else {
            return nil
        }
        var properties = Properties()
        properties.userID = publisher.brokerUser
        properties.messageID = event.id
        properties.type = event.type.name
        properties.appID = event.source
        let delivery = Delivery(
            tag: DeliveryTag(generation: 0, tag: 0),
            exchange: Topology.events,
            routingKey: event.type.name,
            redelivered: false,
            properties: properties,
            body: body,
            announcedSize: body.count
        )
        let inbox = InboxRow(
            dedupeKey: waiting.dedupeKey,
            contentDigest: digest.digest(.content, CollectionOfOne(body)),
            publisherID: publisher.id,
            eventID: event.id,
            eventType: event.type.rawValue,
            subjectID: waiting.id
        )
        let prepared = PreparedEvent(
            event: event,
            publisher: publisher,
            inbox: inbox,
            openings: [],
            secret: waiting.secret,
            id: waiting.id,
            namedClient: namedClient(event, publisher),
            isWaiting: true,
            replayOf: nil
        )
        return (prepared, delivery)
    }

    private func namedClient(_ event: ParsedEvent, _ publisher: Publisher) -> Client? {
        guard case .requestClientNamed(let data) = event.payload else { return nil }
        return data.client.flatMap { registry.client($0) }
            ?? data.clientNamed.flatMap { registry.client(named: $0, by: publisher) }
    }

    /// One case a subject, each with nobody else's data in it.
    private func subjects(of request: RequestSubmitted, _ publisher: Publisher) throws -> [PreparedOpening] {
        var client = request.client.flatMap { registry.client($0) }
        if client == nil, let words = request.clientNamed { client = registry.client(named: words, by: publisher) }
        let groupID = request.subjects.count > 1 ? UUID.version7(at: now) : nil
        return try request.subjects.enumerated().map { index, subject in
            let id = UUID.version7(at: now)
            var single = request
            single.subjects = [subject]
            let identities = subject.identities.map {
                SecretWrites.IdentityRow($0, client: client?.id, digest: digest)
            }
            return PreparedOpening(
                id: id,
                client: client,
                subjectIndex: index,
                groupID: groupID,
                secret: try SealedPayload(sealing: EventPayload.requestSubmitted(single).stored, for: id, with: ring),
                identities: identities,
                ask: digest.ask(request, client: client, lookups: identities.map(\.lookup))
            )
        }
    }

    private func opening(of event: ParsedEvent, id: UUID, client: Client?) throws -> PreparedOpening {
        PreparedOpening(
            id: id,
            client: client,
            subjectIndex: 0,
            groupID: nil,
            secret: try SealedPayload(sealing: event.stored, for: id, with: ring),
            identities: [],
            ask: nil
        )
    }

    // MARK: The fleet's own

    private func work(_ delivery: Delivery) -> IntakeItem.Content {
        do {
            switch try WorkRequest(reading: delivery) {
            case .replay(let ids): return .replay(ids)
            case .reconsider(let ids): return .reconsider(ids)
            }
        } catch {
            let origin = Refusal.Origin(publisher: nil, read: EventFault.Origin())
            let remedy = "Ask for a replay with `habeas parked replay`."
            return .refused(Refusal(field: "body", fault: .badFormat, remedy: remedy, origin: origin))
        }
    }
}

extension SecretWrites.IdentityRow {
    init(_ identity: Identity, client: String?, digest: KeyedDigest) {
        self.init(
            lookup: digest.lookup(identity, client: client),
            kind: identity.type.rawValue,
            normalisation: Identity.normalisationVersion
        )
    }
}

extension Refusal {
    init(_ fault: EventFault, _ publisher: Publisher) {
        self.init(
            field: fault.field,
            fault: fault.fault,
            remedy: fault.remedy,
            origin: Origin(publisher: publisher, read: fault.origin)
        )
    }
}

extension Delivery {
    /// The `type` property if it is made of what a type is made of.
    var printableType: String? {
        guard let type = properties.type, type.utf8.count <= 128,
            type.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            })
        else { return nil }
        return type
    }
}
