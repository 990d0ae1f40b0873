import Rights

/// What a template may name. The raw value is the name in the template.
package enum LetterField: String, ClosedList {
    case reference
    case theirReference = "their_reference"
    case person
    case client
    case clientContact = "client_contact"
    case processor
    case processorEmail = "processor_email"
    case processorPostal = "processor_postal"
    case dpo
    case right
    case optOutOf = "opt_out_of"
    case law
    case submittedOn = "submitted_on"
    case dueOn = "due_on"
    case extendedTo = "extended_to"
    case waitUntil = "wait_until"
    case liftedOn = "lifted_on"
    case backupsUntil = "backups_until"
    case logsUntil = "logs_until"
    case reason
    case article
    case explanation
    case extensionReason = "extension_reason"
    case identityHow = "identity_how"
    case fee
    case feeReason = "fee_reason"
    case feeArticle = "fee_article"
    case waitedFor = "waited_for"
    case yourRights = "your_rights"
    case complaint
    case authorityNote = "authority_note"
    case disputeBody = "dispute_body"
    case court
    case decisionLink = "decision_link"
    case referenceLink = "reference_link"
    case downloadLink = "download_link"
    case downloadUntil = "download_until"
    case handedOverTo = "handed_over_to"
    case demandedBy = "demanded_by"
    case demandBasis = "demand_basis"
    case demandSystems = "demand_systems"
    case demandCategories = "demand_categories"
    case objectUntil = "object_until"
    case channel
    // Of an incident.
    case nature
    case cause
    case categories
    case risk
    case subjectsApprox = "subjects_approx"
    case recordsApprox = "records_approx"
    case consequences
    case measures
    case contactPoint = "contact_point"
    case discoveredAt = "discovered_at"
    case awareAt = "aware_at"
    case changed
    case acknowledgeLink = "acknowledge_link"
    case peopleList = "people_list"
    case peopleListExport = "people_list_export"
    case peopleListDigest = "people_list_digest"
    case peopleListLink = "people_list_link"
    case delayReason = "delay_reason"
    // Of a change.
    case headline
    case effectiveOn = "effective_on"
    case statement
    case subprocessor
    case service
    case region
    // Lists, used as sections; what their items have is in ``items``.
    case parts
    case authorities
    case integrations
    case identities
    case paragraphs
    // Flags, used as sections.
    case isMinor = "is_minor"
    case isOptOut = "is_opt_out"
    case isPublicRemoval = "is_public_removal"
    case isCCPA = "is_ccpa"
    case passedOn = "passed_on"
    case passingOn = "passing_on"
    case notPassedOn = "not_passed_on"
    case clientUnknown = "client_unknown"
    case clockWaits = "clock_waits"
    case caseDone = "case_done"
    case casePartly = "case_partly"
    case caseRefused = "case_refused"
    case caseHandedOver = "case_handed_over"
    case caseWithdrawn = "case_withdrawn"
    case caseLapsed = "case_lapsed"
    case hasIntegrations = "has_integrations"
    case vendorAnswers = "vendor_answers"
    case isFirst = "is_first"
    case isUpdate = "is_update"
    case isReminder = "is_reminder"
    case isWithdrawn = "is_withdrawn"
    case isClosing = "is_closing"
    case hasHealthData = "has_health_data"
    case hasAuthorityClock = "has_authority_clock"
    case isHighRisk = "is_high_risk"
    case isHIPAA = "is_hipaa"
    case isHIPAAAgent = "is_hipaa_agent"
    case isCalifornia = "is_california"
    case demandOpen = "demand_open"
    case demandMet = "demand_met"
    case demandOver = "demand_over"
    case isProfileChange = "is_profile_change"
    case isNewSubprocessor = "is_new_subprocessor"

    package static let outcomes: Set<LetterField> = [
        .caseDone, .casePartly, .caseRefused, .caseHandedOver, .caseWithdrawn, .caseLapsed,
    ]

    /// What the letter about an incident may use besides what it always has.
    static let incident: Set<LetterField> = [
        .cause, .subjectsApprox, .recordsApprox, .consequences, .measures, .contactPoint, .changed, .acknowledgeLink,
        .referenceLink,
        .authorities, .isFirst, .isUpdate, .isReminder, .isWithdrawn, .isClosing, .hasHealthData, .hasAuthorityClock,
        .isHighRisk,
        .isHIPAA, .isHIPAAAgent, .isCalifornia, .peopleList, .peopleListExport, .peopleListDigest, .peopleListLink,
    ]

    package enum Shape: String, Sendable {
        case text, date, link, list, flag
    }

    package var shape: Shape {
        switch self {
        case .submittedOn, .dueOn, .extendedTo, .waitUntil, .liftedOn, .backupsUntil, .logsUntil, .downloadUntil,
            .effectiveOn, .objectUntil:
            .date
        case .decisionLink, .referenceLink, .downloadLink, .acknowledgeLink, .peopleListLink: .link
        case .parts, .authorities, .integrations, .identities, .paragraphs: .list
        case .isMinor, .isOptOut, .isPublicRemoval, .isCCPA, .passedOn, .passingOn, .notPassedOn, .clientUnknown,
            .clockWaits, .caseDone, .casePartly, .caseRefused, .caseHandedOver, .caseWithdrawn, .caseLapsed,
            .hasIntegrations, .vendorAnswers, .demandOpen, .demandMet, .demandOver, .isFirst, .isUpdate, .isReminder,
            .isWithdrawn, .isClosing, .hasHealthData, .hasAuthorityClock, .isHighRisk, .isHIPAA,
            .isHIPAAAgent, .isCalifornia, .isProfileChange, .isNewSubprocessor:
            .flag
        default: .text
        }
    }

    /// What each item of a list has, and whether it always has it. No name is a field's: the engine looks outwards for a name
    /// that an item has not.
    package var items: [(name: String, isAlways: Bool)] {
        switch self {
        case .parts: [("what", true), ("why", true), ("basis", false), ("kept_until", false)]
        case .authorities: [("authority", true), ("authority_url", false), ("authority_postal", false)]
        case .integrations: [("integration", true)]
        case .identities: [("identity_type", true), ("identity", true)]
        case .paragraphs: [("paragraph", true)]
        default: []
        }
    }

    /// One line for deploy/templates.md.
    package var meaning: String {
        switch self {
        case .reference: "the case's short reference, the only field a subject may hold"
        case .theirReference: "the reference under which the request was published"
        case .person: "the person's name; left out where it looks like anything but a name"
        case .client: "the client's name"
        case .clientContact: "how to reach the client"
        case .processor: "the vendor's name (`contact.name` of the profile)"
        case .processorEmail: "its address for privacy matters"
        case .processorPostal: "its postal address"
        case .dpo: "its data protection officer"
        case .right: "what was asked for, in words"
        case .optOutOf: "what an opt-out concerns, in words"
        case .law: "the law's short name"
        case .submittedOn: "when the person first asked"
        case .dueOn: "when the answer is due"
        case .extendedTo: "when it is due now"
        case .waitUntil: "until when we wait for an answer"
        case .liftedOn: "when a restriction ends"
        case .backupsUntil: "when backups are free of the data"
        case .logsUntil: "when logs that forget by themselves have"
        case .reason: "why it was refused, in words"
        case .article: "where that is written"
        case .explanation: "a person's own words: a question, a reason, the answer to a complaint"
        case .extensionReason: "why it takes longer, in words"
        case .identityHow: "how to show who one is, in words"
        case .fee: "the amount with its currency"
        case .feeReason: "why a fee is asked, in words"
        case .feeArticle: "where that is written"
        case .waitedFor: "what did not arrive in time, in words"
        case .yourRights: "the rights under the law of the case"
        case .complaint: "the right to complain under the law of the case"
        case .authorityNote: "a further sentence on the authorities"
        case .disputeBody: "`dispute_body` of the profile"
        case .court: "the way to a court under the law of the case"
        case .decisionLink: "where the client decides"
        case .referenceLink: "where the details are, or where to answer"
        case .downloadLink: "where the data can be fetched"
        case .downloadUntil: "until when"
        case .handedOverTo: "the controller that has a copy, as the person had asked"
        case .demandedBy: "the authority that demands data, its country and its own reference"
        case .demandBasis: "the law that it demands them by, with the article"
        case .demandSystems: "the systems that they are taken from"
        case .demandCategories: "the categories that it gets"
        case .objectUntil: "until when the client can object"
        case .channel: "the name of the channel that is tested"
        case .nature: "what has happened, in the words of the incident"
        case .cause: "why, in the words of the incident"
        case .categories: "which kinds of data are concerned: of this client's people, or of the vendor's own"
        case .risk: "how great the risk to people is, in words"
        case .subjectsApprox: "how many of these people are concerned, approximately"
        case .recordsApprox: "how many records of them, approximately"
        case .consequences: "what may follow from it for people"
        case .measures: "what was done, and is to be done"
        case .contactPoint: "where more is to be learned"
        case .discoveredAt: "when the incident was discovered, to the minute"
        case .awareAt: "when the processor became aware that this client is affected, or its own data are"
        case .changed: "what is not as in the notice before, in words"
        case .acknowledgeLink: "where the client says that it has read this"
        case .peopleList: "the number of the list of the client's people whom it concerns, where there is one"
        case .peopleListExport: "the export's id, under which the list is fetched"
        case .peopleListDigest: "SHA-256 of the list; left out while it is being put together"
        case .peopleListLink: "where the list is fetched"
        case .delayReason: "why the authority is told after its time, in the words of who decided it"
        case .headline: "what the change is called"
        case .effectiveOn: "when it takes effect"
        case .statement: "name and version of the statement that changes"
        case .subprocessor: "who the new sub-processor is (`company` of the data map, else `title`)"
        case .service: "what it does (`service`)"
        case .region: "where it does it (`region`)"
        case .parts: "what was not done"
        case .authorities: "where to complain, by country and law"
        case .integrations: "applications that only the client can reach"
        case .identities: "by what the person is known"
        case .paragraphs: "what is announced, in the words of whoever announces it"
        case .isMinor: "a child under 13 is concerned"
        case .isOptOut: "the right is an opt-out, or the limit on sensitive data"
        case .isPublicRemoval: "the right is the removal of public content"
        case .isCCPA: "the law is the CCPA"
        case .passedOn: "the client has the request"
        case .passingOn: "the client is about to have it"
        case .notPassedOn: "the request may not be referred"
        case .clientUnknown: "nobody knows which client is meant"
        case .clockWaits: "the time for the answer stands still"
        case .caseDone: "all was done"
        case .casePartly: "a part was done"
        case .caseRefused: "it was refused"
        case .caseHandedOver: "the client handles it"
        case .caseWithdrawn: "it was withdrawn"
        case .caseLapsed: "it lapsed"
        case .hasIntegrations: "there are `integrations`"
        case .vendorAnswers: "the vendor tells the person"
        case .isFirst: "the client hears of the incident for the first time"
        case .isUpdate: "more is known than before"
        case .isReminder: "nobody at the client has said that it was read"
        case .isWithdrawn: "it was a false alarm"
        case .isClosing: "it is the last word on the incident"
        case .hasHealthData: "health data are concerned"
        case .hasAuthorityClock: "the client has 72 hours to tell its authority"
        case .isHighRisk: "the risk to people is high: they are to be told"
        case .isHIPAA: "the client is a covered entity"
        case .isHIPAAAgent:
            "the client is a covered entity and the processor its agent: its time for telling the people runs already"
        case .isCalifornia: "the client is bound by the Californian rules on breaches"
        case .demandOpen: "an authority demands data and has not got them"
        case .demandMet: "it has got them"
        case .demandOver: "it does not get them"
        case .isProfileChange: "a statement changes"
        case .isNewSubprocessor: "there is to be a new sub-processor"
        }
    }
}
