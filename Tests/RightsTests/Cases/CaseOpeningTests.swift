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
        hasBAA: false,
        hasAddendum: true
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
        profile: Profile = .standard(named: "kustomer"),
        at now: Date = now
    ) -> CaseOpening {
        CaseOpening(
            request,
            client: client,
            policy: Policy(profile: profile, agreement: client?.agreement),
            receivedAt: now,
            atlas: HolidayAtlas()
        )
    }

    /// What the statement of Customer360 promises beyond the law (C2, C6).
    static let customer360: Profile = {
        var profile = Profile.standard(named: "customer360")
        profile.clocks[.respond] = Profile.Setting(
            period: Period(30, .businessDay),
            clause: "Customer360, C2",
            sentence: "Queries are answered within 30 business days.",
            pausesAs: .gdpr
        )
        return profile
    }()

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
        let dates = opening.deadlines.map { $0.due ?? .distantFuture }
        #expect(dates == dates.sorted())
    }

    private func rules(_ opening: CaseOpening) -> Set<String> { Set(opening.deadlines.map(\.rule.id)) }

    @Test("K5, K7: carries the clocks of its lane")
    func clocks() throws {
        #expect(rules(Self.opening(try Self.request())) == ["default.refer", "gdpr.respond", "default.assist"])
        let instructed = Self.opening(try Self.request(by: "client", Self.instruction("admin")))
        #expect(rules(instructed) == ["default.instructed_erasure", "gdpr.respond", "default.assist"])
        let own = Self.opening(try Self.request("access", relationship: "client_user", regulation: "ccpa"))
        #expect(rules(own) == ["ccpa.respond", "ccpa.respond_notice", "ccpa.confirm_receipt", "default.lapse"])
        let lost = Self.opening(try Self.request("erasure", #","client_named":"Acme?""#), client: nil)
        #expect(rules(lost) == ["default.refer", "gdpr.respond", "default.assist", "default.lapse", "default.review"])
    }

    @Test("K7 counts an instruction from when it was given, and the person's right from when the person asked")
    func anchors() throws {
        let opening = Self.opening(
            try Self.request(by: "client", Self.instruction("admin", at: "2026-03-02T08:45:00Z"))
        )
        #expect(opening.anchor == (try instant("2026-03-02T08:45:00Z")))
        let purge = try #require(opening.deadlines.first { $0.rule.clock == .purge })
        #expect(purge.anchor == opening.anchor)
        #expect(purge.due.map(PlaceTests.berlin.day) == (try day("2026-05-31")))
        #expect(opening.deadlines.first { $0.rule.clock == .respond }?.anchor == (try instant(Self.asked)))
    }

    @Test("K7: an instruction by anybody but an administrator is received and waits, its ninety days running")
    func confirmation() throws {
        let opening = Self.opening(try Self.request(by: "client", Self.instruction("agent")))
        #expect(opening.state == .received && opening.queue == .referral)
        #expect(opening.warnings == [.instructionToConfirm] && opening.reviews == [.instruction])
        #expect(rules(opening) == ["default.instructed_erasure", "gdpr.respond", "default.assist", "default.review"])
        let purge = try #require(opening.deadlines.first { $0.rule.clock == .purge })
        #expect(purge.anchor == (try instant("2026-03-02T08:30:00Z")))
    }

    @Test("C2, K1: the vendor's own case answers by the earlier of statute and statement")
    func statement() throws {
        func respond(_ regulation: String, _ profile: Profile) throws -> String? {
            let request = try Self.request("access", relationship: "visitor", regulation: regulation)
            return Self.opening(request, profile: profile).deadlines.first { $0.rule.clock == .respond }?.rule.id
        }
        #expect(try respond("ccpa", Self.customer360) == "customer360.respond")
        #expect(try respond("gdpr", Self.customer360) == "gdpr.respond")
        #expect(try respond("ccpa", .standard(named: "kustomer")) == "ccpa.respond")
    }

    @Test("C6: a child's request is referred within minutes and erased within ten days, after a person has confirmed")
    func minors() throws {
        let referred = Self.opening(try Self.request("erasure", #","minor_under_13":true"#))
        #expect(referred.deadlines.first?.rule.id == "default.refer_minor")
        #expect(referred.deadlines.first?.due == Self.now.addingTimeInterval(900))
        #expect(referred.lane == .referral && referred.warnings.isEmpty)
        let own = Self.opening(try Self.request("erasure", relationship: "visitor", #","minor_under_13":true"#))
        #expect(own.state == .received && own.queue == .referral && own.warnings == [.minorToConfirm])
        #expect(own.reviews == [.child])
        // A parent's message is looked at, and the referral waits for nobody (Y13).
        #expect(referred.reviews == [.child] && referred.queue == .referral)
        let purge = try #require(own.deadlines.first { $0.rule.clock == .purge })
        #expect(purge.rule.id == "default.minor_erasure")
        #expect(purge.due.map(PlaceTests.berlin.day) == (try day("2026-03-12")))
        #expect(own.deadlines.contains { $0.rule.clock == .review })
        let access = Self.opening(try Self.request("access", relationship: "visitor", #","minor_under_13":true"#))
        #expect(!access.deadlines.contains { $0.rule.clock == .purge })
    }

    @Test(
        "Y6: a session is not enough where the statement asks for a document",
        arguments: [
            (VerificationLevel.session, CaseState.inProgress), (.emailConfirmed, .needsIdentity),
            (.document, .needsIdentity),
        ]
    )
    func levels(_ level: VerificationLevel, _ state: CaseState) throws {
        var profile = Profile.standard(named: "kustomer")
        profile.identity[.access] = .init(level: level, clause: "test")
        let request = try Self.request("access", relationship: "visitor", #","session_verified":true"#)
        #expect(Self.opening(request, profile: profile).state == state)
    }

    @Test("A1, G11: is warned of a client that is suspended, and of a European one without an addendum")
    func clients() throws {
        func warnings(_ country: String, suspended: Bool, addendum: Bool) throws -> [CaseOpening.Warning] {
            let client = Client(
                id: "acme",
                names: [],
                place: Place(country: country, zone: .gmt),
                isSuspended: suspended,
                hasBAA: false,
                hasAddendum: addendum
            )
            return Self.opening(try Self.request(), client: client).warnings
        }
        #expect(try warnings("DE-BE", suspended: false, addendum: false) == [.addendumMissing])
        #expect(try warnings("US-CA", suspended: false, addendum: false) == [])
        #expect(try warnings("GB", suspended: true, addendum: true) == [.clientSuspended])
    }

    @Test("K8, K9: the end of a contract waits for its approvals, ninety days running from the end itself")
    func termination() throws {
        let data = #"{"client":"acme","terminated_at":"2026-02-28T23:00:00Z","mode":"erase","requested_by":"dana"}"#
        guard case .success(let event) = Sample.parse(Sample.event("client.terminated", data)),
            case .clientTerminated(let termination) = event.payload
        else { throw Unexpected(field: "client.terminated") }
        let policy = Policy(profile: .standard(named: "kustomer"))
        let opening = CaseOpening(
            termination,
            client: Self.acme,
            policy: policy,
            receivedAt: Self.now,
            atlas: HolidayAtlas()
        )
        #expect(opening.kind == .endOfContract && opening.state == .received && opening.lane == .fulfilment)
        // 1 March there; 30 days of March, 30 of April, 30 of May.
        let purge = try #require(opening.deadlines.first { $0.rule.clock == .purge })
        #expect(purge.due.map(PlaceTests.berlin.day) == (try day("2026-05-30")))
        #expect(opening.deadlines.contains { $0.rule.clock == .review } && opening.warnings == [.staleAnchor])
        #expect(opening.reviews == [.tenantErasure] && opening.queue == .referral, "nobody who erases is woken")
        let approval = try #require(opening.deadlines.first { $0.rule.clock == .approval })
        // Three business days from Monday; a date at risk then, and not before.
        #expect(approval.due.map(PlaceTests.berlin.day) == (try day("2026-03-05")) && approval.warnAt == approval.due)
    }

    @Test(
        "C3, K1: a complaint has the earlier of the statute's clock and the statement's",
        arguments: [("GB-SCT", "uk.complaint", "2026-03-30"), ("FR", "default.complaint", "2026-03-31")]
    )
    func complaint(_ country: String, _ rule: String, _ last: String) throws {
        let data = """
            {"complaint_ref":"C-1","client":"acme","from":"subject","received_at":"2026-03-01T09:00:00Z","country":"\(country)"}
            """
        guard case .success(let event) = Sample.parse(Sample.event("complaint.received", data)),
            case .complaintReceived(let complaint) = event.payload
        else { throw Unexpected(field: "complaint.received") }
        let policy = Policy(profile: .standard(named: "kustomer"))
        let opening = CaseOpening(complaint, client: nil, policy: policy, receivedAt: Self.now, atlas: HolidayAtlas())
        #expect(opening.kind == .complaint && opening.role == .controller && opening.right == nil)
        #expect(opening.deadlines.map(\.rule.id) == [rule])
        #expect(opening.deadlines.first?.due.map(Place.unknown.day) == (try day(last)))
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
