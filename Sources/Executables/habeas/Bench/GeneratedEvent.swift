import AMQP
import FoundationEssentials
import Rights

/// A made-up `request.submitted` of an end user: two identities, a contact and a short text, 1,000 bytes in all.
///
/// Its id begins with the microsecond at which it was due to be sent, so that latency can be computed from the inbox alone.
struct GeneratedEvent {
    static let source = "/bench/desk"

    let index: Int
    let id: String
    let body: [UInt8]

    private static let rights = ["access", "erasure", "portability"]
    private static let regulations = ["gdpr", "uk_gdpr", "ccpa"]

    /// - Parameters:
    ///   - clients: how many clients the events are spread over, `client-1` and so on: locks and look-ups are as mixed as in life.
    ///   - hasContact: whether the person can be written to.
    ///   - isInstruction: whether an administrator of the client has the person with the number of the event erased.
    init(_ index: Int, due: Date, clients: Int, hasContact: Bool, isInstruction: Bool = false) {
        self.index = index
        id = "\(Int(due.timeIntervalSince1970 * 1_000_000))-\(index)"
        let time = EventTime.text(due)
        let email = #"{"type":"email","value":"Person.\#(id)@mail.example.com"},"#
        let contact =
            hasContact
            ? #","contact":{"email":"person.\#(id)@mail.example.com","name":"Pat Person \#(index)","locale":"de-DE"}"#
            : ""
        let asked =
            isInstruction
            ? """
            "submitted_by":"client","instructed_by":{"user":"admin","role":"administrator","channel":"console"},"instructed_at":"\(time)",\
            "right":"erasure","regulation":"gdpr",
            """
            : """
            "submitted_by":"subject","right":"\(Self.rights[index % 3])","regulation":"\(Self.regulations[index / 3 % 3])",
            """
        let person = isInstruction ? "customer-\(index + 1)" : "customer-\(id)"
        let text = """
            {"specversion":"1.0","id":"\(id)","source":"\(Self.source)","type":"\(EventType.requestSubmitted.name)",\
            "time":"\(time)","datacontenttype":"application/json","data":{"request_ref":"ref-\(id)","channel":"form",\
            "submitted_time":"\(time)",\(asked)"relationship":"end_user",\
            "client":"client-\(1 + index % clients)","country":"DE","subjects":[{"identities":[\
            \(hasContact ? email : "")\
            {"type":"controller_customer_id","value":"\(person)"}]\(contact)}],"session_verified":true,"message":"Hello, please send me \
            everything that you hold about me, in a form that I can read, and tell me where you have it from. I have been \
            a customer since 2019 under this address. Thank you.","reference":"T-\(index)"}}
            """
        body = Array(text.utf8)
    }

    /// As an upstream app publishes it: CloudEvents to `habeas.events`, properties mirroring the event.
    func message(user: String, exchange: String) -> Message {
        var properties = Properties(
            contentType: "application/cloudevents+json",
            messageID: id,
            type: EventType.requestSubmitted.name
        )
        properties.appID = Self.source
        properties.userID = user
        return Message(
            exchange: exchange,
            routingKey: EventType.requestSubmitted.name,
            properties: properties,
            body: body
        )
    }

    /// The same event as the one argument of a Celery task (message protocol 2), straight into its queue.
    func task(_ task: String, queue: String) -> Message {
        let taskID = UUID().lowercaseText
        var properties = Properties(contentType: "application/json")
        properties.contentEncoding = "utf-8"
        properties.correlationID = taskID
        properties.headers = [
            "lang": .string("py"), "task": .string(task), "id": .string(taskID), "root_id": .string(taskID),
            "parent_id": .null, "group": .null, "eta": .null, "expires": .null, "retries": 0,
            "timelimit": .array([.null, .null]), "argsrepr": .string("…"), "kwargsrepr": .string("{}"),
            "origin": .string("bench"), "ignore_result": .bool(true),
        ]
        let body =
            Array("[[".utf8) + body + Array(#"],{},{"callbacks":null,"errbacks":null,"chain":null,"chord":null}]"#.utf8)
        return Message(exchange: "", routingKey: queue, properties: properties, body: body)
    }
}
