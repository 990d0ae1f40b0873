import FoundationEssentials

extension ParsedEvent {
    /// Version of the stored form; decoders of earlier ones are kept.
    package static let storedVersion = 1

    /// The payload as it is kept, to be encrypted: compact JSON of the known fields, normalised, card numbers masked.
    package var stored: [UInt8] { payload.stored }
}

extension EventPayload {
    package var stored: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("v", ParsedEvent.storedVersion)
            writer.member("type", data.eventType)
            writer.key("data")
            writer.object { data.write(to: &$0) }
        }
        return writer.bytes
    }

    /// Reads the stored form. Limits and times were checked when the event came in and are not checked again.
    package init(stored bytes: [UInt8]) throws(EventFault) {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: EventParser.maximumDataDepth + 1)
        if let fault { throw EventFault(fault, in: document) }
        guard let version = document.member(0, "v"), document.kind(version) == .number,
            document.integer(version) == Int64(ParsedEvent.storedVersion)
        else { throw EventFault(.unknownVersion, at: "v", remedy: "Read it with the version that wrote it.") }
        guard let name = document.member(0, "type"), document.kind(name) == .string,
            let type = EventType(rawValue: document.string(name)), let data = document.member(0, "data")
        else { throw EventFault(.unknownType, at: "type", remedy: "Read it with the version that wrote it.") }
        let terms = FieldReader.Terms(now: Date(timeIntervalSince1970: 0), isStored: true)
        self = try EventParser.read(type, document, at: data, terms).0
    }
}

extension EventData {
    fileprivate var eventType: EventType { Self.type }
}
