import FoundationEssentials
import Rights

/// Events to test with: small ones written here, and the published examples.
enum Sample {
    /// A fixed day, so that no test depends on when it runs.
    static let now = Date(timeIntervalSince1970: 1_790_000_000)  // 2026-09-21T14:13:20Z

    /// The smallest request that is accepted.
    static let request = event("request.submitted", data)
    static let data = """
        {"channel":"form","submitted_time":"2026-09-01T09:30:00Z","submitted_by":"subject","relationship":"end_user",\
        "right":"erasure","regulation":"gdpr","subjects":[{"identities":[{"type":"email","value":"ann@example.com"}]}]}
        """

    static func event(_ type: String, _ data: String) -> String {
        #"{"specversion":"1.0","id":"e-1","source":"/shop","type":"io.habeas.\#(type).v1","data":\#(data)}"#
    }

    /// The small request with one stretch of its text exchanged.
    static func request(_ text: String, _ replacement: String) -> String {
        precondition(request.contains(text), "The sample has no \(text)")
        return request.replacing(text, with: replacement)
    }

    /// The small request with further members in its data.
    static func request(adding members: String) -> String { request(#"{"channel""#, #"{\#(members),"channel""#) }

    static func parse(_ body: String, _ context: MessageContext = MessageContext()) -> Result<ParsedEvent, EventFault> {
        EventParser.parse(Array(body.utf8), context: context, now: now)
    }

    static func fault(_ body: [UInt8], _ context: MessageContext = MessageContext()) -> EventFault? {
        if case .failure(let fault) = EventParser.parse(body, context: context, now: now) { fault } else { nil }
    }

    static func fault(_ body: String) -> EventFault? { fault(Array(body.utf8)) }

    /// A file below `deploy/`.
    static func published(_ path: String) throws -> [UInt8] {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        return [UInt8](try Data(contentsOf: URL(filePath: "/\(root)/deploy/\(path)")))
    }
}
