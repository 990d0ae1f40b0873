import AMQP
import FoundationEssentials
import Ledger
import Rights

extension OutboxRow {
    /// The row as the broker gets it. Everything is `mandatory`: what nobody hears is recorded as unheard, not as sent.
    var message: Message {
        var properties = Properties()
        properties.contentType = kind == .outcome ? "application/cloudevents+json" : "application/json"
        properties.deliveryMode = .persistent
        properties.messageID = id.lowercaseText
        properties.type = messageType
        properties.appID = "habeas"
        return Message(exchange: exchange, routingKey: routingKey, mandatory: true, properties: properties, body: body)
    }
}
