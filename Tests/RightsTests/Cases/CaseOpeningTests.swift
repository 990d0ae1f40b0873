import Foundation
import Rights
import Testing

@Suite("How a case begins")
struct CaseOpeningTests {
    /// Monday, an hour after the person asked.
    static let now = Date(timeIntervalSince1970: 1_772_442_000)  // 2026-03-02T09:00:00Z
    static let asked = "2026-03-02T08:00:00Z"
    static let acme = Client(
        id: "acme",
        names: ["Acme GmbH"],
        place: PlaceTests.berlin,
        isSuspended: false,
        hasBAA: false
    )

    /// A request as it is read from an event.
    static func request(
        _ right: String = "erasure",
        relationship: String = "end_user",
        by submitter: String = "subject",
        regulation: String = "gdpr",
        _ more: String = ""
    ) throws -> RequestSubmitted {
        let body = """
            {"specversion":"1.0","id":"1","source":"/x","type":"io.habeas.request.submitted.v1","data":{"channel":"form",
            "submitted_time":"\(asked)","submitted_by":"\(submitter)","relationship":"\(relationship)","right":"\(right)",
            "regulation":"\(regulation)","subjects":[{"identities":[{"type":"email","value":"ann@example.com"}]}]\(more)}}
            """
        switch EventParser.parse(Array(body.utf8), context: MessageContext(), now: now) {
        case .success(let event):
            guard case .requestSubmitted(let request) = event.payload else { throw Unexpected(field: "type") }
            return request
        case .failure(let fault): throw Unexpected(field: fault.field)
        }
    }

    struct Unexpected: Error { let field: String }

    static func opening(
        _ request: RequestSubmitted,
        client: Client? = acme,
        profile: String = "kustomer",
        at now: Date = now
    ) -> CaseOpening {
        CaseOpening(request, client: client, profile: profile, receivedAt: now, holidays: .unknown)
    }

    static func instruction(_ role: String, at time: String = "2026-03-02T08:30:00Z") -> String {
        #","instructed_by":{"user":"dana","role":"\#(role)","channel":"app"},"instructed_at":"\#(time)""#
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var right = "erasure"
        var relationship = "end_user"
        var submitter = "subject"
        var more = ""
        var client: Client? = acme
        let lane: Lane
        let role: Role
        let state: CaseState
        let queue: WorkQueue
        var warnings: [CaseOpening.Warning] = []
    }

    static let rows: [Row] = [
        Row(
            testDescription: "K2 an end user's wish is referred",
            lane: .referral,
            role: .processor,
            state: .received,
            queue: .referral
        ),
        Row(
            testDescription: "K2 an unknown person's too",
            relationship: "unknown",
            lane: .referral,
            role: .processor,
            state: .received,
            queue: .referral
        ),
        Row(
            testDescription: "without a client it asks for one",
            client: nil,
            lane: .referral,
            role: .processor,
            state: .needsClient,
            queue: .referral
        ),
        Row(
            testDescription: "a client named in unknown words asks a person",
            more: #","client_named":"Acme?""#,
            client: nil,
            lane: .referral,
            role: .processor,
            state: .needsClient,
            queue: .referral,
            warnings: [.clientUnresolved]
        ),
        Row(
            testDescription: "Y6 a client's user must be known before data moves",
            relationship: "client_user",
            lane: .own,
            role: .controller,
            state: .needsIdentity,
            queue: .referral
        ),
        Row(
            testDescription: "Y6 a session that is verified is enough",
            right: "access",
            relationship: "visitor",
            more: #","session_verified":true"#,
            lane: .own,
            role: .controller,
            state: .inProgress,
            queue: .export
        ),
        Row(
            testDescription: "Y6 nobody is asked who they are for opting out",
            right: "opt_out",
            relationship: "visitor",
            more: #","opt_out_of":["marketing"]"#,
            lane: .own,
            role: .controller,
            state: .inProgress,
            queue: .erasure
        ),
        Row(
            testDescription: "K7 an administrator's instruction is carried out",
            submitter: "client",
            more: instruction("Admin"),
            lane: .fulfilment,
            role: .processor,
            state: .inProgress,
            queue: .erasure
        ),
        Row(
            testDescription: "K7 an instruction to export goes to export",
            right: "portability",
            submitter: "client",
            more: instruction("owner"),
            lane: .fulfilment,
            role: .processor,
            state: .inProgress,
            queue: .export
        ),
        Row(
            testDescription: "K7 anybody else's instruction is confirmed first",
            submitter: "client",
            more: instruction("agent"),
            lane: .fulfilment,
            role: .processor,
            state: .received,
            queue: .referral,
            warnings: [.instructionToConfirm]
        ),
        Row(
            testDescription: "K7 a client's instruction about its own user is still an instruction",
            relationship: "client_user",
            submitter: "client",
            more: instruction("admin"),
            lane: .fulfilment,
            role: .processor,
            state: .inProgress,
            queue: .erasure
        ),
        Row(
            testDescription: "A3 health data without an agreement is warned of",
            more: #","health_data":true"#,
            lane: .referral,
            role: .processor,
            state: .received,
            queue: .referral,
            warnings: [.healthWithoutAgreement]
        ),
    ]

