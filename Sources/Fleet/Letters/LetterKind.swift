import Rights

/// The letters that the fleet writes. The raw value is the name of the template's file.
package enum LetterKind: String, ClosedList {
    // To the person.
    case notice
    case identity
    case clarification
    case fee
    case receipt
    case extended = "extension"
    case answerDone = "answer_done"
    case answerPartly = "answer_partly"
    case answerRefused = "answer_refused"
    case answerHandedOver = "answer_handed_over"
    case answerLapsed = "answer_lapsed"
    case restrictionLifted = "restriction_lifted"
    case complaintAnswer = "complaint_answer"
    // To the client.
    case referral
    case reminder
    case escalation
    case clientAnswer = "client_answer"
    case undecided
    /// An incident: the first notice, more about it, the last word (GDPR Art. 33(2) to (4)).
    case breach
    case disclosure
    case channelTest = "channel_test"
    /// A change, before it takes effect (K20).
    case announcement
    // Of an incident in data that the vendor itself controls (G13).
    /// What its own authority is told (GDPR Art. 33(3)): a draft, which a person completes and sends.
    case ownAuthority = "own_authority"
    /// What the people are told (Art. 34(2)).
    case ownPeople = "own_people"

    package enum Audience: String, ClosedList {
        case person, client, regulator

        /// What every letter to it may have.
        package var common: Set<LetterField> {
            let contact: Set<LetterField> = [.theirReference, .processorEmail, .processorPostal, .dpo]
            return switch self {
            case .person:
                contact.union([
                    .person, .client, .isMinor, .isCCPA, .authorities, .authorityNote, .disputeBody, .court,
                ])
            case .client, .regulator: contact
            }
        }
    }

    package var audience: Audience {
        switch self {
        case .referral, .reminder, .escalation, .clientAnswer, .undecided, .disclosure, .channelTest, .breach,
            .announcement:
            .client
        case .ownAuthority: .regulator
        default: .person
        }
    }

    /// Nothing more is owed after it: it names the ways to complain (Y7).
    package var isFinalAnswer: Bool {
        switch self {
        case .answerDone, .answerPartly, .answerRefused, .answerHandedOver, .answerLapsed, .complaintAnswer: true
        default: false
        }
    }

    /// What its template may count on. A letter without one of them is not written.
    package var required: Set<LetterField> { Self.always.union(own.required) }

    /// What its template may use where it is there, inside a section of its name. Flags among them: they are on or off.
    package var optional: Set<LetterField> { audience.common.union(own.optional).subtracting(required) }

    package var fields: Set<LetterField> { required.union(optional) }

    private static let always: Set<LetterField> = [.reference, .processor]
    private static let wish: Set<LetterField> = [.submittedOn, .optOutOf]
    private static let clientCase: Set<LetterField> = wish.union([
        .law, .dueOn, .identities, .referenceLink, .isMinor,
    ])
    private static let outcome: Set<LetterField> = wish.union([
        .downloadLink, .downloadUntil, .handedOverTo, .isOptOut, .isPublicRemoval, .backupsUntil, .logsUntil,
    ])

    private var own: (required: Set<LetterField>, optional: Set<LetterField>) {
        switch self {
        case .notice:
            // No outcome, no reason, no date of an answer: the answer is the client's (K3, K5).
            (
                [.right, .complaint, .yourRights],
                Self.wish.union([
                    .clientContact, .clientUnknown, .passedOn, .passingOn, .notPassedOn, .waitUntil, .referenceLink,
                ])
            )
        case .identity: ([.right, .identityHow, .waitUntil], Self.wish.union([.referenceLink, .clockWaits]))
        case .clarification:
            ([.right, .explanation], Self.wish.union([.referenceLink, .waitUntil, .clockWaits]))
        case .fee:
            ([.right, .fee, .feeReason, .waitUntil, .complaint], Self.wish.union([.feeArticle, .referenceLink]))
        case .receipt: ([.right], Self.wish.union([.dueOn, .isOptOut]))
        case .extended: ([.right, .extendedTo, .extensionReason, .complaint], Self.wish.union([.dueOn]))
        case .answerDone: ([.right, .complaint], Self.outcome)
        case .answerPartly: ([.right, .parts, .complaint], Self.outcome)
        case .answerRefused: ([.right, .reason, .complaint], Self.wish.union([.article, .explanation]))
        case .answerHandedOver: ([.right, .client, .complaint], Self.wish.union([.clientContact]))
        case .answerLapsed: ([.right, .waitedFor, .complaint], Self.wish)
        case .restrictionLifted: ([.right, .liftedOn, .complaint], Self.wish.union([.explanation]))
        case .complaintAnswer: ([.explanation, .complaint], [.submittedOn])
        case .referral, .reminder, .escalation: ([.client, .right], Self.clientCase.union([.decisionLink]))
        case .clientAnswer:
            (
                [.client, .right],
                Self.clientCase.union(LetterField.outcomes).union([
                    .reason, .article, .waitedFor, .parts, .backupsUntil, .logsUntil, .hasIntegrations, .integrations,
                    .vendorAnswers, .downloadLink, .downloadUntil, .handedOverTo,
                ])
            )
        case .undecided: ([.client, .right], Self.clientCase)
        case .breach:
            // Everything that the client must pass on (Art. 33(3)); what nobody knows yet is left out, and said to be unknown.
            ([.client, .nature, .categories, .risk, .discoveredAt, .awareAt], LetterField.incident)
        case .disclosure:
            (
                [.client, .demandedBy, .demandBasis, .demandSystems, .demandCategories],
                [.objectUntil, .demandOpen, .demandMet, .demandOver, .identities, .referenceLink]
            )
        case .channelTest: ([.client, .channel], [])
        case .ownAuthority:
            (
                [.nature, .categories, .risk, .discoveredAt, .awareAt],
                [
                    .cause, .subjectsApprox, .recordsApprox, .consequences, .measures, .contactPoint, .hasHealthData,
                    .isHighRisk, .delayReason, .authorities, .authorityNote,
                ]
            )
        case .ownPeople:
            // In plain language (Art. 34(2)); of whom else it concerns nothing.
            (
                [.nature, .categories, .discoveredAt, .complaint],
                [.consequences, .measures, .contactPoint, .hasHealthData]
            )
        case .announcement:
            (
                [.client, .headline, .paragraphs, .effectiveOn, .objectUntil],
                [
                    .statement, .subprocessor, .service, .region, .referenceLink, .isProfileChange,
                    .isNewSubprocessor,
                ]
            )
        }
    }
}
