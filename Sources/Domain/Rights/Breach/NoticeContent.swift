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
        /// Nothing more is known: the list of its people is ready.
        case list
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
        case peopleList = "people_list"
    }

    /// Where the client gets the list of its people, as far as they are known (45 CFR 164.410(c)(1)). No notice waits for one.
    package struct PeopleList: Sendable, Hashable {
        /// From 1, counted for this client alone.
        package var number: Int
        /// The id of the export, under which it is fetched.
        package var export: UUID
        /// Of the bundle, hexadecimal; nil while it is being put together.
        package var sha256: String?

        package init(number: Int, export: UUID, sha256: String? = nil) {
            self.number = number
            self.export = export
            self.sha256 = sha256
        }
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
    /// Nil where nobody has said who they are.
    package var list: PeopleList?
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

extension NoticeContent {
    /// The notice that follows on this one when the list of its people is ready: the same but for that. The last word stays the last.
    package func telling(of list: PeopleList) -> NoticeContent {
        var next = self
        next.number += 1
        next.list = list
        next.changed = [.peopleList]
        if !kind.isLast { next.kind = .list }
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
        // That it is ready is told by itself, and that its time is over is no news.
        case .peopleList: one.list == nil || one.list?.export == other.list?.export
        }
    }

    /// What was kept as a text is the same moment still.
    private static func isSame(_ one: Date, _ other: Date) -> Bool { abs(one.timeIntervalSince(other)) < 0.001 }
}
