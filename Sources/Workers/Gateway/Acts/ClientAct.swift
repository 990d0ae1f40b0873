import Fleet
import FoundationEssentials
import HTTPTypes
import Ledger
import Rights

/// What a client does, as the event that an app of the vendor's would publish for it: the same words under the same key are the same
/// event, whichever copy of the gateway takes them and however often.
struct ClientAct: Sendable {
    let event: ParsedEvent
    /// What is published.
    let bytes: [UInt8]
    /// What intake remembers it by, and what it compares a repetition with.
    let dedupeKey: [UInt8]
    let contentDigest: [UInt8]

    /// - Parameters:
    ///   - call: its body holds the words: the members of the event's data that the path does not say.
    ///   - given: names of members that the path or the token says; a body that has one is refused.
    ///   - members: writes those.
    /// - Throws: a ``Problem`` for what intake would refuse.
    init(
        _ type: EventType,
        in call: Call,
        given: [StaticString],
        digest: KeyedDigest,
        _ members: (inout JSONWriter) -> Void
    ) throws(Problem) {
        let (document, fault) = JSONScanner.scan(call.body, maximumDepth: EventParser.maximumDataDepth)
        guard fault == nil, document.kind(0) == .object else {
            throw Problem(.malformed, "body", "is not one JSON object", "send one, in UTF-8, each member once")
        }
        if let taken = given.first(where: { document.member(0, $0) != nil }) {
            throw Problem(.invalidField, "\(taken)", "is said by path and token", "leave it out of the body")
        }
        let source = Publisher.gatewaySource(of: call.client)
        let key = try Self.key(call.head.headerFields[.idempotencyKey])
        var writer = JSONWriter(capacity: call.body.count + 512)
        writer.object { envelope in
            envelope.member("specversion", "1.0")
            envelope.member("id", key ?? "unnamed")
            envelope.member("source", source)
            envelope.member("type", type.name)
            envelope.key("data")
            envelope.object { data in
                members(&data)
                data.members(of: call.body)
            }
        }
        let read: ParsedEvent
        switch EventParser.parse(writer.bytes, context: MessageContext(), now: call.now) {
        case .success(let event): read = event
        case .failure(let fault): throw Problem(fault)
        }
        // Without a key the words themselves are one: what is said twice is done once.
        let id = key ?? "words-" + Hex.text(digest.digest(.message, [read.cloudEvent]))
        event = ParsedEvent(id: id, source: source, payload: read.payload, warnings: read.warnings)
        bytes = event.cloudEvent
        dedupeKey = digest.digest(.dedupe, Publisher.gateway.id, source, id)
        contentDigest = digest.digest(.content, CollectionOfOne(bytes))
    }

    /// The header's value, which is the event's id.
    private static func key(_ header: String?) throws(Problem) -> String? {
        guard var key = header else { return nil }
        // As a structured header has it, in quotes.
        if key.count > 2, key.first == "\"", key.last == "\"" { key = String(key.dropFirst().dropLast()) }
        guard (1...200).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(
                .malformed,
                "idempotency-key",
                "is not 1 to 200 visible ASCII characters",
                "make one up for each act, a UUID for instance, and repeat it with the same act only"
            )
        }
        return key
    }
}
