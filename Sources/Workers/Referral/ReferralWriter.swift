import Fleet
import FoundationEssentials
import Ledger
import Rights

/// Puts into words what an effect stands for: a letter to the person, a message to the client.
struct ReferralWriter: Sendable {
    let letters: LetterBook
    /// Below which clients fetch what is referred, and decide; nil where nothing is served.
    let base: String?

    // MARK: To the person

    func letter(
        _ kind: EffectKind,
        key: String,
        _ subject: ReferralCase,
        _ request: RequestSubmitted,
        _ registry: Registry
    ) throws -> Letter {
        let record = subject.record
        var words = words(subject, request, registry)
        let contact = request.subjects.first?.contact
        words.personName = contact?.name
        switch kind {
        case .subjectNotice:
            words.referral = referral(subject, registry)
            words.waitUntil =
                words.referral == .clientUnknown ? subject.dues[.lapse].map { day($0, record, registry) } : nil
        case .subjectIdentity:
            let policy = policy(record, registry)
            words.identityLevel = record.right.flatMap { policy.identityLevel(for: $0).level } ?? .session
            words.waitUntil = day(
                subject.dues[.lapse] ?? record.stateSince.addingTimeInterval(30 * 86_400),
                record,
                registry
            )
            let pause = PauseRule.rule(.identity, under: record.regulation, right: record.right)
            words.clockWaits = pause.effect != .runsOn
        case .subjectExtension:
            words.extendedTo = words.dueOn
            words.dueOn = nil
            words.extensionReason = subject.extensionReason
        case .subjectAnswer:
            words.refusal = record.refusal.map { LetterWords.Refusal($0) }
            words.waitedFor = subject.wasAskedForIdentity ? .identity : .fee
            AnswerParts(subject, registry).fill(&words, in: contact?.locale, base: base)
        case .subjectRestrictionLifted: words.liftedOn = subject.liftedAt.map { day($0, record, registry) }
        default: break
        }
        guard let letter = LetterKind(kind, key: key) else { throw Unwritable() }
        return try letters.letter(letter, profile: record.profile, locale: contact?.locale, words: words)
    }

    private func referral(_ subject: ReferralCase, _ registry: Registry) -> LetterWords.Referral {
        guard let client = subject.record.clientID.flatMap({ registry.client($0) }) else { return .clientUnknown }
        if subject.isForbidden(subject.record.referralProhibited ?? client.referralProhibited) { return .notPassedOn }
        return subject.wasReferred || subject.record.state != .received ? .passedOn : .passingOn
    }

    // MARK: To the client

    func message(
        _ kind: EffectKind,
        _ parameters: EffectParameters,
        _ effect: EffectRecord,
        _ subject: ReferralCase,
        _ request: RequestSubmitted?,
        _ client: Client,
        _ channel: ClientChannel,
        _ registry: Registry
    ) throws -> ClientMessage {
        let record = subject.record
        let isWithheld = FreeText.isWithheld(hasHealthData: record.hasHealthData, hasAgreement: client.hasBAA)
        let isWhole = kind.needsPerson || parameters.key == CaseState.handedOver.rawValue
        var mail: MailContent?
        if channel.kind == .mail, let letter = LetterKind(kind, key: parameters.key) {
            var words = words(subject, request, registry)
            words.clientName = client.title
            words.decisionLink = kind.asksClient ? decisionLink(record) : nil
            words.referenceLink = base.map { $0 + path(record) }
            words.outcome = CaseState(rawValue: parameters.key).flatMap(LetterWords.Outcome.init)
            words.refusal = record.refusal.map { LetterWords.Refusal($0) }
            words.waitedFor = subject.wasAskedForIdentity ? .identity : .fee
            words.vendorAnswers = record.answerBy == .vendor
            if kind == .clientDisclosure {
                words.demand = demand(subject, toldAt: effect.plannedAt, key: parameters.key, registry)
            } else {
                AnswerParts(subject, registry).fill(&words, in: client.locale, base: base)
            }
            if isWhole, !channel.isThin, let person = request?.subjects.first {
                words.identities = person.identities.map { LetterWords.KnownBy($0.type, $0.value) }
            }
            mail = MailContent(
                try letters.letter(letter, profile: record.profile, locale: client.locale, words: words)
            )
        }
        let shown = isWithheld ? request.map { $0.withoutFreeText } : request.map { ($0, []) }
        return try ClientMessage(
            id: effect.id,
            type: OutcomeType(kind),
            time: effect.plannedAt,
            client: client.id,
            request: record.id,
            personal: isWhole ? shown.map { Self.personal($0.0) } : nil,
            mail: mail
        ) { data in
            data.member("sequence", parameters.sequence)
            data.member("stage", kind == .clientDisclosure ? parameters.key : kind.stage)
            data.member("kind", record.kind.rawValue)
            data.member("state", record.state.rawValue)
            data.member("right", record.right)
            data.member("opt_out_of", request?.optOutOf ?? [])
            data.member("regulation", record.regulation)
            data.member("country", record.country)
            data.member("submitted_at", record.submittedAt)
            data.member("received_at", record.receivedAt)
            data.member("due_at", subject.dues[.respond])
            data.member("minor_under_13", record.isMinor ? true : nil)
            // Until the client has decided nothing is erased (C6).
            data.member("restriction_offered", record.isMinor && kind.asksClient ? true : nil)
            data.member("withheld", isWhole ? shown?.1 ?? [] : [])
            data.member("answer_by", record.answerBy)
            data.member("refusal", record.refusal)
            data.member("article", record.refusal?.source)
            if let demand = subject.disclosure?.demand {
                data.key("disclosure")
                data.object { Self.write(demand, to: &$0) }
                data.member(
                    "objections_until",
                    objectionsUntil(subject, toldAt: effect.plannedAt, key: parameters.key, registry)
                )
            }
            if kind == .clientAnswer { AnswerParts(subject, registry).write(to: &data, base: base) }
            data.member("came_after_referral", record.state == .withdrawn && subject.wasReferred ? true : nil)
            data.member("their_reference", record.reference)
            data.member("decision_url", kind.asksClient ? decisionLink(record) : nil)
        }
    }

