import Rights
import Testing

@Suite("What is kept of an event")
struct StoredEventTests {
    @Test("The stored form reads back as the same payload, and writes the same bytes", arguments: EventType.allCases)
    func roundTrip(_ type: EventType) throws {
        let body = try Sample.published("examples/\(type.rawValue).valid.json")
        let event = try EventParser.parse(body, context: MessageContext(), now: Sample.now).get()
        let read = try EventPayload(stored: event.stored)
        #expect(read == event.payload)
        #expect(read.stored == event.stored)
    }

    @Test("A3: card numbers in free text are masked before they are stored")
    func masks() throws {
        let body = Sample.request(
            adding:
                #""message":"my card 4111 1111 1111 1111 please","corrections":[{"field":"card","value":"5500-0000-0000-0004"}]"#
        )
        let stored = String(decoding: try Sample.parse(body).get().stored, as: UTF8.self)
        #expect(stored.contains("**** **** **** 1111"))
        #expect(stored.contains("****-****-****-0004"))
        #expect(!stored.contains("4111"))
    }

    @Test("Quotation marks, line ends and other alphabets survive")
    func escapes() throws {
        let body = Sample.request(adding: #""message":"\"a\\b\"\n\t\u0001\ud83d\ude00 Ünï""#)
        let event = try Sample.parse(body).get()
        guard case .requestSubmitted(let request) = try EventPayload(stored: event.stored) else {
            Issue.record("It is no request")
            return
        }
        #expect(request.message == "\"a\\b\"\n\t\u{1}\u{1F600} Ünï")
    }

    @Test("An unknown stored version is refused, not guessed")
    func versions() {
        #expect(throws: EventFault.self) {
            try EventPayload(stored: Array(#"{"v":2,"type":"fee.paid","data":{}}"#.utf8))
        }
        #expect(throws: EventFault.self) {
            try EventPayload(stored: Array(#"{"v":1,"type":"fee.lost","data":{}}"#.utf8))
        }
        #expect(throws: EventFault.self) { try EventPayload(stored: []) }
    }
}
