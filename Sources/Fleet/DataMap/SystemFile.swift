package import Rights

/// Reads the data map from YAML: a list of systems, with every fault at its place.
///
/// What a system says of itself is checked while it is read, what systems say of each other over the whole list. Which clients there
/// are only the database knows.
package enum SystemFile {
    /// One system as it was written, and what it says.
    package struct Entry: Sendable {
        package let system: DataSystem
        /// The entry's own YAML.
        package let body: String
    }

    /// Keys that every system has; those of its connector stand under `connector`.
    static let keys = [
        "id", "title", "kind", "company", "service", "categories", "purposes", "source", "stored_for",
        "automated_decisions", "region", "mechanism", "agreed_on", "mandatory", "verification", "after", "from",
        "relationships", "clients", "keep", "limits", "grace", "backups", "retention", "internal", "due_within",
        "connector",
    ]

    static let keepKeys = [
        "category", "reason", "law", "instruction", "claim", "until", "for", "relationships", "clients",
    ]
    static let mechanismKeys = ["kind", "valid_until"]
    static let decisionKeys = ["decision", "logic", "consequences"]
    static let limitKeys = ["in_flight", "per_second"]

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - path: named in faults only.
    ///   - others: systems that stay in the data map beside those of the file.
    ///   - clients: those there are; nil where nobody knows yet.
    package static func entries(
        _ text: String,
        path: String,
        beside others: [DataSystem] = [],
        clients: Set<String>? = nil
    ) throws(PolicyFault) -> [Entry] {
        var mappings: [(system: DataSystem, file: YAMLMapping)] = []
        var entries: [Entry] = []
        for file in try YAMLMapping.entries(text: text, path: path) {
            let system = try system(file)
            try check(system, file)
            // What is stored is read by every worker: it has to say the same there.
            guard let body = file.yaml, let again = try? Self.system(body, path: path), again == system else {
                throw file.fault(
                    "id",
                    "begins an entry that cannot be stored as it is written",
                    "write it more plainly"
                )
            }
            mappings.append((system, file))
            entries.append(Entry(system: system, body: body))
        }
        try check(mappings, beside: others)
        if let clients { try check(mappings, clients) }
        return entries
    }

    /// Reads one stored system, whatever is asked of new ones since. `path` is named in faults only.
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
        system.source = try words(on: "source", of: system, file)
        system.storedFor = try words(on: "stored_for", of: system, file)
        for section in try file.sections("automated_decisions") {
            system.automatedDecisions.append(try decision(section))
        }
        system.region = try region(file)
        system.mechanism = try file.section("mechanism").map { section throws(PolicyFault) in try mechanism(section) }
        system.agreedOn = try day("agreed_on", file)
        system.after = try file.list("after")
        system.from = try file.list("from")
        system.relationships = Set(try words("relationships", file) as [Relationship])
        system.clients = Set(try file.list("clients"))
        for section in try file.sections("keep") { system.keeps.append(try keep(section, of: system)) }
        if let limits = try file.section("limits") {
            try limits.allow(limitKeys)
            system.inFlight = try limits.number("in_flight", 1...1_000) ?? system.inFlight
            system.perSecond = try rate("per_second", limits)
        }
        system.grace = try technicalPeriod("grace", file)
        system.backups = try technicalPeriod("backups", file)
        system.retention = try technicalPeriod("retention", file)
        system.isInternal = try file.flag("internal") ?? false
        system.dueWithin = try period("due_within", file) ?? system.dueWithin
        if let section = try file.section("connector") { system.connector = try connector(section) }
        system.isMandatory = try file.flag("mandatory") ?? system.isActedOn
        system.verification = try word("verification", file) ?? Self.standard(system)
        return system
    }

    /// As good as its connector can show for the gravest thing it can do; what it cannot do a person does.
    static func standard(_ system: DataSystem) -> Verification {
        let connector = system.connector
        let described = acts.first { connector.can($0) }
        return described.map(connector.verification) ?? .attestation
    }

    /// What is done to data, the gravest first.
    static let acts: [TargetOperation] = [.erase, .eraseTenant, .rectify, .restrict, .suppress]
}