    @Test("is decided by whose it is", arguments: rows)
    func route(_ row: Row) throws {
        let request = try Self.request(row.right, relationship: row.relationship, by: row.submitter, row.more)
        let opening = Self.opening(request, client: row.client)
        #expect(opening.kind == .request)
        #expect(opening.lane == row.lane && opening.role == row.role)
        #expect(opening.state == row.state && opening.queue == row.queue)
        #expect(opening.warnings == row.warnings)
        #expect(opening.deadlines == opening.deadlines.sorted { $0.due < $1.due })
    }

    private func rules(_ opening: CaseOpening) -> Set<String> { Set(opening.deadlines.map(\.rule.id)) }

    @Test("K5, K7: carries the clocks of its lane")
    func clocks() throws {
        #expect(rules(Self.opening(try Self.request())) == ["profile.refer", "gdpr.respond", "profile.assist"])
        let instructed = Self.opening(try Self.request(by: "client", Self.instruction("admin")))
        #expect(rules(instructed) == ["kustomer.instructed_erasure", "gdpr.respond", "profile.assist"])
        let own = Self.opening(try Self.request("access", relationship: "client_user", regulation: "ccpa"))
        #expect(rules(own) == ["ccpa.respond", "ccpa.confirm_receipt"])
    }

    @Test("K7 counts an instruction from when it was given, and the person's right from when the person asked")
    func anchors() throws {
        let opening = Self.opening(
            try Self.request(by: "client", Self.instruction("admin", at: "2026-03-02T08:45:00Z"))
        )
        #expect(opening.anchor == (try instant("2026-03-02T08:45:00Z")))
        let purge = try #require(opening.deadlines.first { $0.rule.clock == .purge })
        #expect(purge.anchor == opening.anchor)
        #expect(PlaceTests.berlin.day(of: purge.due) == (try day("2026-05-31")))
        #expect(opening.deadlines.first { $0.rule.clock == .respond }?.anchor == (try instant(Self.asked)))
    }

    @Test("C2, K1: the vendor's own case answers by the earlier of statute and statement")
    func statement() throws {
        func respond(_ regulation: String, _ profile: String) throws -> String? {
            let request = try Self.request("access", relationship: "visitor", regulation: regulation)
            return Self.opening(request, profile: profile).deadlines.first { $0.rule.clock == .respond }?.rule.id
        }
        #expect(try respond("ccpa", "customer360") == "customer360.own_case")
        #expect(try respond("gdpr", "customer360") == "gdpr.respond")
        #expect(try respond("ccpa", "kustomer") == "ccpa.respond")
    }

    @Test("C6 a child's request is referred within minutes and erased within ten days")
    func minors() throws {
        let referred = Self.opening(try Self.request("erasure", #","minor_under_13":true"#))
        #expect(referred.deadlines.first?.rule.id == "profile.refer_minor")
        #expect(referred.deadlines.first?.due == Self.now.addingTimeInterval(900))
        let own = Self.opening(
            try Self.request("erasure", relationship: "visitor", #","minor_under_13":true"#),
            profile: "customer360"
        )
        #expect(own.deadlines.contains { $0.rule.id == "customer360.minor" })
        let access = Self.opening(
            try Self.request("access", relationship: "visitor", #","minor_under_13":true"#),
            profile: "customer360"
        )
        #expect(!access.deadlines.contains { $0.rule.id == "customer360.minor" })
    }

    @Test("Queue lag never lengthens a period: clocks run from the event's own time, and lateness is told")
    func lateness() throws {
        let request = try Self.request()
        let late = Self.opening(request, at: Self.now.addingTimeInterval(2 * 86_400))
        #expect(late.warnings == [.staleAnchor])
        let veryLate = Self.opening(request, at: Self.now.addingTimeInterval(60 * 86_400))
        #expect(veryLate.warnings == [.staleAnchor, .overdue])
        func due(_ opening: CaseOpening) -> Date? { opening.deadlines.first { $0.rule.clock == .respond }?.due }
        #expect(due(late) == due(Self.opening(request)) && due(veryLate) == due(late))
    }

    @Test("A regime that nobody knows is confirmed by a person")
    func otherRegime() throws {
        let opening = Self.opening(try Self.request(regulation: "other"))
        #expect(opening.warnings == [.regimeUnconfirmed])
        #expect(opening.deadlines.contains { $0.rule.id == "other.respond" && $0.rule.isUnverified })
    }

    @Test(
        "Only these roles instruct without a question",
        arguments: ["admin", "Administrator", "OWNER", "account_owner"]
    )
    func administrators(_ role: String) { #expect(CaseOpening.isAdministrator(role)) }

    @Test("Other roles are asked about", arguments: ["agent", "", "administrators", "admin ", "privacy contact"])
    func others(_ role: String) {
        #expect(!CaseOpening.isAdministrator(role))
        #expect(!CaseOpening.isAdministrator(nil))
    }
}
