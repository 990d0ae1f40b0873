package import FoundationEssentials
package import Rights

/// What a letter is about, before it is put into a language. What is missing is nil; the kind of letter says what must not be.
///
/// Free text may hold anything: line ends and control characters become spaces, overlong text is cut, HTML is escaped.
package struct LetterWords: Sendable {
    /// What the notice says about the client (K3, K4). It never says why a request may not be referred.
    package enum Referral: Sendable, Hashable, CaseIterable {
        case passedOn, passingOn, notPassedOn, clientUnknown
    }

    package enum Outcome: Sendable, Hashable, CaseIterable {
        case done, partly, refused, handedOver, withdrawn, lapsed
    }

    /// What a lapsed case had waited for.
    package enum Wait: String, ClosedList {
        case client, identity, fee, clarification
    }

    /// The reasons for more time that the law knows.
    package enum ExtensionReason: String, ClosedList {
        case complexity
        case numberOfRequests = "number_of_requests"
    }

    /// Why something is refused, and where that is written, if that is not what the law of the case says about the reason.
    package struct Refusal: Sendable, Hashable {
        package var reason: RefusalReason
        package var citation: String?

        package init(_ reason: RefusalReason, citation: String? = nil) {
            self.reason = reason
            self.citation = citation
        }
    }

    /// A part that was not done. It has a reason of a list, or else a person's words: those, where it has both.
    package struct Part: Sendable, Hashable {
        /// As the data map calls it: `invoices`.
        package var what: String
        package var refusal: Refusal?
        /// Why a system has not done it, or not yet.
        package var gap: FanOutStanding.Gap.Reason?
        package var explanation: String?
        package var until: CivilDate?

        package init(
            _ what: String,
            refusal: Refusal? = nil,
            gap: FanOutStanding.Gap.Reason? = nil,
            explanation: String? = nil,
            until: CivilDate? = nil
        ) {
            self.what = what
            self.refusal = refusal
            self.gap = gap
            self.explanation = explanation
            self.until = until
        }
    }

    package struct KnownBy: Sendable, Hashable {
        package var type: IdentityType
        package var value: String

        package init(_ type: IdentityType, _ value: String) {
            self.type = type
            self.value = value
        }
    }

    /// One client's part of an incident, and what binds the client.
    package struct Incident: Sendable, Equatable {
        package var content: NoticeContent
        package var laws: [BreachLaw]
        /// See ``Client/hasAgent``.
        package var isAgent: Bool
        package var isReminder: Bool
        package var acknowledgeLink: String?
        /// Where the list of its people is fetched.
        package var listLink: String?

        package init(
            _ content: NoticeContent,
            laws: [BreachLaw],
            isAgent: Bool = true,
            isReminder: Bool = false,
            acknowledgeLink: String? = nil,
            listLink: String? = nil
        ) {
            self.content = content
            self.laws = laws
            self.isAgent = isAgent
            self.isReminder = isReminder
            self.acknowledgeLink = acknowledgeLink
            self.listLink = listLink
        }
    }

    /// An authority's demand for a client's data (K23).
    package struct Demand: Sendable, Hashable {
        package enum Stage: Sendable, Hashable, CaseIterable {
            case open, met, over
        }

        package var authority: String
        package var basis: String
        package var systems: [String]
        package var categories: [String]
        package var objectUntil: CivilDate?
        package var stage: Stage

        package init(
            authority: String,
            basis: String,
            systems: [String],
            categories: [String],
            objectUntil: CivilDate?,
            stage: Stage
        ) {
            self.authority = authority
            self.basis = basis
            self.systems = systems
            self.categories = categories
            self.objectUntil = objectUntil
            self.stage = stage
        }
    }

    /// A change that the client is told of before it takes effect.
    package struct Announcement: Sendable, Equatable {
        package var kind: AnnouncementKind
        package var words: AnnouncementWords.Edition
        package var effectiveOn: CivilDate
        package var objectUntil: CivilDate
        /// Name and version of the statement that changes.
        package var statement: String?
        package var subprocessor: String?
        package var service: String?
        package var region: String?

        package init(
            _ kind: AnnouncementKind,
            words: AnnouncementWords.Edition,
            effectiveOn: CivilDate,
            objectUntil: CivilDate
        ) {
            self.kind = kind
            self.words = words
            self.effectiveOn = effectiveOn
            self.objectUntil = objectUntil
        }
    }

    package var caseID: UUID
    package var processor: Profile.Contact
    package var regulation: Regulation
    /// Of the person, ISO 3166-1 or -2: decides where to complain.
    package var country: String?
    /// The publisher's reference, or that of a complaint.
    package var reference: String?
    package var personName: String?
    package var isMinor = false
    package var clientName: String?
    /// A line, or a link.
    package var clientContact: String?
    package var right: Right?
    package var optOutOf: [OptOutScope] = []
    package var submittedOn: CivilDate?
    package var dueOn: CivilDate?
    package var extendedTo: CivilDate?
    /// Until when an answer to a question is awaited.
    package var waitUntil: CivilDate?
    package var liftedOn: CivilDate?
    package var backupsUntil: CivilDate?
    /// When the last log that forgets by itself has.
    package var logsUntil: CivilDate?
    package var downloadUntil: CivilDate?
    package var referral: Referral?
    package var refusal: Refusal?
    /// A person's words: a question, a reason, the answer to a complaint.
    package var explanation: String?
    package var extensionReason: ExtensionReason?
    package var identityLevel: VerificationLevel?
    /// The period stands still while this letter waits for its answer.
    package var clockWaits = false
    /// The amount with its currency, as it is to be read: `12.00 EUR`.
    package var fee: String?
    package var feeGround: FeeRule.Ground?
    /// ``FeeRule/source``.
    package var feeArticle: String?
    package var waitedFor: Wait?
    package var outcome: Outcome?
    package var vendorAnswers = false
    package var parts: [Part] = []
    /// Applications that the client enabled (K14).
    package var integrations: [String] = []
    /// Only for clients, and not over a thin channel.
    package var identities: [KnownBy] = []
    package var disputeBody: String?
    package var decisionLink: String?
    package var referenceLink: String?
    package var downloadLink: String?
    /// A controller's name.
    package var handedOverTo: String?
    package var demand: Demand?
    package var channel: String?
    package var incident: Incident?
    /// Why an authority is told of it after its time (GDPR Art. 33(1)).
    package var delayReason: String?
    package var announcement: Announcement?

    package init(caseID: UUID, processor: Profile.Contact, regulation: Regulation) {
        self.caseID = caseID
        self.processor = processor
        self.regulation = regulation
    }

    /// A case's id as people read it out: the twelve digits that are random, in groups of four.
    package static func shortReference(_ id: UUID) -> String {
        let digits = Array(id.uuidString.filter { $0 != "-" }.suffix(12))
        return stride(from: 0, to: 12, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(separator: "-")
    }
}
