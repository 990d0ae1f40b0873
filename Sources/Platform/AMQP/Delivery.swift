/// Names a delivery on one connection. A tag from an earlier connection is worth nothing on a later one: the broker has
/// given that message out again.
public struct DeliveryTag: Sendable, Hashable {
    public let generation: UInt64
    public let tag: UInt64

    public init(generation: UInt64, tag: UInt64) {
        self.generation = generation
        self.tag = tag
    }
}

/// A message as it was delivered.
public struct Delivery: Sendable {
    public let tag: DeliveryTag
    public let exchange: String
    public let routingKey: String
    public let redelivered: Bool
    public let properties: Properties
    /// The whole body, or its head if it is longer than the configured maximum.
    public let body: [UInt8]
    /// Length of the body as the broker announced it, in bytes.
    public let announcedSize: Int
    /// Digest of all bytes of a body that was cut, otherwise `nil`.
    public let truncatedDigest: [UInt8]?

    public init(
        tag: DeliveryTag,
        exchange: String,
        routingKey: String,
        redelivered: Bool,
        properties: Properties,
        body: [UInt8],
        announcedSize: Int,
        truncatedDigest: [UInt8]? = nil
    ) {
        self.tag = tag
        self.exchange = exchange
        self.routingKey = routingKey
        self.redelivered = redelivered
        self.properties = properties
        self.body = body
        self.announcedSize = announcedSize
        self.truncatedDigest = truncatedDigest
    }

    public var isTruncated: Bool { announcedSize > body.count }

    /// How often a quorum queue has given this message out in vain: `x-delivery-count`, 0 if absent.
    public var deliveryCount: Int {
        max(0, properties.headers["x-delivery-count"]?.intValue ?? 0)
    }
}
