internal import CRabbitMQ
internal import FoundationEssentials

/// Message properties between Swift and the wire.
enum WireProperties {
    // The library's flag macros, which Swift sees as numbers of another type.
    private struct Flag {
        static let contentType = amqp_flags_t(AMQP_BASIC_CONTENT_TYPE_FLAG)
        static let contentEncoding = amqp_flags_t(AMQP_BASIC_CONTENT_ENCODING_FLAG)
        static let headers = amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
        static let deliveryMode = amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
        static let priority = amqp_flags_t(AMQP_BASIC_PRIORITY_FLAG)
        static let correlationID = amqp_flags_t(AMQP_BASIC_CORRELATION_ID_FLAG)
        static let replyTo = amqp_flags_t(AMQP_BASIC_REPLY_TO_FLAG)
        static let expiration = amqp_flags_t(AMQP_BASIC_EXPIRATION_FLAG)
        static let messageID = amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG)
        static let timestamp = amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG)
        static let type = amqp_flags_t(AMQP_BASIC_TYPE_FLAG)
        static let userID = amqp_flags_t(AMQP_BASIC_USER_ID_FLAG)
        static let appID = amqp_flags_t(AMQP_BASIC_APP_ID_FLAG)
    }

    static func read(_ wire: borrowing amqp_basic_properties_t) -> Properties {
        let flags = wire._flags
        var result = Properties(deliveryMode: nil)
        if flags & Flag.contentType != 0 { result.contentType = String(wire.content_type) }
        if flags & Flag.contentEncoding != 0 { result.contentEncoding = String(wire.content_encoding) }
        if flags & Flag.headers != 0 { result.headers = WireTable.read(wire.headers) }
        if flags & Flag.deliveryMode != 0 { result.deliveryMode = .init(rawValue: wire.delivery_mode) }
        if flags & Flag.priority != 0 { result.priority = wire.priority }
        if flags & Flag.correlationID != 0 { result.correlationID = String(wire.correlation_id) }
        if flags & Flag.replyTo != 0 { result.replyTo = String(wire.reply_to) }
        if flags & Flag.expiration != 0 { result.expiration = String(wire.expiration) }
        if flags & Flag.messageID != 0 { result.messageID = String(wire.message_id) }
        if flags & Flag.timestamp != 0 { result.timestamp = Date(timeIntervalSince1970: Double(wire.timestamp)) }
        if flags & Flag.type != 0 { result.type = String(wire.type) }
        if flags & Flag.userID != 0 { result.userID = String(wire.user_id) }
        if flags & Flag.appID != 0 { result.appID = String(wire.app_id) }
        return result
    }

    /// Whether the wire can carry the properties in one frame. A text over 255 bytes would be cut by the library in the
    /// middle of the frame and end the connection.
    static func areWritable(_ properties: Properties, frameMax: Int) -> Bool {
        var total = 0
        func fits(_ text: String?) -> Bool {
            guard let text else { return true }
            let count = text.utf8.count
            total += count + 1
            return count <= 255
        }
        guard
            fits(properties.contentType), fits(properties.contentEncoding), fits(properties.correlationID),
            fits(properties.replyTo), fits(properties.expiration), fits(properties.messageID), fits(properties.type),
            fits(properties.userID), fits(properties.appID)
        else { return false }
        if !properties.headers.isEmpty {
            guard let size = WireTable.size(properties.headers) else { return false }
            total += size
        }
        // The rest of the frame: its own head and end, class, size, flags, the numbers.
        return total + 64 <= frameMax
    }

    /// - Precondition: ``areWritable(_:frameMax:)``.
    static func write(_ properties: Properties, in scratch: Scratch) -> amqp_basic_properties_t {
        var wire = amqp_basic_properties_t()
        func text(
            _ text: String?,
            _ flag: amqp_flags_t,
            _ field: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>
        ) {
            guard let text else { return }
            wire._flags |= flag
            wire[keyPath: field] = scratch.bytes(text)
        }
        if let value = properties.contentType {
            wire._flags |= Flag.contentType
            wire.content_type = scratch.bytes(value)
        }
        if let value = properties.messageID {
            wire._flags |= Flag.messageID
            wire.message_id = scratch.bytes(value)
        }
        if let value = properties.type {
            wire._flags |= Flag.type
            wire.type = scratch.bytes(value)
        }
        if let value = properties.deliveryMode {
            wire._flags |= Flag.deliveryMode
            wire.delivery_mode = value.rawValue
        }
        if let value = properties.priority {
            wire._flags |= Flag.priority
            wire.priority = value
        }
        if let value = properties.timestamp {
            wire._flags |= Flag.timestamp
            wire.timestamp = value.wireSeconds
        }
        if !properties.headers.isEmpty {
            wire._flags |= Flag.headers
            wire.headers = WireTable.write(properties.headers, in: scratch)
        }
        text(properties.contentEncoding, Flag.contentEncoding, \.content_encoding)
        text(properties.correlationID, Flag.correlationID, \.correlation_id)
        text(properties.replyTo, Flag.replyTo, \.reply_to)
        text(properties.expiration, Flag.expiration, \.expiration)
        text(properties.userID, Flag.userID, \.user_id)
        text(properties.appID, Flag.appID, \.app_id)
        return wire
    }
}
