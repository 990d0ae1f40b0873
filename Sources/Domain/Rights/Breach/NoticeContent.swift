package import FoundationEssentials

/// What one client is told of an incident: its own part, and nothing from which another client could be inferred.
///
/// Made once for each of its notices and kept as it was made: every attempt over every channel says the same.
package struct NoticeContent: Sendable, Equatable, Redacting {
    package enum Kind: String, ClosedList {
        /// That there is an incident (GDPR Art. 33(2), (3)).
        case first
        /// More is known (Art. 33(4)); it holds all of what is known, and says what has changed.
        case update
        /// It was a false alarm.
        case withdrawn
        /// The last word on it.
        case closed

        /// Whether nothing more is to come.
        package var isLast: Bool { self == .withdrawn || self == .closed }
    }

    /// What a later notice may say has changed.
    package enum Field: String, ClosedList {
        case nature, cause, categories, risk, consequences, measures, contact
        case subjects, records
        case healthData = "health_data"
        case discoveredAt = "discovered_at"
        case awareAt = "aware_at"
    }

    package var kind: Kind
    /// From 1, counted for this client alone: what others were told shows in no number.
    package var number: Int
    package var nature: String
    package var cause: String?
    package var categories: [String]
    package var risk: BreachRisk
    package var hasHealthData = false
    /// Approximately how many of the client's people, and how many records of them; nil while nobody knows (Art. 33(3)(a)).
    package var subjectsApprox: Int?
    package var recordsApprox: Int?
    package var consequences: String?
    package var measures: String?
    package var contact: ContactDetails?
    package var discoveredAt: Date
    package var awareAt: Date
    /// What is not as in the notice before; empty in the first.
    package var changed: [Field] = []

    package init(
        _ kind: Kind = .first,
        number: Int = 1,
        nature: String,
        categories: [String],
        risk: BreachRisk,
        discoveredAt: Date,
        awareAt: Date
    ) {
        self.kind = kind
        self.number = number
        self.nature = nature
        self.categories = categories
        self.risk = risk
        self.discoveredAt = discoveredAt
        self.awareAt = awareAt
    }

    /// What `client` is to be told, were it told for the first time.
    package init(of picture: IncidentPicture, part: IncidentPicture.Part, client: String, in systems: [DataSystem]) {
        self.init(
            nature: picture.nature,
            categories: picture.categories(of: client, in: systems),
            risk: picture.risk,
            discoveredAt: picture.discoveredAt,
            // When it was known of this client, which may be later than of others.
            awareAt: part.awareAt
        )
        cause = picture.cause
        hasHealthData = picture.hasHealthData
        subjectsApprox = part.subjectsApprox
        recordsApprox = part.recordsApprox
        consequences = picture.consequences
        measures = picture.measures
        contact = picture.contact
    }

    /// The vendor's own part, of data that it controls itself (G13): its own numbers and categories, and of no client anything. Nil
    /// where the incident has no such part.
    package init?(ownPartOf picture: IncidentPicture) {
        guard let own = picture.ownData else { return nil }
        self.init(
            nature: picture.nature,
            categories: own.categories.isEmpty ? picture.categories : own.categories,
            risk: picture.risk,
            discoveredAt: picture.discoveredAt,
            awareAt: picture.awareAt
        )
        cause = picture.cause
        hasHealthData = picture.hasHealthData
        subjectsApprox = own.subjectsApprox
        recordsApprox = own.recordsApprox
        consequences = picture.consequences
        measures = picture.measures
        contact = picture.contact
    }

    /// The notice that follows on `before`; nil where this client has nothing new to learn.
    ///
    /// - Parameter ending: how the incident has ended, where it has.
    package func following(_ before: NoticeContent, ending: IncidentPicture.Ending?) -> NoticeContent? {
        guard before.kind != .withdrawn else { return nil }
        var next = self
        next.number = before.number + 1
        next.changed = Field.allCases.filter { !$0.isSame(self, before) }
        switch ending {
        case .falseAlarm: next.kind = .withdrawn
        case .closed:
            // A phase that was overtaken by the last word.
            guard before.kind != .closed || !next.changed.isEmpty else { return nil }
            next.kind = .closed
        case nil:
            guard !next.changed.isEmpty else { return nil }
            next.kind = .update
        }
        return next
    }
}

extension NoticeContent.Field {
    fileprivate func isSame(_ one: NoticeContent, _ other: NoticeContent) -> Bool {
        switch self {
        case .nature: one.nature == other.nature
        case .cause: one.cause == other.cause
        case .categories: one.categories == other.categories
        case .risk: one.risk == other.risk
        case .healthData: one.hasHealthData == other.hasHealthData
        case .subjects: one.subjectsApprox == other.subjectsApprox
        case .records: one.recordsApprox == other.recordsApprox
        case .consequences: one.consequences == other.consequences
        case .measures: one.measures == other.measures
        case .contact: one.contact == other.contact
        case .discoveredAt: Self.isSame(one.discoveredAt, other.discoveredAt)
        case .awareAt: Self.isSame(one.awareAt, other.awareAt)
        }
    }

    /// What was kept as a text is the same moment still.
    private static func isSame(_ one: Date, _ other: Date) -> Bool { abs(one.timeIntervalSince(other)) < 0.001 }
}
