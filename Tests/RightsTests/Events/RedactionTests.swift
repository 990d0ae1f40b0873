import Rights
import Testing

@Suite("Payloads never print what they hold")
struct RedactionTests {
    @Test("Interpolation, dump and reflection show no value", arguments: EventType.allCases)
    func redacted(_ type: EventType) throws {
        let body = try Sample.published("examples/\(type.rawValue).valid.json")
        let event = try EventParser.parse(body, context: MessageContext(), now: Sample.now).get()
        var printed = "\(event) \(event.payload) \(event.payload.data) \(String(reflecting: event)) \([event.payload])"
        printed += String(describing: Optional(event.payload.data))
        dump(event, to: &printed)
        dump(event.payload, to: &printed)
        dump(event.payload.data, to: &printed)
        dump(["case": event.payload], to: &printed)
        if case .requestSubmitted(let request) = event.payload {
            dump(request.subjects, to: &printed)
            dump(request.subjects[0].identities, to: &printed)
            printed += "\(request.subjects) \(request.subjects[0].identities[0])"
            printed +=
                "\(String(describing: request.agent)) \(request.corrections) \(String(describing: request.instructedBy))"
        }
        for value in try #require(try Tree(body)["data"]).strings where value.utf8.count > 3 {
            #expect(!printed.contains(value))
        }
    }
}

extension Tree {
    var strings: [String] {
        switch self {
        case .text(let text): [text]
        case .list(let items): items.flatMap(\.strings)
        case .object(let members): members.values.flatMap(\.strings)
        default: []
        }
    }
}
