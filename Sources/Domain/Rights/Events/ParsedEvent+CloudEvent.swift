extension ParsedEvent {
    /// The event as its publisher might have sent it, known fields only and in declared order: the same words give the same bytes.
    package var cloudEvent: [UInt8] {
        var writer = JSONWriter()
        writer.object { envelope in
            envelope.member("specversion", "1.0")
            envelope.member("id", id)
            envelope.member("source", source)
            envelope.member("type", type.name)
            envelope.key("data")
            envelope.object { payload.data.write(to: &$0) }
        }
        return writer.bytes
    }
}
