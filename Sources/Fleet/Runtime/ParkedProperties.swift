package import AMQP
import FoundationEssentials
package import Rights

/// What a parked message said beside its body, as JSON: enough to read it again as it was sent.
package struct ParkedProperties: Sendable {
    package let bytes: [UInt8]

    package init(_ delivery: Delivery) {
        var writer = JSONWriter()
        writer.object { body in
            body.member("message_id", delivery.properties.messageID)
            body.member("type", delivery.properties.type)
            body.member("app_id", delivery.properties.appID)
            body.member("user_id", delivery.properties.userID)
            body.member("routing_key", delivery.routingKey)
            body.member("content_type", delivery.properties.contentType)
        }
        bytes = writer.bytes
    }

    /// The context in which the message is read again. Text that cannot be read counts as absent.
    package static func context(reading bytes: [UInt8]) -> MessageContext {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: 1)
        guard fault == nil else { return MessageContext() }
        func text(_ name: StaticString) -> String? {
            document.member(0, name).flatMap { document.kind($0) == .string ? document.string($0) : nil }
        }
        return MessageContext(
            messageID: text("message_id"),
            type: text("type"),
            appID: text("app_id"),
            userID: text("user_id"),
            routingKey: text("routing_key")
        )
    }
}
