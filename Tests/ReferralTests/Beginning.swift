import Foundation
import Rights

/// How intake would begin a case.
enum Beginning {
    struct Unreadable: Error {}

    static let acme = Client(
        id: "acme",
        names: [],
        place: Place(country: "DE", zone: .gmt),
        isSuspended: false,
        hasBAA: false,
        hasAddendum: true
    )

    static func opening(
        _ right: Right,
        _ relationship: Relationship,
        _ submitter: Submitter,
        _ isClientKnown: Bool,
        regulation: Regulation = .gdpr,
        more: String = ""
    ) throws -> CaseOpening {
        let instructed =
            submitter == .client
            ? #","instructed_by":{"user":"u","role":"admin","channel":"app"},"instructed_at":"2026-03-02T08:30:00Z""#
            : ""
        let agent = submitter == .authorisedAgent ? #","agent":{"name":"A","authority":"power of attorney"}"# : ""
        let body = """
            {"specversion":"1.0","id":"1","source":"/x","type":"io.habeas.request.submitted.v1","data":{"channel":"form",
            "submitted_time":"2026-03-02T08:00:00Z","submitted_by":"\(submitter.rawValue)",
            "relationship":"\(relationship.rawValue)","right":"\(right.rawValue)","regulation":"\(regulation.rawValue)",
            "subjects":[{"identities":[{"type":"email","value":"ann@example.com"}]}]\(instructed)\(agent)\(optOut(right))\(more)}}
            """
        let parsed = EventParser.parse(Array(body.utf8), context: MessageContext(), now: SimulatedCase.start)
        guard case .success(let event) = parsed, case .requestSubmitted(let request) = event.payload else {
            throw Unreadable()
        }
        return CaseOpening(
            request,
            client: isClientKnown ? acme : nil,
            policy: Policy(profile: .standard(named: "kustomer")),
            receivedAt: SimulatedCase.start,
            atlas: HolidayAtlas()
        )
    }

    private static func optOut(_ right: Right) -> String {
        switch right {
        case .optOut: #","opt_out_of":["marketing"]"#
        case .rectification: #","corrections":[{"field":"city","value":"Bonn"}]"#
        default: ""
        }
    }
}
