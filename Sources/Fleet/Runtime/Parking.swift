package import AMQP
package import FoundationEssentials
package import Ledger
import Rights

/// Makes the record of a message that is set aside: sealed as it came, recognised when it comes again.
package struct Parking: Sendable {
    private let ring: KeyRing
    private let digest: KeyedDigest

    package init(ring: KeyRing) {
        self.ring = ring
        digest = KeyedDigest(ring.looking)
    }

    /// Keyed digest of publisher, message id and body.
    package func messageKey(of delivery: Delivery) -> [UInt8] {
        digest.digest(
            .message,
            [
                [UInt8]((delivery.properties.userID ?? "").utf8), [UInt8]((delivery.properties.messageID ?? "").utf8),
                delivery.body, delivery.truncatedDigest ?? [],
            ]
        )
    }

    /// Keyed digest of one wait: an event that is sent again and waits in vain again is parked, and told, again.
    package func messageKey(ofWaiting id: UUID) -> [UInt8] { digest.digest(.message, "waiting", id.uuidString) }

    /// Keyed digest of one event as its publisher sent it, apart from the keys of refused messages: to be refused and to wait
    /// for one's turn are different things, and one must not hide the other.
    package func messageKey(ofTurn event: InboxRow) -> [UInt8] {
        digest.digest(.message, [Array("turn".utf8), event.dedupeKey, event.contentDigest])
    }

    /// The record and its first fact. `field`, `fault` and `remedy` go to people and must hold no value of the message.
    ///
    /// - Parameters:
    ///   - key: recognises the message when it is parked again; made of the message itself where none is given.
    ///   - turn: machine time at which it is taken in by itself.
    package func record(
        _ delivery: Delivery,
        queue: String,
        origin: ParkedMessageRecord.Origin,
        publisherID: String?,
        eventType: String?,
        field: String,
        fault: String,
        remedy: String,
        at now: Date,
        recognisedBy key: [UInt8]? = nil,
        replayAt turn: Date? = nil
    ) throws -> (record: ParkedMessageRecord, fact: EvidenceRow) {
        let id = UUID.version7(at: now)
        let secret = CaseKey(for: id)
        var record = ParkedMessageRecord(
            id: id,
            messageKey: key ?? messageKey(of: delivery),
            origin: origin,
            queue: queue,
            publisherID: publisherID,
            eventType: eventType,
            field: field,
            fault: fault,
            remedy: remedy,
            receivedAt: now,
            bodySize: delivery.announcedSize,
            isTruncated: delivery.isTruncated,
            secret: SealedPayload(
                wrapped: try secret.wrapped(with: ring),
                bytes: try secret.seal(delivery.body, as: .payload)
            ),
            properties: try secret.seal(ParkedProperties(delivery).bytes, as: .properties),
            replayAt: turn
        )
        let fact = record.chain.append(
            "message.parked",
            at: now,
            actor: publisherID.map { "publisher:\($0)" } ?? "broker",
            clientID: nil,
            body: record.factBody
        )
        return (record, fact)
    }
}

extension ParkedMessageRecord {
    fileprivate var factBody: String {
        var writer = JSONWriter()
        writer.object { body in
            body.member("origin", origin.rawValue)
            body.member("queue", queue)
            body.member("field", field)
            body.member("fault", fault)
            body.member("type", eventType)
            body.member("size", bodySize)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
