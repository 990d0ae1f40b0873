/// One entry of the data map: a place that can hold personal data, what it holds, under which terms, and how it is reached.
package struct DataSystem: Sendable, Hashable {
    /// One to 63 of `a-z 0-9 -`.
    package let id: String
    package let title: String
    package let kind: SystemKind
    /// Who runs it, for the list of sub-processors.
    package var company: String?
    /// What it does, in words for the public list.
    package var service: String?
    package var categories: [String] = []
    package var purposes: [String] = []
    /// Where the data come from that the person has not given (GDPR Art. 15(1)(g)).
    package var source = CategoryWords()
    /// For how long the data are stored, or by what that is decided (Art. 15(1)(d)).
    package var storedFor = CategoryWords()
    package var automatedDecisions: [AutomatedDecision] = []
    /// Where the data are, ISO 3166-1; nil where nobody said, which counts as a third country.
    package var region: String?
    package var mechanism: TransferMechanism?
    package var agreedOn: CivilDate?
    /// A case is complete only when every mandatory target is verified.
    package var isMandatory = true
    /// The least that counts as verified.
    package var verification = Verification.attestation
    /// Systems whose part has to be verified before this one's begins.
    package var after: [String] = []
    /// Systems that it gets its data from; none named: whoever holds them says so where it is drawn.
    package var from: [String] = []
    /// Whose data it can hold; none named: everybody's.
    package var relationships: Set<Relationship> = []
    /// Whose clients' data; none named: all clients'. Of an integration: who has enabled it.
    package var clients: Set<String> = []
    /// What stays for a time.
    package var keeps: [KeepRule] = []
    /// Calls under way at once, and begun a second; nil: no limit.
    package var inFlight = 4
    package var perSecond: Double?
    /// How long what it has deleted can still be restored there: it is looked at after that.
    package var grace: Period?
    /// How long its backups hold a copy; of a backup: how long it holds one.
    package var backups: Period?
    /// How long a log keeps what it says.
    package var retention: Period?
    /// One of our own: it may have a private address and be spoken to without TLS.
    package var isInternal = false
    /// Within what a person has to have done a manual task.
    package var dueWithin = Period(5, .businessDay)
    package var connector = ConnectorDescription.none
    /// Counted with every change.
    package var version = 0

    package init(id: String, title: String, kind: SystemKind) {
        self.id = id
        self.title = title
        self.kind = kind
    }

    /// What the effect ledger calls it.
    package var target: String { Self.target(of: id) }

    package static func target(of id: String) -> String { "system:\(id)" }

    /// Purposes that a service provider may not pursue with its customers' data (C11).
    package static let forbiddenPurposes: Set<String> = ["own_marketing", "own_advertising", "resale", "own_profiling"]

    /// Whether something is done there, rather than waited for or left to the client.
    package var isActedOn: Bool { kind.isActedOn && !(kind == .log && connector == .none) }

    /// Whether it can hold data of such a person. Of somebody who may be anybody it can; so it can of a client's user while nobody
    /// has said which client's.
    package func canHold(_ relationship: Relationship, client: String?) -> Bool {
        guard relationships.isEmpty || relationships.contains(relationship) || relationship == .unknown else {
            return false
        }
        return holds(client: client) || (client == nil && relationship != .visitor)
    }

    /// Whether it can hold data of a client's.
    package func holds(client: String?) -> Bool { clients.isEmpty || client.map(clients.contains) ?? false }

    /// Whether it can hold what goes with a client: not what it knows of the processor's own visitors only.
    package func holdsTenant(_ client: String?) -> Bool {
        kind != .controller && holds(client: client) && relationships != [.visitor]
    }

    /// What is wrong with it for data of `client` on `day`; for nobody's in particular where nil. Where nobody said where a client
    /// is, it may be in Europe.
    package func flags(for client: Client?, on day: CivilDate) -> [SystemFlag] {
        guard kind != .clientIntegration else { return [] }
        var flags: [SystemFlag] = []
        if kind == .subprocessor, agreedOn == nil { flags.append(.agreementMissing) }
        let isEuropean = client.map { $0.place.country == nil || $0.isEuropean } ?? true
        let isNamed = region != nil || kind == .subprocessor || kind == .controller
        if isEuropean, !Client.isEuropean(region), isNamed {
            switch mechanism?.standing(on: day) {
            case nil: flags.append(.mechanismMissing)
            case .expired: flags.append(.mechanismExpired)
            case .ending: flags.append(.mechanismEnding)
            case .valid: break
            }
        }
        if purposes.contains(where: Self.forbiddenPurposes.contains) { flags.append(.purposeForbidden) }
        // Those of a controller are its own.
        if purposes.isEmpty, kind != .backup, kind != .controller { flags.append(.purposeMissing) }
        if kind == .subprocessor, categories.isEmpty || service == nil { flags.append(.descriptionMissing) }
        return flags
    }
}

extension DataSystem {
    /// The keys of the data map in which this differs from `other`, in their order.
    package func differences(from other: DataSystem) -> [String] {
        var keys: [String] = []
        func compare(_ key: String, _ isEqual: Bool) { if !isEqual { keys.append(key) } }
        compare("title", title == other.title)
        compare("kind", kind == other.kind)
        compare("company", company == other.company)
        compare("service", service == other.service)
        compare("categories", categories == other.categories)
        compare("purposes", purposes == other.purposes)
        compare("source", source == other.source)
        compare("stored_for", storedFor == other.storedFor)
        compare("automated_decisions", automatedDecisions == other.automatedDecisions)
        compare("region", region == other.region)
        compare("mechanism", mechanism == other.mechanism)
        compare("agreed_on", agreedOn == other.agreedOn)
        compare("mandatory", isMandatory == other.isMandatory)
        compare("verification", verification == other.verification)
        compare("after", after == other.after)
        compare("from", from == other.from)
        compare("relationships", relationships == other.relationships)
        compare("clients", clients == other.clients)
        compare("keep", keeps == other.keeps)
        compare("limits", (inFlight, perSecond) == (other.inFlight, other.perSecond))
        compare("grace", grace == other.grace)
        compare("backups", backups == other.backups)
        compare("retention", retention == other.retention)
        compare("internal", isInternal == other.isInternal)
        compare("due_within", dueWithin == other.dueWithin)
        compare("connector", connector == other.connector)
        return keys
    }
}
