import Rights

/// The parts of which a system's entry is made.
extension SystemFile {
    static func kind(_ file: YAMLMapping) throws(PolicyFault) -> SystemKind {
        guard let kind: SystemKind = try word("kind", file) else {
            throw file.fault("kind", "is missing", "write one of \(SystemKind.words.joined(separator: ", "))")
        }
        return kind
    }

    static func word<Word: ClosedList>(_ key: String, _ file: YAMLMapping) throws(PolicyFault) -> Word? {
        guard let text = try file.text(key) else { return nil }
        guard let word = Word(rawValue: text) else {
            throw file.fault(key, "is not a word of the list", "use \(Word.words.joined(separator: ", "))")
        }
        return word
    }

    static func words<Word: ClosedList>(_ key: String, _ file: YAMLMapping) throws(PolicyFault) -> [Word] {
        var words: [Word] = []
        for text in try file.list(key) {
            guard let word = Word(rawValue: text) else {
                throw file.fault(
                    key,
                    "holds a word that is not of the list",
                    "use \(Word.words.joined(separator: ", "))"
                )
            }
            words.append(word)
        }
        return words
    }

    static func period(_ key: String, _ file: YAMLMapping) throws(PolicyFault) -> Period? {
        guard let text = try file.text(key) else { return nil }
        guard let period = Period(text) else {
            throw file.fault(
                key,
                "is not a period",
                "write a number and one of \(Period.Unit.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        return period
    }

    /// How long something is kept or can be restored: counted in days that do not depend on where somebody is.
    static func technicalPeriod(_ key: String, _ file: YAMLMapping) throws(PolicyFault) -> Period? {
        let period = try period(key, file)
        guard period?.unit != .businessDay else {
            throw file.fault(key, "counts business days, which no machine does", "count calendar days")
        }
        return period
    }

    static func rate(_ key: String, _ file: YAMLMapping) throws(PolicyFault) -> Double? {
        guard let text = try file.text(key) else { return nil }
        guard let rate = Double(text), (0.001...100_000).contains(rate) else {
            throw file.fault(key, "is not a rate from 0.001 to 100000", "write how many calls may begin in a second")
        }
        return rate
    }

    static func day(_ key: String, _ file: YAMLMapping) throws(PolicyFault) -> CivilDate? {
        guard let text = try file.text(key) else { return nil }
        guard let day = CivilDate(iso: text) else { throw file.fault(key, "is not a day", "write it as 2026-03-01") }
        return day
    }

    static func region(_ file: YAMLMapping) throws(PolicyFault) -> String? {
        guard let text = try file.text("region") else { return nil }
        guard let region = Country.normalise(text) else {
            throw file.fault("region", "is not a code of ISO 3166", "write for instance DE, or US-CA")
        }
        return region
    }

    /// What people read of a system's data: one text, or a text for each of some categories.
    static func words(
        on key: String,
        of system: DataSystem,
        _ file: YAMLMapping
    ) throws(PolicyFault) -> CategoryWords {
        guard file.keys.contains(key) else { return CategoryWords() }
        if file.isScalar(key) { return CategoryWords(try line(key, file)) }
        guard let section = try file.section(key) else { return CategoryWords() }
        var words = CategoryWords()
        for category in section.keys {
            guard system.categories.contains(category) else {
                throw section.fault(
                    category,
                    "is none of the system's categories",
                    "name one of its `categories`, or add it there"
                )
            }
            words.byCategory[category] = try line(category, section)
        }
        return words
    }

    private static func line(_ key: String, _ file: YAMLMapping) throws(PolicyFault) -> String {
        let text = try file.required(key)
        guard TemplateText.isPlain(text) else {
            throw file.fault(key, "holds line ends or invisible characters", "write it in one line")
        }
        return text
    }

    static func decision(_ section: YAMLMapping) throws(PolicyFault) -> AutomatedDecision {
        try section.allow(decisionKeys)
        for key in decisionKeys where !section.keys.contains(key) {
            throw section.fault(
                key,
                "is missing: people are told what is decided, by what, and what it means for them (GDPR Art. 15(1)(h))",
                "write it in a sentence"
            )
        }
        return AutomatedDecision(
            try line("decision", section),
            logic: try line("logic", section),
            consequences: try line("consequences", section)
        )
    }

    static func mechanism(_ section: YAMLMapping) throws(PolicyFault) -> TransferMechanism {
        try section.allow(mechanismKeys)
        guard let until = try day("valid_until", section) else {
            throw section.fault("valid_until", "is missing", "say until when it holds, as 2027-03-01 (C13)")
        }
        do {
            return try TransferMechanism(named: try section.required("kind"), validUntil: until)
        } catch let fault as TransferMechanism.Fault {
            throw section.fault("kind", fault.sentence, fault.remedy)
        } catch {
            throw section.fault("kind", "is missing", "write scc, adequacy, dpf or bcr")
        }
    }

    static func keep(_ section: YAMLMapping, of system: DataSystem) throws(PolicyFault) -> KeepRule {
        try section.allow(keepKeys)
        guard let reason: RetentionException.Reason = try word("reason", section) else {
            throw section.fault(
                "reason",
                "is missing",
                "use \(RetentionException.Reason.words.joined(separator: ", "))"
            )
        }
        let named = Set(try words("relationships", section) as [Relationship])
        // What the rule leaves open the system says.
        let relationships = named.isEmpty ? system.relationships : named
        let clients = Set(try section.list("clients"))
        return KeepRule(
            category: try category(section, of: system),
            reason: reason,
            basis: try basis(section, relationships, isOfSomeClients: !clients.isEmpty || !system.clients.isEmpty),
            until: try until(section),
            relationships: relationships,
            clients: clients
        )
    }

    private static func category(_ section: YAMLMapping, of system: DataSystem) throws(PolicyFault) -> String {
        let category = try section.required("category")
        guard system.categories.isEmpty || system.categories.contains(category) else {
            throw section.fault("category", "is none of the system's", "name one of its `categories`, or add it there")
        }
        return category
    }

    private static func until(_ section: YAMLMapping) throws(PolicyFault) -> KeepRule.Until {
        switch (try day("until", section), try technicalPeriod("for", section)) {
        case (.some(let day), nil): return .day(day)
        case (nil, .some(let period)): return .after(period)
        default:
            throw section.fault("until", "or for is missing, or both are there", "say when what is kept goes (K11)")
        }
    }

    /// What is kept of a client's end users its controller or a law keeps, never the vendor for itself (K11).
    private static func basis(
        _ section: YAMLMapping,
        _ relationships: Set<Relationship>,
        isOfSomeClients: Bool
    ) throws(PolicyFault) -> RetentionException.Basis {
        let bases: [RetentionException.Basis] = [
            try section.text("law").map { .law($0) }, try section.text("instruction").map { .clientInstruction($0) },
            try section.text("claim").map { .ownClaim($0) },
        ].compactMap { $0 }
        guard bases.count == 1 else {
            throw section.fault(
                "law",
                "or instruction or claim is missing, or there are several (K11)",
                "cite the one law, client's instruction or claim of your own that it rests on"
            )
        }
        let isOfEndUsers =
            relationships.isEmpty || relationships.contains(.endUser) || relationships.contains(.unknown)
        switch bases[0] {
        case .ownClaim where isOfEndUsers:
            throw section.fault(
                "claim",
                "is the vendor's own, and the rule is about clients' end users too (K11; GDPR Art. 28(3)(a), (g))",
                "cite the law or the client's instruction, or write `relationships: [client_user]`"
            )
        case .clientInstruction where !isOfSomeClients:
            throw section.fault(
                "instruction",
                "is one client's, and the rule is about all clients' data (K11)",
                "write whose it is as `clients`"
            )
        case .law, .clientInstruction, .ownClaim: return bases[0]
        }
    }

    static func connector(_ section: YAMLMapping) throws(PolicyFault) -> ConnectorDescription {
        switch try section.required("kind") {
        case "postgres": .postgres(try PostgresSection.read(section))
        case "opendsr": .opendsr(try OpenDSRSection.read(section))
        case "http": .http(try HTTPSection.read(section))
        case "amqp": .amqp(try AppSection.read(section))
        case "email": .email(try PersonSection.read(section, writes: true))
        case "manual": .manual(try PersonSection.read(section, writes: false))
        case "tus": .tus(try TusSection.read(section))
        default:
            throw section.fault("kind", "is no connector", "use postgres, opendsr, http, amqp, email, manual or tus")
        }
    }
}