    /// Who it is about and what they wrote: what a client needs to answer.
    private static func personal(_ request: RequestSubmitted) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(request.writePerson)
        return writer.bytes
    }

    // MARK: An authority's demand

    private static func write(_ demand: DisclosureDemand, to item: inout JSONWriter) {
        item.member("authority", demand.authority)
        item.member("country", demand.country)
        item.member("kind", demand.kind)
        item.member("law", demand.law)
        item.member("article", demand.article)
        item.member("authority_reference", demand.reference)
        item.member("systems", demand.scope.systems)
        item.member("categories", demand.scope.categories)
        item.member("demanded_at", demand.demandedAt)
        item.member("due_at", demand.dueAt)
    }

    private func demand(
        _ subject: ReferralCase,
        toldAt time: Date,
        key: String,
        _ registry: Registry
    ) -> LetterWords.Demand? {
        guard let demand = subject.disclosure?.demand else { return nil }
        return LetterWords.Demand(
            authority: "\(demand.authority) (\(demand.country)), \(demand.reference)",
            basis: demand.basis,
            systems: demand.scope.systems.map { registry.system($0)?.title ?? $0 },
            categories: demand.scope.categories,
            objectUntil: objectionsUntil(subject, toldAt: time, key: key, registry).map {
                lastDay(before: $0, from: time, subject.record, registry)
            },
            stage: key == CaseState.handedOver.rawValue ? .met : key == CaseState.withdrawn.rawValue ? .over : .open
        )
    }

    /// The last day that is whole before an end, where there is one after `time`.
    private func lastDay(
        before end: Date,
        from time: Date,
        _ record: CaseFileRecord,
        _ registry: Registry
    ) -> CivilDate {
        let place = place(of: record, registry)
        let day = place.day(of: end)
        let isWhole = place.end(of: day) <= end
        return isWhole || day <= place.day(of: time) ? day : day.adding(days: -1)
    }

    /// Until when the client can object, where it is asked before anything is collected. Its time begins when the word has reached
    /// it, and is never shorter than what the word says.
    private func objectionsUntil(
        _ subject: ReferralCase,
        toldAt time: Date,
        key: String,
        _ registry: Registry
    ) -> Date? {
        guard let demand = subject.disclosure?.demand, key == ReferralFacts.announcement,
            subject.record.state == .referred
        else { return nil }
        let place = place(of: subject.record, registry)
        return Deadline.clientTerm(demand.term, from: time, before: demand.dueAt, at: place, atlas: registry.atlas)
            .due
    }

    private func path(_ record: CaseFileRecord) -> String { "/v1/requests/\(record.id.lowercaseText)" }

    private func decisionLink(_ record: CaseFileRecord) -> String? { base.map { $0 + path(record) + "/decision" } }

    // MARK: Common words

    private func words(_ subject: ReferralCase, _ request: RequestSubmitted?, _ registry: Registry) -> LetterWords {
        let record = subject.record
        let profile = policy(record, registry).profile
        var words = LetterWords(caseID: record.id, processor: profile.sender, regulation: record.regulation)
        words.country = record.country
        words.reference = record.reference
        words.isMinor = record.isMinor
        // Whom the vendor itself answers to is answered in nobody else's name.
        if record.lane != .own { words.clientName = record.clientID.flatMap { registry.client($0) }?.title }
        words.right = record.right
        words.optOutOf = request?.optOutOf ?? []
        words.submittedOn = record.submittedAt.map { day($0, record, registry) }
        words.dueOn = subject.dues[.respond].map { day($0, record, registry) }
        words.disputeBody = profile.disputeBody
        return words
    }

    private func policy(_ record: CaseFileRecord, _ registry: Registry) -> Policy {
        registry.policy(
            profile: record.profile,
            version: record.profileVersion,
            client: record.clientID.flatMap { registry.client($0) },
            agreement: record.agreementVersion
        )
    }

    private func day(_ instant: Date, _ record: CaseFileRecord, _ registry: Registry) -> CivilDate {
        place(of: record, registry).day(of: instant)
    }

    private func place(of record: CaseFileRecord, _ registry: Registry) -> Place {
        record.clientID.flatMap { registry.client($0)?.place } ?? registry.atlas.place(record.country)
    }
}

