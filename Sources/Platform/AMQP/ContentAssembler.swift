internal import CRabbitMQ

/// Puts a message together from its frames: method, header, any number of body pieces.
///
/// Keeps `maximumBody` bytes of a body at most; what is beyond is counted and digested. The announced size is never
/// trusted with memory.
struct ContentAssembler {
    /// The envelope of a delivery, or of a message that was returned or fetched.
    struct Envelope {
        var deliveryTag: UInt64 = 0
        var redelivered = false
        var exchange = ""
        var routingKey = ""
        /// Code and text of a return.
        var reply: (code: Int, text: String)?
    }

    struct Content {
        var envelope: Envelope
        var properties: Properties
        var body: [UInt8]
        var announcedSize: Int
        var truncatedDigest: [UInt8]?
    }

    private enum Phase {
        case idle
        case header(Envelope)
        case body(Content, remaining: UInt64, digest: (any BodyDigest)?)
    }

    private let maximumBody: Int
    private let makeDigest: @Sendable () -> any BodyDigest
    private var phase = Phase.idle
    private var exchange = RecentText()
    private var routingKey = RecentText()

    init(maximumBody: Int, makeDigest: @escaping @Sendable () -> any BodyDigest) {
        self.maximumBody = maximumBody
        self.makeDigest = makeDigest
    }

    mutating func begin(_ deliver: amqp_basic_deliver_t) throws(AMQPError) {
        try begin(
            Envelope(
                deliveryTag: deliver.delivery_tag,
                redelivered: deliver.redelivered != 0,
                exchange: exchange.text(deliver.exchange),
                routingKey: routingKey.text(deliver.routing_key)
            )
        )
    }

    mutating func begin(_ got: amqp_basic_get_ok_t) throws(AMQPError) {
        try begin(
            Envelope(
                deliveryTag: got.delivery_tag,
                redelivered: got.redelivered != 0,
                exchange: exchange.text(got.exchange),
                routingKey: routingKey.text(got.routing_key)
            )
        )
    }

    mutating func begin(_ returned: amqp_basic_return_t) throws(AMQPError) {
        try begin(
            Envelope(
                exchange: exchange.text(returned.exchange),
                routingKey: routingKey.text(returned.routing_key),
                reply: (Int(returned.reply_code), String(returned.reply_text))
            )
        )
    }

    mutating func begin(_ envelope: Envelope) throws(AMQPError) {
        guard case .idle = phase else { throw AMQPError(.protocolViolation) }
        phase = .header(envelope)
    }

    /// Takes the next header or body frame; the message, once it is whole.
    mutating func take(_ frame: borrowing amqp_frame_t) throws(AMQPError) -> Content? {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_HEADER:
            let head = frame.payload.properties
            guard let decoded = head.decoded else { throw AMQPError(.protocolViolation) }
            let wire = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self)
            return try header(size: head.body_size, WireProperties.read(wire.pointee))
        case AMQP_FRAME_BODY:
            let piece = frame.payload.body_fragment
            return try body(UnsafeRawBufferPointer(start: piece.bytes, count: piece.len))
        default:
            throw AMQPError(.protocolViolation)
        }
    }

    mutating func header(size: UInt64, _ properties: Properties) throws(AMQPError) -> Content? {
        guard case .header(let envelope) = phase, let announced = Int(exactly: size) else {
            throw AMQPError(.protocolViolation)
        }
        let content = Content(envelope: envelope, properties: properties, body: [], announcedSize: announced)
        if size == 0 {
            phase = .idle
            return content
        }
        phase = .body(content, remaining: size, digest: announced > maximumBody ? makeDigest() : nil)
        return nil
    }

    mutating func body(_ piece: UnsafeRawBufferPointer) throws(AMQPError) -> Content? {
        // Moved out, so that the body's bytes are appended in place.
        guard case .body(var content, let remaining, var digest) = phase, UInt64(piece.count) <= remaining else {
            throw AMQPError(.protocolViolation)
        }
        phase = .idle
        let room = maximumBody - content.body.count
        if content.body.isEmpty, piece.count == content.announcedSize, piece.count <= room {
            content.body = [UInt8](piece)
        } else {
            if content.body.isEmpty { content.body.reserveCapacity(min(content.announcedSize, maximumBody)) }
            content.body.append(contentsOf: piece.prefix(room))
        }
        digest?.update(piece)
        let left = remaining - UInt64(piece.count)
        guard left == 0 else {
            phase = .body(content, remaining: left, digest: digest)
            return nil
        }
        content.truncatedDigest = digest?.finish()
        return content
    }
}

/// Remembers the text made last from bytes that repeat for nearly every message: names of exchanges, routing keys.
struct RecentText {
    private var bytes: [UInt8] = []
    private var text = ""

    mutating func text(_ source: amqp_bytes_t) -> String {
        let raw = UnsafeRawBufferPointer(start: source.bytes, count: source.len)
        if bytes.elementsEqual(raw) { return text }
        bytes = [UInt8](raw)
        text = String(decoding: raw, as: UTF8.self)
        return text
    }
}
