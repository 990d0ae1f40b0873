/// The CloudEvents 1.0 envelope in structured JSON. Attributes nobody here knows are tolerated: extensions are allowed.
struct Envelope {
    let id: String
    let source: String
    let type: EventType
    /// The entry of `data`.
    let data: Int

    init(_ document: JSONDocument, _ context: MessageContext) throws(EventFault) {
        guard !document.tape.isEmpty, document.kind(0) == .object else {
            throw EventFault(
                .notCloudEvent,
                at: "body",
                remedy:
                    "Send one CloudEvent in structured mode: a JSON object with specversion, id, source, type, data."
            )
        }
        try Self.checkVersion(document)
        id = try Self.attribute("id", document)
        source = try Self.attribute("source", document)
        let name = try Self.attribute("type", document)
        try Self.match(context.messageID, id, property: "message_id", attribute: "id")
        try Self.match(context.type, name, property: "type", attribute: "type")
        try Self.match(context.routingKey, name, property: "routing key", attribute: "type")
        try Self.match(context.appID, source, property: "app_id", attribute: "source")
        switch EventType.lookup(name) {
        case .known(let known): type = known
        case .unknownVersion:
            throw EventFault(.unknownVersion, at: "type", remedy: "Send version v1 of this type.")
        case .unknownType:
            throw EventFault(.unknownType, at: "type", remedy: "Send one of the types of the published description.")
        }
        try Self.checkContentType(document)
        try Self.checkTime(document)
        data = try Self.data(document)
    }

    private static func checkVersion(_ document: JSONDocument) throws(EventFault) {
        let remedy = "Send specversion \"1.0\" as a string."
        guard let index = present("specversion", document) else {
            throw EventFault(.notCloudEvent, at: "specversion", remedy: remedy)
        }
        guard document.kind(index) == .string else { throw EventFault(.wrongType, at: "specversion", remedy: remedy) }
        guard document.equals(index, "1.0") else {
            throw EventFault(.unknownSpecVersion, at: "specversion", remedy: remedy)
        }
    }

    private static func attribute(_ name: StaticString, _ document: JSONDocument) throws(EventFault) -> String {
        func fault(_ code: FaultCode) -> EventFault {
            let remedy = "Send \(name) as one line of 1 to \(maximumAttribute) bytes."
            return EventFault(code, at: name.description, remedy: remedy)
        }
        guard let index = present(name, document) else { throw fault(.missing) }
        guard document.kind(index) == .string else { throw fault(.wrongType) }
        let value = document.string(index)
        if CanonicalText.trimmed(value).isEmpty { throw fault(.empty) }
        guard value.utf8.count <= maximumAttribute else { throw fault(.tooLong) }
        guard CanonicalText.isOneLine(value) else { throw fault(.badFormat) }
        return value
    }

    private static func match(
        _ property: String?,
        _ value: String,
        property propertyName: String,
        attribute: String
    ) throws(EventFault) {
        guard let property, !property.isEmpty, property != value else { return }
        let remedy = "Give the message's \(propertyName) and the event's \(attribute) the same value."
        throw EventFault(.mismatch, at: attribute, remedy: remedy)
    }

    private static func checkContentType(_ document: JSONDocument) throws(EventFault) {
        guard let index = present("datacontenttype", document) else { return }
        let remedy = "Leave datacontenttype out, or send application/json."
        guard document.kind(index) == .string else {
            throw EventFault(.wrongType, at: "datacontenttype", remedy: remedy)
        }
        let value = document.string(index).lowercased()
        let media = value.prefix { $0 != ";" && $0 != " " }
        guard media == "application/json" else { throw EventFault(.notInList, at: "datacontenttype", remedy: remedy) }
    }

    private static func checkTime(_ document: JSONDocument) throws(EventFault) {
        guard let index = present("time", document) else { return }
        guard document.kind(index) == .string else {
            throw EventFault(.wrongType, at: "time", remedy: EventTime.remedy)
        }
        guard EventTime.parse(document.string(index)) != nil else {
            throw EventFault(.badTime, at: "time", remedy: EventTime.remedy)
        }
    }

    private static func data(_ document: JSONDocument) throws(EventFault) -> Int {
        guard let index = present("data", document) else {
            if present("data_base64", document) != nil {
                throw EventFault(.notCloudEvent, at: "data_base64", remedy: "Send data as a JSON object.")
            }
            throw EventFault(.missing, at: "data", remedy: "Add data: a JSON object with the fields of the type.")
        }
        guard document.kind(index) == .object else {
            throw EventFault(.wrongType, at: "data", remedy: "Send data as a JSON object.")
        }
        return index
    }

    private static func present(_ name: StaticString, _ document: JSONDocument) -> Int? {
        guard let index = document.member(0, name), document.kind(index) != .null else { return nil }
        return index
    }

    /// The same limit as the message properties that mirror the attributes.
    private static let maximumAttribute = 255

    // MARK: Origin

    /// What can be told of a message that need not be an event, nor even whole.
    static func origin(_ document: JSONDocument?, _ context: MessageContext) -> EventFault.Origin {
        var origin = EventFault.Origin()
        if let document {
            origin.id = line("id", in: 0, document, maximumAttribute)
            origin.source = line("source", in: 0, document, maximumAttribute)
            origin.type = line("type", in: 0, document, maximumAttribute)
            if let data = document.member(0, "data") {
                origin.requestRef = line("request_ref", in: data, document, 512)
                origin.reference = line("reference", in: data, document, 512)
            }
        }
        origin.id = origin.id ?? context.messageID
        origin.source = origin.source ?? context.appID
        origin.type = [origin.type, context.type, context.routingKey].compactMap { $0 }.first(where: isTypeName)
        return origin
    }

    private static func line(_ name: StaticString, in object: Int, _ document: JSONDocument, _ limit: Int) -> String? {
        guard let index = document.member(object, name), document.kind(index) == .string else { return nil }
        let value = document.string(index)
        let isUsable = !value.isEmpty && value.utf8.count <= limit && CanonicalText.isOneLine(value)
        return isUsable && (limit == maximumAttribute || value.unicodeScalars.count <= 128) ? value : nil
    }

    private static func isTypeName(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
