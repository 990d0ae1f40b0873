internal import CRabbitMQ

/// Questions that the broker answers. Each blocks until the answer comes, for the configured time at most; frames that
/// come in between are kept for the next pump.
extension Link {
    private func ask<Answer>(_ answer: UnsafeMutablePointer<Answer>?) throws(AMQPError) -> Answer {
        guard let answer else {
            try check(amqp_get_rpc_reply(state))
            throw AMQPError(.protocolViolation)
        }
        return answer.pointee
    }

    func passiveDeclare(queue: String) throws(AMQPError) -> (messages: Int, consumers: Int) {
        try declare(queue: queue, passive: true, durable: false, exclusive: false, autoDelete: false, arguments: [:])
    }

    func declare(
        queue: String,
        passive: Bool,
        durable: Bool,
        exclusive: Bool,
        autoDelete: Bool,
        arguments: [String: FieldValue]
    ) throws(AMQPError) -> (messages: Int, consumers: Int) {
        let (name, table) = (try shortText(queue), try table(arguments))
        let ok = try ask(
            amqp_queue_declare(
                state,
                Self.channel,
                name,
                passive ? 1 : 0,
                durable ? 1 : 0,
                exclusive ? 1 : 0,
                autoDelete ? 1 : 0,
                table
            )
        )
        return (Int(ok.message_count), Int(ok.consumer_count))
    }

    func delete(queue: String) throws(AMQPError) -> Int {
        Int(try ask(amqp_queue_delete(state, Self.channel, try shortText(queue), 0, 0)).message_count)
    }

    func purge(queue: String) throws(AMQPError) -> Int {
        Int(try ask(amqp_queue_purge(state, Self.channel, try shortText(queue))).message_count)
    }

    func declare(
        exchange: String,
        type: String,
        passive: Bool,
        durable: Bool,
        arguments: [String: FieldValue]
    ) throws(AMQPError) {
        let (name, kind) = (try shortText(exchange), scratch.bytes(type))
        let table = WireTable.write(arguments, in: scratch)
        _ = try ask(
            amqp_exchange_declare(state, Self.channel, name, kind, passive ? 1 : 0, durable ? 1 : 0, 0, 0, table)
        )
    }

    func delete(exchange: String) throws(AMQPError) {
        _ = try ask(amqp_exchange_delete(state, Self.channel, try shortText(exchange), 0))
    }

    func bind(
        queue: String,
        exchange: String,
        routingKey: String,
        arguments: [String: FieldValue]
    ) throws(AMQPError) {
        let (name, source, key) = (try shortText(queue), try shortTextToo(exchange), try shortTextToo(routingKey))
        _ = try ask(amqp_queue_bind(state, Self.channel, name, source, key, WireTable.write(arguments, in: scratch)))
    }

    func unbind(queue: String, exchange: String, routingKey: String) throws(AMQPError) {
        let (name, source, key) = (try shortText(queue), try shortTextToo(exchange), try shortTextToo(routingKey))
        _ = try ask(amqp_queue_unbind(state, Self.channel, name, source, key, amqp_table_t()))
    }

    /// For consumers registered from now on; each has its own count.
    func setPrefetch(_ count: Int) throws(AMQPError) {
        _ = try ask(amqp_basic_qos(state, Self.channel, 0, UInt16(clamping: count), 0))
    }

    func consume(queue: String, consumerTag: String) throws(AMQPError) {
        let (name, tag) = (try shortText(queue), try shortTextToo(consumerTag))
        _ = try ask(amqp_basic_consume(state, Self.channel, name, tag, 0, 0, 0, amqp_table_t()))
    }

    func cancel(consumerTag: String) throws(AMQPError) {
        _ = try ask(amqp_basic_cancel(state, Self.channel, try shortText(consumerTag)))
    }

    /// The head of a fetched message, whose frames follow; `nil` if the queue is empty.
    ///
    /// The library's own reading of messages is not used: it has no timeout and allocates what the broker announces.
    func get(queue: String) throws(AMQPError) -> amqp_basic_get_ok_t? {
        let reply = amqp_basic_get(state, Self.channel, try shortText(queue), 0)
        try check(reply)
        guard reply.reply.id == shim_basic_get_ok() else { return nil }
        return reply.reply.decoded.load(as: amqp_basic_get_ok_t.self)
    }

    func selectConfirms() throws(AMQPError) {
        _ = try ask(amqp_confirm_select(state, Self.channel))
    }

    private func shortText(_ text: String) throws(AMQPError) -> amqp_bytes_t {
        scratch.reset()
        return try shortTextToo(text)
    }

    private func shortTextToo(_ text: String) throws(AMQPError) -> amqp_bytes_t {
        guard text.utf8.count <= 255 else { throw AMQPError(.invalidMessage) }
        return scratch.bytes(text)
    }

    private func table(_ arguments: [String: FieldValue]) throws(AMQPError) -> amqp_table_t {
        guard let size = WireTable.size(arguments), size + 1024 <= frameMax else { throw AMQPError(.invalidMessage) }
        return WireTable.write(arguments, in: scratch)
    }
}
