public import FoundationEssentials

/// The properties of a message; `nil` or an empty table is a property that is not on the wire.
///
/// Texts are at most 255 bytes long.
public struct Properties: Sendable, Equatable {
    public enum DeliveryMode: UInt8, Sendable {
        case transient = 1
        case persistent = 2
    }

    public var contentType: String?
    public var contentEncoding: String?
    public var headers: [String: FieldValue] = [:]
    public var deliveryMode: DeliveryMode?
    public var priority: UInt8?
    public var correlationID: String?
    public var replyTo: String?
    /// Milliseconds as decimal digits.
    public var expiration: String?
    public var messageID: String?
    /// Whole seconds on the wire.
    public var timestamp: Date?
    public var type: String?
    /// The publisher's user: if present, the broker checks that it is the user of the connection.
    public var userID: String?
    public var appID: String?

    public init(
        contentType: String? = nil,
        headers: [String: FieldValue] = [:],
        deliveryMode: DeliveryMode? = .persistent,
        messageID: String? = nil,
        type: String? = nil
    ) {
        self.contentType = contentType
        self.headers = headers
        self.deliveryMode = deliveryMode
        self.messageID = messageID
        self.type = type
    }
}
