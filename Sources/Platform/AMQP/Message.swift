/// A message to publish.
public struct Message: Sendable, Equatable {
    public var exchange: String
    public var routingKey: String
    /// Whether the broker shall return the message when it can be routed to no queue.
    public var mandatory: Bool
    public var properties: Properties
    public var body: [UInt8]

    public init(
        exchange: String,
        routingKey: String,
        mandatory: Bool = true,
        properties: Properties = Properties(),
        body: [UInt8]
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
        self.properties = properties
        self.body = body
    }
}

/// What became of a published message.
public enum PublishOutcome: Sendable, Equatable {
    /// The broker has taken responsibility.
    case confirmed
    /// Mandatory, but bound to no queue: returned by the broker and gone.
    case unroutable(code: Int, text: String)
    /// Refused by at least one queue; others may have taken it.
    case nacked
    /// No answer. The message may or may not have arrived; the code says what ended the waiting.
    case unknown(AMQPError.Code)
}
