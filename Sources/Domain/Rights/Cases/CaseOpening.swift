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
    package let regulation: Regulation
    /// The event's own time that legal periods are counted from.
    package let anchor: Date
    /// The earliest first.
    package let deadlines: [Deadline]
    /// Codes the publisher is told of in `request.accepted`.
    package let warnings: [Warning]

    package enum Warning: String, Sendable, Hashable, CaseIterable {
        /// The client was named in words that no registered client answers to; a person is asked.
        case clientUnresolved = "client_unresolved"
        /// The instruction came from someone without administrative rights; the client's privacy contact must confirm (K7).
        case instructionToConfirm = "instruction_to_confirm"
        /// The event was more than a day old when it reached us (its clocks run from its own time).
        case staleAnchor = "stale_anchor"
        /// The regime is to be confirmed by a person.
        case regimeUnconfirmed = "regime_unconfirmed"
        /// A clock was already overdue at intake.
        case overdue
        /// Health data without a business associate agreement: the text is withheld from every channel (A3).
        case healthWithoutAgreement = "health_without_agreement"
    }

    /// The way of a request (K2, K7, Y6, C6): whose it is decides everything else.
    package init(
        _ request: RequestSubmitted,
        client: Client?,
        profile: String,
        receivedAt now: Date,
        holidays: HolidayCalendar
    ) {
        let place = client?.place ?? Place(country: request.country, zone: .gmt)
        let isInstruction = request.submittedBy == .client
        let isOwn = !isInstruction && (request.relationship == .clientUser || request.relationship == .visitor)
        var warnings: [Warning] = []

        kind = .request
        right = request.right
        regulation = request.regulation
        if isInstruction {
            anchor = request.instructedAt ?? request.submittedTime
            role = .processor
            lane = .fulfilment
            if CaseOpening.isAdministrator(request.instructedBy?.role) {
                state = .inProgress
                queue = .fulfilling(request.right)
            } else {
                state = .received
                queue = .referral
                warnings.append(.instructionToConfirm)
            }
        } else if isOwn {
            anchor = request.submittedTime
            role = .controller
            lane = .own
            if CaseOpening.needsIdentity(request.right), !request.sessionVerified {
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
            if client == nil, request.clientNamed != nil { warnings.append(.clientUnresolved) }
        }

        deadlines = CaseOpening.clocks(
            request,
            lane: lane,
            profile: profile,
            place: place,
            receivedAt: now,
            holidays: holidays
        )
        if now.timeIntervalSince(anchor) > 86_400 { warnings.append(.staleAnchor) }
        if request.regulation == .other { warnings.append(.regimeUnconfirmed) }
        if deadlines.contains(where: { $0.due < now }) { warnings.append(.overdue) }
        if request.healthData, client?.hasBAA != true { warnings.append(.healthWithoutAgreement) }
        self.warnings = warnings
    }

    /// The end of a client's contract: a tenant-wide erasure that two people must approve before it starts (K8, K9).
    package init(_ termination: ClientTerminated, client: Client, receivedAt now: Date, holidays: HolidayCalendar) {
        kind = .endOfContract
        role = .processor
        lane = .fulfilment
        state = .received
        queue = .erasure
        right = .erasure
        regulation = .gdpr
        anchor = termination.terminatedAt
        deadlines = [Deadline(.endOfContract, from: termination.terminatedAt, at: client.place, holidays: holidays)]
        var warnings: [Warning] = []
        if now.timeIntervalSince(anchor) > 86_400 { warnings.append(.staleAnchor) }
        if deadlines.contains(where: { $0.due < now }) { warnings.append(.overdue) }
        self.warnings = warnings
    }

    /// A complaint, with the clock of its country (C3; DPA 2018 s. 164A).
    package init(_ complaint: ComplaintReceived, client: Client?, receivedAt now: Date, holidays: HolidayCalendar) {
        let country = complaint.country ?? client?.place.country
        let isUK = country?.hasPrefix("GB") == true
        kind = .complaint
        role = complaint.from == .client ? .processor : .controller
        lane = .own
        state = .received
        queue = .referral
        right = nil
        regulation = isUK ? .ukGDPR : .other
        anchor = complaint.receivedAt
        deadlines = [
            Deadline(
                isUK ? .complaintUK : .complaint,
                from: complaint.receivedAt,
                at: client?.place ?? Place(country: country, zone: .gmt),
                holidays: holidays
            )
        ]
        warnings = now.timeIntervalSince(anchor) > 86_400 ? [.staleAnchor] : []
    }

    /// Roles that give an instruction force without a question (K7).
    package static func isAdministrator(_ role: String?) -> Bool {
        switch role?.lowercased() {
        case "admin", "administrator", "owner", "account_owner": true
        default: false
        }
    }

    /// Rights that open nothing before the person is known (Y6); none is asked for opting out, objecting or withdrawing.
    package static func needsIdentity(_ right: Right) -> Bool {
        switch right {
        case .access, .portability, .rectification, .erasure, .restriction, .disclosureList: true
        case .objection, .optOut, .withdrawConsent, .limitSensitive, .publicRemoval: false
        }
    }

    private static func clocks(
        _ request: RequestSubmitted,
        lane: Lane,
        profile: String,
        place: Place,
        receivedAt now: Date,
        holidays: HolidayCalendar
    ) -> [Deadline] {
        func deadline(_ rule: ClockRule, from anchor: Date) -> Deadline {
            Deadline(rule, from: anchor, at: place, holidays: holidays)
        }
        var deadlines: [Deadline] = []
        var respond = deadline(.respond(under: request.regulation, right: request.right), from: request.submittedTime)
        switch lane {
        case .referral:
            let isMinor = request.minorUnder13
            deadlines.append(deadline(isMinor ? .referMinor : .refer, from: now))
        case .own:
            if profile == "customer360" {
                let promised = deadline(.ownCase, from: request.submittedTime)
                // The earlier of statute and statement binds (K1).
                if promised.due < respond.due { respond = promised }
            }
            if request.minorUnder13, request.right == .erasure {
                deadlines.append(deadline(.minorErasure, from: request.submittedTime))
            }
        case .fulfilment:
            if request.right == .erasure {
                deadlines.append(deadline(.instructedErasure, from: request.instructedAt ?? request.submittedTime))
            }
        }
        deadlines.append(respond)
        if request.regulation == .ccpa, lane == .own {
            deadlines.append(deadline(.confirmReceipt, from: request.submittedTime))
        }
        if lane != .own {
            deadlines.append(.assist(before: respond, receivedAt: now, at: place, holidays: holidays))
        }
        return deadlines.sorted { $0.due < $1.due }
    }
}
