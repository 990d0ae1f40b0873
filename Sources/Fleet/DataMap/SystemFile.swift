package import Rights

/// Reads the data map from YAML: one mapping a system, with every fault at its place.
package enum SystemFile {
    /// One system as it was written, and what it says.
    package struct Entry: Sendable {
        package let system: DataSystem
        /// The entry's own YAML.
        package let body: String
    }

    /// Keys that every system has; those of its connector stand under `connector`.
    static let keys = [
        "id", "title", "kind", "company", "service", "categories", "purposes", "region", "mechanism", "agreed_on",
        "mandatory",
        "verification", "after", "relationships", "clients", "keep", "limits", "grace", "backups", "retention",
        "internal",
        "due_within", "connector",
    ]

    /// Reads one stored system. `path` is named in faults only.
    package static func system(_ text: String, path: String) throws(PolicyFault) -> DataSystem {
        try system(YAMLMapping(text: text, path: path))
    }

    static func system(_ file: YAMLMapping) throws(PolicyFault) -> DataSystem {
        try file.allow(keys)
        let id = try file.required("id")
        guard id.wholeMatch(of: /[a-z0-9-]{1,63}/) != nil else {
            throw file.fault("id", "is not a name of 1 to 63 of a-z, 0-9 and -", "choose such a name")
        }
        var system = DataSystem(id: id, title: try file.text("title") ?? id, kind: try kind(file))
        system.company = try file.text("company")
        system.service = try file.text("service")
        system.categories = try file.list("categories")
        system.purposes = try file.list("purposes")
        system.region = try region(file)
        system.mechanism = try file.section("mechanism").map { section throws(PolicyFault) in try mechanism(section) }
        system.agreedOn = try day("agreed_on", file)
        system.after = try file.list("after")
        system.relationships = Set(try words("relationships", file) as [Relationship])
        system.clients = Set(try file.list("clients"))
        for section in try file.sections("keep") { system.keeps.append(try keep(section)) }
        if let limits = try file.section("limits") {
            try limits.allow(["in_flight", "per_second"])
            system.inFlight = try limits.number("in_flight", 1...1_000) ?? system.inFlight
            system.perSecond = try limits.number("per_second", 1...100_000).map(Double.init)
        }
        system.grace = try period("grace", file)
        system.backups = try period("backups", file)
        system.retention = try period("retention", file)
        system.isInternal = try file.flag("internal") ?? false
        system.dueWithin = try period("due_within", file) ?? system.dueWithin
        if let section = try file.section("connector") { system.connector = try connector(section) }
        system.isMandatory = try file.flag("mandatory") ?? system.kind.isActedOn
        system.verification = try word("verification", file) ?? Self.standard(system)
        try check(system, file)
        return system
    }

    /// As good as its connector can show.
    private static func standard(_ system: DataSystem) -> Verification {
        system.connector.verification(of: .erase)
    }

    // MARK: Parts

    private static func kind(_ file: YAMLMapping) throws(PolicyFault) -> SystemKind {
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

    private static func day(_ key: String, _ file: YAMLMapping) throws(PolicyFault) -> CivilDate? {
        guard let text = try file.text(key) else { return nil }
        guard let day = CivilDate(iso: text) else { throw file.fault(key, "is not a day", "write it as 2026-03-01") }
        return day
    }

    private static func region(_ file: YAMLMapping) throws(PolicyFault) -> String? {
        guard let text = try file.text("region") else { return nil }
        guard let region = Country.normalise(text) else {
            throw file.fault("region", "is not a code of ISO 3166", "write for instance DE, or US-CA")
        }
        return region
    }

    private static func mechanism(_ section: YAMLMapping) throws(PolicyFault) -> TransferMechanism {
        try section.allow(["kind", "valid_until"])
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

    private static func keep(_ section: YAMLMapping) throws(PolicyFault) -> KeepRule {
        try section.allow([
            "category", "reason", "law", "instruction", "claim", "until", "for", "relationships", "clients",
        ])
        guard let reason: RetentionException.Reason = try word("reason", section) else {
            throw section.fault(
                "reason",
                "is missing",
                "use \(RetentionException.Reason.words.joined(separator: ", "))"
            )
        }
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
        let until: KeepRule.Until
        switch (try day("until", section), try period("for", section)) {
        case (.some(let day), nil): until = .day(day)
        case (nil, .some(let period)): until = .after(period)
        default:
            throw section.fault("until", "or for is missing, or both are there", "say when what is kept goes (K11)")
        }
        return KeepRule(
            category: try section.required("category"),
            reason: reason,
            basis: bases[0],
            until: until,
            relationships: Set(try words("relationships", section) as [Relationship]),
            clients: Set(try section.list("clients"))
        )
    }

    private static func connector(_ section: YAMLMapping) throws(PolicyFault) -> ConnectorDescription {
        switch try section.required("kind") {
        case "postgres": .postgres(try PostgresSection.read(section))
        case "opendsr": .opendsr(try OpenDSRSection.read(section))
        case "http": .http(try HTTPSection.read(section))
        case "amqp": .amqp(try AppSection.read(section))
        case "email": .email(try PersonSection.read(section, writes: true))
        case "manual": .manual(try PersonSection.read(section, writes: false))
        default:
            throw section.fault("kind", "is no connector", "use postgres, opendsr, http, amqp, email or manual")
        }
    }

    // MARK: The whole

    private static func check(_ system: DataSystem, _ file: YAMLMapping) throws(PolicyFault) {
        let best = system.connector.verification(of: .erase)
        if system.kind.isActedOn, system.connector != .none, !best.reaches(system.verification) {
            throw file.fault(
                "verification",
                "cannot be reached by its connector, which comes to \(best.rawValue) at most (N4)",
                "ask for that, or describe how the system can be looked at"
            )
        }
        if case .opendsr(let description) = system.connector, !system.isInternal, description.url.hasPrefix("http:") {
            throw file.fault(
                "connector",
                "reaches somebody else without encryption",
                "write an https URL, or `internal: true` for one of your own"
            )
        }
        if case .http = system.connector, system.isMandatory, best == .attestation {
            throw file.fault(
                "connector",
                "says of a mandatory system how it is asked and not how it is looked at: a 200 alone completes nothing (G12)",
                "describe a verify call, or write `mandatory: false`"
            )
        }
        if system.after.contains(system.id) {
            throw file.fault("after", "names the system itself", "name those that come before it")
        }
    }
}
