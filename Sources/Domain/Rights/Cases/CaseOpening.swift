package import Foundation

/// How a case begins: its role, lane, first state, first worker and first clocks, decided from the event, the client and
/// the publisher's profile alone.
package struct CaseOpening: Sendable, Hashable {
    package let kind: CaseKind
    package let role: Role
    package let lane: Lane
    package let state: CaseState
    package let queue: WorkQueue
    package let right: Right?
    /// Whose data it is about; nil where it is no request of a person.
    package let relationship: Relationship?
    package let regulation: Regulation
    package let isMinor: Bool
    /// Whether the request was said to hold health data (A3).
    package let hasHealthData: Bool
    /// Where the person said to be.
    package let country: String?
    /// When the person first asked; nil where no person did.
    package let submittedAt: Date?
    /// The event's own time that legal periods are counted from.
    package let anchor: Date
    /// The earliest first.
    package let deadlines: [Deadline]
    /// What a person has to look at.
    package let reviews: [ReviewKind]
    /// Codes the publisher is told of in `request.accepted`.
    package let warnings: [Warning]

    package enum Warning: String, Sendable, Hashable, CaseIterable {
        /// The client was named in words that no registered client answers to; a person is asked.
        case clientUnresolved = "client_unresolved"
        /// The instruction came from someone without administrative rights; the client's privacy contact must confirm (K7).
        case instructionToConfirm = "instruction_to_confirm"
        /// A child's own case: a person confirms before anything is done (C6, Y13).
        case minorToConfirm = "minor_to_confirm"
        /// The client is suspended: its exports and hand-overs wait for a person, all else goes on (A1).
        case clientSuspended = "client_suspended"
        /// No data processing addendum with this client: no new transfer or export until there is one (G11).
        case addendumMissing = "addendum_missing"
        /// The event was more than a day old when it reached us (its clocks run from its own time).
        case staleAnchor = "stale_anchor"
        /// The regime is to be confirmed by a person.
        case regimeUnconfirmed = "regime_unconfirmed"
        /// A clock was already overdue at intake.
        case overdue
        /// Health data without a business associate agreement: the text is withheld from every channel (A3).
        case healthWithoutAgreement = "health_without_agreement"
        /// The same person has asked for the same before and is still owed the answer: one case answers both.
        case equalRequest = "equal_request"
    }

    /// The way of a request (K2, K7, Y6, C6): whose it is decides everything else.
    package init(
        _ request: RequestSubmitted,
        client: Client?,
        policy: Policy,
        receivedAt now: Date,
        atlas: HolidayAtlas
    ) {
        let place = client?.place ?? atlas.place(request.country)
        let isInstruction = request.submittedBy == .client
        let isOwn = !isInstruction && (request.relationship == .clientUser || request.relationship == .visitor)
        var warnings: [Warning] = []

        kind = .request
        right = request.right
        relationship = request.relationship
        regulation = request.regulation
        isMinor = request.minorUnder13
        hasHealthData = request.healthData
        country = request.country
        submittedAt = request.submittedTime
        var reviews: [ReviewKind] = []
        let isExport = WorkQueue.fulfilling(request.right) == .export
        if isInstruction {
            anchor = request.instructedAt ?? request.submittedTime
            role = .processor
            lane = .fulfilment
            if !CaseOpening.isAdministrator(request.instructedBy?.role) {
                reviews.append(.instruction)
                warnings.append(.instructionToConfirm)
            }
            if client?.isSuspended == true, isExport { reviews.append(.suspendedHandOver) }
            state = reviews.isEmpty ? .inProgress : .received
            queue = reviews.isEmpty ? .fulfilling(request.right) : .referral
        } else if isOwn {
            anchor = request.submittedTime
            role = .controller
            lane = .own
            if request.minorUnder13 {
                state = .received
                queue = .referral
                reviews.append(.child)
                warnings.append(.minorToConfirm)
            } else if CaseOpening.isIdentityOpen(request, policy) {
                state = .needsIdentity
                queue = .referral
            } else {
                state = .inProgress
                queue = .fulfilling(request.right)
            }
        } else {
            anchor = request.submittedTime
            role = .processor
            lane = .referral
            state = client == nil ? .needsClient : .received
            queue = .referral
            if client == nil, request.clientNamed != nil {
                reviews.append(.client)
                warnings.append(.clientUnresolved)
            }
            // Beside the referral, which waits for nobody (Y13).
            if request.minorUnder13 { reviews.append(.child) }
        }

        let facts = CaseClocks.Facts(
            lane: lane,
            state: state,
            right: request.right,
            regulation: request.regulation,
            isMinor: request.minorUnder13,
            submittedAt: request.submittedTime,
            instructedAt: isInstruction ? anchor : nil,
            receivedAt: now
        )
        var deadlines = CaseClocks(facts, policy: policy, place: place, atlas: atlas).deadlines
        if request.regulation == .other { reviews.append(.regime) }
        self.reviews = reviews
        if !reviews.isEmpty, let review = policy.clock(.review)?.rule {
            deadlines.append(Deadline(review, from: now, at: place, atlas: atlas))
        }
        self.deadlines = CaseOpening.sorted(deadlines)
        if now.timeIntervalSince(anchor) > 86_400 { warnings.append(.staleAnchor) }
        if request.regulation == .other { warnings.append(.regimeUnconfirmed) }
        if deadlines.contains(where: { $0.isOverdue(at: now) }) { warnings.append(.overdue) }
        if FreeText.isWithheld(hasHealthData: request.healthData, hasAgreement: client?.hasBAA == true) {
            warnings.append(.healthWithoutAgreement)
        }
        if let client {
            if client.isSuspended { warnings.append(.clientSuspended) }
            if !client.hasAddendum, client.isEuropean { warnings.append(.addendumMissing) }
        }
        self.warnings = warnings
    }

    /// The end of a client's contract: a tenant-wide erasure that two people must approve before it starts (K8, K9).
    ///
    /// - Parameter until: how long the client's data are kept by agreement; nil where none was made.
    package init(
        _ termination: ClientTerminated,
        client: Client,
        policy: Policy,
        receivedAt now: Date,
        atlas: HolidayAtlas,
        keptUntil until: Date? = nil
    ) {
        kind = .endOfContract
        role = .processor
        lane = .fulfilment
        state = .received
        // Nobody who erases is woken before the approvals.
        queue = .referral
        right = .erasure
        relationship = nil
        reviews = [.tenantErasure]
        regulation = .gdpr
        isMinor = false
        hasHealthData = false
        country = nil
        submittedAt = nil
        anchor = termination.terminatedAt
        // Two approvals are awaited: a person has to look at it, whoever else does.
        let keys: [(ClockKey, Date)] = [(.endOfContract, anchor), (.review, now), (.approval, now)]
        deadlines = CaseOpening.sorted(
            keys.compactMap { key, from in
                guard let rule = policy.clock(key)?.rule else { return nil }
                let deadline = Deadline(rule, from: from, at: client.place, atlas: atlas)
                guard key == .endOfContract, let until else { return deadline }
                return AgreedRetention.deadline(
                    deadline,
                    keptUntil: until,
                    policy: policy,
                    place: client.place,
                    atlas: atlas
                )
            }
        )
        var warnings: [Warning] = []
        if now.timeIntervalSince(anchor) > 86_400 { warnings.append(.staleAnchor) }
        if deadlines.contains(where: { $0.isOverdue(at: now) }) { warnings.append(.overdue) }
        if client.isSuspended { warnings.append(.clientSuspended) }
        self.warnings = warnings
    }

    /// A complaint, with the clock of its country (C3; DPA 2018 s. 164A).
    package init(
        _ complaint: ComplaintReceived,
        client: Client?,
        policy: Policy,
        receivedAt now: Date,
        atlas: HolidayAtlas
    ) {
        let country = complaint.country ?? client?.place.country
        self.country = country
        isMinor = false
        hasHealthData = false
        submittedAt = nil
        let isUK = country?.hasPrefix("GB") == true
        kind = .complaint
        reviews = []
        role = complaint.from == .client ? .processor : .controller
        lane = .own
        state = .received
        queue = .referral
        right = nil
        relationship = nil
        regulation = isUK ? .ukGDPR : .other
        anchor = complaint.receivedAt
        let place = client?.place ?? atlas.place(country)
        // Of statute and statement the earlier binds (K1).
        let rules = (isUK ? [ClockRule.complaintUK] : []) + [policy.clock(.complaint)?.rule].compactMap { $0 }
        let all = rules.map { Deadline($0, from: complaint.receivedAt, at: place, atlas: atlas) }
        deadlines = Array(CaseOpening.sorted(all).prefix(1))
        warnings = now.timeIntervalSince(anchor) > 86_400 ? [.staleAnchor] : []
    }

    /// A client's part of an incident, with the clock by which it is told: of profile, agreement and statute the earliest (G9).
    ///
    /// - Parameters:
    ///   - awareAt: when it was known that this client is affected.
    ///   - discoveredAt: when the incident was discovered, or with diligence would have been (45 CFR 164.410(a)(2)).
    package init(
        noticeTo client: Client,
        awareAt: Date,
        discoveredAt: Date,
        hasHealthData: Bool,
        policy: Policy,
        receivedAt now: Date,
        atlas: HolidayAtlas
    ) {
        kind = .breachNotice
        role = .processor
        lane = .notice
        state = .inProgress
        queue = .breach
        right = nil
        relationship = nil
        regulation = BreachLaw.binding(client).first?.regulation ?? .other
        isMinor = false
        self.hasHealthData = hasHealthData
        country = client.place.country
        submittedAt = nil
        anchor = awareAt
        reviews = []
        var clocks = policy.clock(.notifyClients).map { [($0.rule, awareAt)] } ?? []
        if client.hasBAA { clocks.append((.breachCoveredEntity, discoveredAt)) }
        let all = clocks.map { Deadline($0.0, from: $0.1, at: client.place, atlas: atlas) }
        deadlines = Array(CaseOpening.sorted(all).prefix(1))
        var warnings: [Warning] = []
        if now.timeIntervalSince(anchor) > 86_400 { warnings.append(.staleAnchor) }
        if deadlines.contains(where: { $0.isOverdue(at: now) }) { warnings.append(.overdue) }
        self.warnings = warnings
    }

    /// An authority's demand for data: two people must approve it before anything is done (K23, C8).
    ///
    /// Of a suspended client, too: what the vendor owes an authority waits for no client's conduct.
    package init(
        _ demand: DisclosureDemand,
        client: Client,
        policy: Policy,
        receivedAt now: Date,
        atlas: HolidayAtlas
    ) {
        kind = .disclosure
        role = .processor
        lane = .disclosure
        state = .received
        queue = .referral
        right = nil
        relationship = demand.relationship
        reviews = [.disclosure]
        regulation = .gdpr
        isMinor = false
        hasHealthData = false
        country = nil
        submittedAt = nil
        anchor = demand.demandedAt
        var deadlines = [.disclosure(demand), Deadline.tellClient(demand)].compactMap { $0 }
        for key in [ClockKey.review, .approval] {
            guard let rule = policy.clock(key)?.rule else { continue }
            deadlines.append(Deadline(rule, from: now, at: client.place, atlas: atlas))
        }
        self.deadlines = CaseOpening.sorted(deadlines)
        warnings = deadlines.contains { $0.isOverdue(at: now) } ? [.overdue] : []
    }

    /// What a client is told of a change before it takes effect. Its window for objections begins when it was told.
    ///
    /// - Parameter effectiveOn: the day the change takes effect, as the client's place counts it.
    package init(announcementTo client: Client, effectiveOn: CivilDate, receivedAt now: Date) {
        kind = .announcement
        role = .processor
        lane = .notice
        state = .inProgress
        queue = .breach
        right = nil
        relationship = nil
        regulation = BreachLaw.binding(client).first?.regulation ?? .other
        isMinor = false
        hasHealthData = false
        country = client.place.country
        submittedAt = nil
        anchor = now
        reviews = []
        let deadline = Deadline.announcing(effectiveOn, from: now, at: client.place)
        deadlines = [deadline]
        warnings = deadline.isOverdue(at: now) ? [.overdue] : []
    }

    /// What one person is told of an incident in data that the vendor itself controls (GDPR Art. 34(1)): without undue delay, which
    /// is no number, once somebody has decided it.
    package init(personalNoticeOf picture: IncidentPicture, receivedAt now: Date) {
        kind = .personalNotice
        role = .controller
        lane = .notice
        state = .inProgress
        queue = .breach
        right = nil
        relationship = nil
        regulation = .gdpr
        isMinor = false
        hasHealthData = picture.hasHealthData
        country = nil
        submittedAt = nil
        anchor = picture.awareAt
        reviews = []
        deadlines = []
        warnings = []
    }

    private static func sorted(_ deadlines: [Deadline]) -> [Deadline] {
        deadlines.sorted { ($0.due ?? .distantFuture) < ($1.due ?? .distantFuture) }
    }

    /// Whether the person is not yet known as surely as the right asks (Y6).
    private static func isIdentityOpen(_ request: RequestSubmitted, _ policy: Policy) -> Bool {
        guard let wanted = policy.identityLevel(for: request.right).level else { return false }
        return !(request.sessionVerified && VerificationLevel.session.reaches(wanted))
    }

    /// Roles that give an instruction force without a question (K7).
    package static func isAdministrator(_ role: String?) -> Bool {
        switch role?.lowercased() {
        case "admin", "administrator", "owner", "account_owner": true
        default: false
        }
    }
}
