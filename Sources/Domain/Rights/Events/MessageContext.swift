/// What the broker's message says beside its body. Absent properties are not compared.
package struct MessageContext: Sendable, Redacting {
    /// `message_id`; mirrors the event's `id`.
    package var messageID: String?
    /// `type`; mirrors the event's `type`.
    package var type: String?
    /// `app_id`; mirrors the event's `source`.
    package var appID: String?
    /// The publisher's login, validated by the broker. Not compared here: who may say what is the registry's question.
    package var userID: String?
    /// Broker permissions are given by routing key, so an event may not travel under another one's.
    package var routingKey: String?

    package init(
        messageID: String? = nil,
        type: String? = nil,
        appID: String? = nil,
        userID: String? = nil,
        routingKey: String? = nil
    ) {
        self.messageID = messageID
        self.type = type
        self.appID = appID
        self.userID = userID
        self.routingKey = routingKey
    }
}
