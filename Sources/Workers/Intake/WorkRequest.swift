import AMQP
import Fleet
import FoundationEssentials
import Rights

/// What the fleet itself asks of intake: to read parked messages again, or to look again at what came too early for cases.
enum WorkRequest {
    case replay([UUID])
    case reconsider([UUID])

    init(reading delivery: Delivery) throws(EventFault) {
        let (document, fault) = JSONScanner.scan(delivery.body, maximumDepth: 2)
        func list(_ name: StaticString) -> Int? {
            guard fault == nil, document.kind(0) == .object, let list = document.member(0, name),
                document.kind(list) == .array
            else { return nil }
            return list
        }
        if delivery.properties.type == ReconsiderMessage.type {
            guard let list = list("cases") else { throw Self.malformed("cases", "cases'") }
            self = .reconsider(try Self.ids(document, list, "cases", "cases'"))
        } else {
            guard let list = list("replay") else { throw Self.malformed("replay", "parked messages'") }
            self = .replay(try Self.ids(document, list, "replay", "parked messages'"))
        }
    }

    private static func ids(
        _ document: JSONDocument,
        _ list: Int,
        _ field: String,
        _ whose: String
    ) throws(EventFault) -> [UUID] {
        var ids: [UUID] = []
        var index = list + 1
        let end = document.after(list)
        while index < end {
            guard document.kind(index) == .string, let id = UUID(uuidString: document.string(index)) else {
                throw malformed(field, whose)
            }
            ids.append(id)
            index = document.after(index)
        }
        return ids
    }

    private static func malformed(_ field: String, _ whose: String) -> EventFault {
        EventFault(.badFormat, at: field, remedy: "Send a list of \(whose) ids.")
    }
}
