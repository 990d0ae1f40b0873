package import FoundationEssentials

/// Reads one message: JSON, envelope, and the payload of its type, each strictly.
///
/// A required field that is missing or wrong refuses the event; a field nobody declared is dropped unread and named in a
/// warning. Nothing here knows publishers or clients.
package enum EventParser {
    package static let maximumSize = 256 << 10
    /// Objects and lists inside each other within `data`, `data` itself being the first.
    package static let maximumDataDepth = 8

    /// `now` is the domain time against which anchors are checked.
    package static func parse(_ body: [UInt8], context: MessageContext, now: Date) -> Result<ParsedEvent, EventFault> {
        guard body.count <= maximumSize else {
            let remedy = "Send at most \(maximumSize) bytes; hand larger things over by reference."
            return .failure(EventFault(.tooLarge, at: "body", remedy: remedy, origin: Envelope.origin(nil, context)))
        }
        // The envelope is one level more.
        let (document, jsonFault) = JSONScanner.scan(body, maximumDepth: maximumDataDepth + 1)
        do throws(EventFault) {
            if let jsonFault { throw EventFault(jsonFault, in: document) }
            let envelope = try Envelope(document, context)
            let terms = FieldReader.Terms(now: now, isStored: false)
            let (payload, warnings) = try read(envelope.type, document, at: envelope.data, terms)
            return .success(
                ParsedEvent(id: envelope.id, source: envelope.source, payload: payload, warnings: warnings)
            )
        } catch {
            var fault = error
            fault.origin = Envelope.origin(document, context)
            return .failure(fault)
        }
    }

    static func read(
        _ type: EventType,
        _ document: JSONDocument,
        at index: Int,
        _ terms: FieldReader.Terms
    ) throws(EventFault) -> (EventPayload, [String]) {
        do throws(EventFault) {
            var reader = try FieldReader(document, at: index, shape: type.shape, terms: terms)
            let payload = try EventPayload(type, reading: &reader)
            return (payload, reader.warnings.map { "data.\($0)" })
        } catch {
            throw error.within("data")
        }
    }
}

extension EventFault {
    /// A fault of the text, at the place of the document it was found in.
    init(_ fault: JSONFault, in document: JSONDocument) {
        let path = document.path(to: fault.offset)
        let place = path.isEmpty ? "body" : path
        switch fault.reason {
        case .syntax:
            self.init(.notJSON, at: "body", remedy: "Send one JSON object; reading stopped at byte \(fault.offset).")
        case .text:
            let remedy =
                "Send UTF-8 without NUL, control characters and halves of surrogate pairs; see byte \(fault.offset)."
            self.init(.invalidText, at: place, remedy: remedy)
        case .duplicateKey:
            self.init(.duplicateKey, at: place, remedy: "Name each field once; see byte \(fault.offset).")
        case .depth:
            let remedy = "Nest at most \(EventParser.maximumDataDepth) objects and lists within data."
            self.init(.tooDeep, at: place, remedy: remedy)
        case .number:
            self.init(.outOfRange, at: place, remedy: "Send a number that a double can hold; see byte \(fault.offset).")
        }
    }
}

extension JSONDocument {
    /// The path of the value around a byte. Names that are no identifiers are not repeated.
    func path(to offset: Int) -> String {
        var path = ""
        var index = 0
        while index < tape.count, kind(index) == .object || kind(index) == .array {
            let isObject = kind(index) == .object
            let end = after(index)
            var child = index + 1
            var position = 0
            var inside: (index: Int, position: Int, key: Int)?
            while child < end, self.offset(child) <= offset + 1 {
                let value = isObject ? child + 1 : child
                inside = (value, position, child)
                guard value < end else { break }
                child = after(value)
                position += 1
            }
            guard let inside else { break }
            if isObject {
                let name = FieldReader.printable(string(inside.key))
                path += path.isEmpty ? name : ".\(name)"
            } else {
                path += "[\(inside.position)]"
            }
            index = inside.index
        }
        return path
    }
}
