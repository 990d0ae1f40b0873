import AMQP
import Fleet
import FoundationEssentials
import Rights

/// One event of a file, as the bytes that will be sent.
struct OutgoingEvent {
    /// Where it begins in the file, from 1.
    let line: Int
    let body: [UInt8]

    /// One event that may span lines, or one a line.
    static func split(_ bytes: [UInt8]) -> [OutgoingEvent] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
            .filter { !$0.element.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
        guard let first = lines.first else { return [] }
        let opensOnly = first.element.last { $0 != 0x20 && $0 != 0x0D } != UInt8(ascii: "}")
        if lines.count == 1 || opensOnly || JSONScanner.scan(bytes, maximumDepth: 64).1 == nil {
            return [OutgoingEvent(line: first.offset + 1, body: bytes)]
        }
        return lines.map { OutgoingEvent(line: $0.offset + 1, body: Array($0.element)) }
    }

    /// What intake would refuse it for, as far as the event alone shows.
    func fault(now: Date) -> EventFault? {
        guard case .failure(let fault) = EventParser.parse(body, context: MessageContext(), now: now) else {
            return nil
        }
        return fault
    }

    /// The message, its properties mirroring the event's attributes as far as those can be read.
    func message(user: String, fallbackType: String) -> Message {
        let (id, source, type) = attributes
        let key = type ?? fallbackType
        var properties = Properties(
            contentType: "application/cloudevents+json",
            deliveryMode: .persistent,
            messageID: id,
            type: key
        )
        properties.appID = source
        // The broker closes the channel unless this is the login of the connection: it is what intake believes.
        properties.userID = user
        return Message(exchange: Topology.events, routingKey: key, mandatory: true, properties: properties, body: body)
    }

    private var attributes: (id: String?, source: String?, type: String?) {
        let document = JSONScanner.scan(body, maximumDepth: 64).0
        func attribute(_ name: StaticString) -> String? {
            guard let index = document.member(0, name), document.kind(index) == .string else { return nil }
            let value = document.string(index)
            return value.isEmpty || value.utf8.count > 255 || value.utf8.contains(0) ? nil : value
        }
        return (attribute("id"), attribute("source"), attribute("type"))
    }
}
