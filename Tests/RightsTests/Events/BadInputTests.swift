import Rights
import Testing

/// One body that must be refused, with where and why.
struct BadInput: Sendable, CustomTestStringConvertible {
    let name: String
    let body: [UInt8]
    let field: String
    let fault: FaultCode

    init(_ name: String, _ body: String, _ field: String, _ fault: FaultCode) {
        self.init(name, bytes: Array(body.utf8), field, fault)
    }

    init(_ name: String, bytes: [UInt8], _ field: String, _ fault: FaultCode) {
        self.name = name
        self.body = bytes
        self.field = field
        self.fault = fault
    }

    var testDescription: String { name }
}

@Suite("Bad input gets a clear answer")
struct BadInputTests {
    @Test(
        "It is refused with field, fault and remedy",
        arguments: BadInput.text + BadInput.envelope + BadInput.fields + BadInput.values
    )
    func refused(_ input: BadInput) throws {
        let fault = try #require(Sample.fault(input.body))
        #expect(fault.field == input.field)
        #expect(fault.fault == input.fault)
        #expect(fault.remedy.hasSuffix(".") && fault.remedy.count > 8)
    }

    @Test("There are at least eighty of them")
    func enough() {
        #expect(BadInput.text.count + BadInput.envelope.count + BadInput.fields.count + BadInput.values.count >= 80)
    }

    @Test("Message properties that contradict the event refuse it")
    func properties() {
        let cases = [
            (MessageContext(messageID: "e-2"), "id"), (MessageContext(type: "io.habeas.fee.paid.v1"), "type"),
            (MessageContext(appID: "/other"), "source"), (MessageContext(routingKey: "io.habeas.fee.paid.v1"), "type"),
        ]
        for (context, field) in cases {
            let fault = Sample.fault(Array(Sample.request.utf8), context)
            #expect(fault?.field == field)
            #expect(fault?.fault == .mismatch)
        }
        let agreeing = MessageContext(
            messageID: "e-1",
            type: "io.habeas.request.submitted.v1",
            appID: "/shop",
            userID: "u"
        )
        #expect(Sample.fault(Array(Sample.request.utf8), agreeing) == nil)
    }

    @Test("A refused event is still recognised, from its body or else from its message")
    func origin() throws {
        let bad = Sample.request(adding: #""request_ref":"T-1","reference":"r-9","country":"XX""#)
        let origin = try #require(Sample.fault(bad)).origin
        #expect(origin.id == "e-1")
        #expect(origin.source == "/shop")
        #expect(origin.type == "io.habeas.request.submitted.v1")
        #expect(origin.requestRef == "T-1")
        #expect(origin.reference == "r-9")
        let torn = Array(bad.utf8.prefix(bad.utf8.count / 2))
        #expect(Sample.fault(torn)?.origin.id == "e-1")
        #expect(Sample.fault(torn)?.origin.requestRef == "T-1")
        let context = MessageContext(messageID: "m-1", type: "io.habeas.breach.detected.v1", appID: "/s")
        let unreadable = try #require(Sample.fault([0xFF, 0xFE], context)).origin
        #expect(unreadable.id == "m-1")
        #expect(unreadable.type == "io.habeas.breach.detected.v1")
    }

    @Test("G4: unknown fields are dropped unread and named by path, names that are no identifiers are not repeated")
    func warnings() throws {
        let body = Sample.request(adding: #""shoe_size":43,"Ann Example":1"#).replacing(
            #"{"type":"email""#,
            with: #"{"hint":{"deep":[1]},"type":"email""#
        )
        let event = try Sample.parse(body).get()
        #expect(Set(event.warnings) == ["data.shoe_size", "data.(unnamed)", "data.subjects[0].identities[0].hint"])
        #expect(!String(decoding: event.stored, as: UTF8.self).contains("shoe"))
        let many = (0..<100).map { "\"x\($0)\":1" }.joined(separator: ",")
        #expect(try Sample.parse(Sample.request(adding: many)).get().warnings.count == 32)
    }

    @Test("A time slightly ahead counts as now; null counts as absent; extension attributes are tolerated")
    func tolerated() throws {
        let ahead = try Sample.parse(Sample.request("2026-09-01T09:30:00Z", "2026-09-21T14:15:00Z")).get()
        guard case .requestSubmitted(let request) = ahead.payload else {
            Issue.record("It is no request")
            return
        }
        #expect(request.submittedTime == Sample.now)
        #expect(Sample.fault(Sample.request(adding: #""country":null,"scope":[]"#)) == nil)
        #expect(
            Sample.fault(Sample.request(#"{"specversion""#, #"{"traceparent":"00-ab","myext":{"a":1},"specversion""#))
                == nil
        )
    }

    @Test("Types and versions are told apart, and legal time is seen in both")
    func types() {
        #expect(EventType.lookup("io.habeas.fee.paid.v1") == .known(.feePaid))
        #expect(EventType.lookup("io.habeas.fee.paid.v12") == .unknownVersion)
        #expect(EventType.lookup("io.habeas.fee.paid.vx") == .unknownType)
        #expect(EventType.lookup("io.habeas.fee") == .unknownType)
        #expect(EventType.lookup("org.other.fee.paid.v1") == .unknownType)
        #expect(EventType.carriesLegalTime(name: "io.habeas.breach.detected.v9"))
        #expect(!EventType.carriesLegalTime(name: "io.habeas.fee.paid.v1"))
        #expect(EventType.complaintReceived.carriesLegalTime && !EventType.taskFailed.carriesLegalTime)
    }
}