/// No letter stands for this effect: a newer version has planned it.
struct Unwritable: Error {}

extension RequestSubmitted {
    /// The request without what the person wrote freely, and the names of the fields that are gone (A3).
    fileprivate var withoutFreeText: (RequestSubmitted, [String]) {
        let (payload, withheld) = EventPayload.requestSubmitted(self).withoutFreeText
        guard case .requestSubmitted(let request) = payload else { return (self, withheld) }
        return (request, withheld)
    }
}

extension Client {
    /// What people call it.
    fileprivate var title: String { names.first ?? id }
}

extension EffectKind {
    /// Whether the client needs to know who it is about: it has to decide, or to answer.
    fileprivate var needsPerson: Bool {
        self == .clientReferral || self == .clientEscalation || self == .clientUndecided || self == .clientDisclosure
    }

    /// As messages to clients call it.
    fileprivate var stage: String {
        switch self {
        case .clientReferral: "referral"
        case .clientReminder: "reminder"
        case .clientEscalation: "escalation"
        case .clientUndecided: "undecided"
        default: "answer"
        }
    }
}

extension OutcomeType {
    fileprivate init(_ kind: EffectKind) {
        switch kind {
        case .clientReferral, .clientReminder, .clientEscalation: self = .requestReferred
        case .clientUndecided: self = .requestCompleted
        case .clientDisclosure: self = .disclosureNotified
        default: self = .requestAnswered
        }
    }
}

extension LetterWords.Outcome {
    fileprivate init?(_ state: CaseState) {
        switch state {
        case .fulfilled: self = .done
        case .onHold, .partlyFulfilled: self = .partly
        case .refused: self = .refused
        case .handedOver: self = .handedOver
        case .withdrawn: self = .withdrawn
        case .lapsed: self = .lapsed
        case .received, .needsClient, .needsIdentity, .needsFee, .referred, .inProgress: return nil
        }
    }
}

extension LetterKind {
    /// - Parameter key: of an answer, the state that it tells.
    fileprivate init?(_ kind: EffectKind, key: String) {
        switch kind {
        case .subjectNotice: self = .notice
        case .subjectReceipt: self = .receipt
        case .subjectIdentity: self = .identity
        case .subjectExtension: self = .extended
        case .clientReferral: self = .referral
        case .clientReminder: self = .reminder
        case .clientEscalation: self = .escalation
        case .clientAnswer: self = .clientAnswer
        case .clientUndecided: self = .undecided
        case .clientDisclosure: self = .disclosure
        case .subjectRestrictionLifted: self = .restrictionLifted
        case .breachNotice, .breachReminder, .targetAct, .targetLook, .targetVerify, .exportBundle, .exportSweep,
            .exportHandOver, .announcement, .personalNotice:
            return nil
        case .subjectAnswer:
            switch CaseState(rawValue: key) {
            case .fulfilled: self = .answerDone
            case .onHold, .partlyFulfilled: self = .answerPartly
            case .refused: self = .answerRefused
            case .lapsed: self = .answerLapsed
            case .handedOver: self = .answerHandedOver
            default: return nil
            }
        }
    }
}
