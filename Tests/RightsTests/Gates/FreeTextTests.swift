import Rights
import Testing

@Suite("A person's own words")
struct FreeTextTests {
    @Test("A3: are withheld where they may tell of health and no business associate agreement covers them")
    func withheld() throws {
        let covered = Client(id: "globex", names: [], place: .unknown, isSuspended: false, hasBAA: true)
        #expect(FreeText.isWithheld(hasHealthData: true, hasAgreement: false))
        #expect(!FreeText.isWithheld(hasHealthData: true, hasAgreement: true))
        #expect(!FreeText.isWithheld(hasHealthData: false, hasAgreement: false))
        let health = #","health_data":true"#
        for (client, isWarned) in [(CaseOpeningTests.acme, true), (nil, true), (covered, false)] {
            let opening = CaseOpeningTests.opening(try CaseOpeningTests.request("access", health), client: client)
            #expect(opening.hasHealthData && opening.warnings.contains(.healthWithoutAgreement) == isWarned)
        }
    }

    @Test("A3: are taken out of what is stored, and nothing else is")
    func taken() throws {
        let more = #","message":"my diabetes","scope":["blood tests"]"#
        let request = try CaseOpeningTests.request("access", more)
        let (payload, withheld) = EventPayload.requestSubmitted(request).withoutFreeText
        #expect(withheld == ["message", "scope"])
        let stored = String(decoding: payload.stored, as: UTF8.self)
        #expect(!stored.contains("diabetes") && !stored.contains("blood"))
        #expect(stored.contains("ann@example.com"))
        let plain = EventPayload.requestSubmitted(try CaseOpeningTests.request("access"))
        #expect(plain.withoutFreeText.payload == plain && plain.withoutFreeText.withheld.isEmpty)
    }

    @Test(
        "A3: are taken out of later events too",
        arguments: [
            ("request.clarified", #"{"request_ref":"r","text":"my diabetes","scope":["blood"]}"#, ["text", "scope"]),
            ("request.withdrawn", #"{"request_ref":"r","by":"subject","reason":"my diabetes"}"#, ["reason"]),
        ]
    )
    func later(_ type: String, _ data: String, _ fields: [String]) throws {
        let event = try Sample.parse(Sample.event(type, data)).get()
        let (payload, withheld) = event.payload.withoutFreeText
        #expect(withheld == fields)
        let stored = String(decoding: payload.stored, as: UTF8.self)
        #expect(!stored.contains("diabetes") && !stored.contains("blood"))
    }
}
