/// The least that answers an authority's demand: these categories at these systems, and nothing else (K23).
package struct DisclosureScope: Sendable, Hashable {
    /// How much of a system is named, and who can keep to it.
    package enum Part: Sendable, Hashable {
        /// All that it holds.
        case whole
        /// These categories, which its connector tells apart from the rest.
        case only(Set<String>)
        /// These categories, which only a person can tell apart from the rest.
        case byPerson(Set<String>)

        /// The named categories; nil where all that the system holds is named.
        package var categories: Set<String>? {
            switch self {
            case .whole: nil
            case .only(let categories), .byPerson(let categories): categories
            }
        }
    }

    /// Ids of the data map, as they were named.
    package let systems: [String]
    /// As the data map calls them.
    package let categories: [String]

    package init(systems: [String], categories: [String]) {
        self.systems = systems
        self.categories = categories
    }

    package func names(_ system: DataSystem) -> Bool { systems.contains(system.id) }

    /// What is named of a system, from whose tables only what is said to be of a named category is taken.
    package func part(of system: DataSystem) -> Part {
        let named = Set(system.categories).intersection(categories)
        if named.count == Set(system.categories).count { return .whole }
        guard case .postgres(let description) = system.connector,
            description.tables.allSatisfy({ $0.category != nil })
        else { return .byPerson(named) }
        return .only(named)
    }

    /// Whether every name stands for something, and the whole for the least (K23).
    ///
    /// - Throws: what is wrong with which entry, counted from one.
    package func check(
        against systems: [DataSystem],
        of relationship: Relationship,
        client: String
    ) throws(DisclosureFault) {
        for (field, entries) in [("systems", self.systems), ("categories", categories)] {
            guard !entries.isEmpty else {
                throw DisclosureFault(
                    field,
                    "is empty: what is handed over is named (K23)",
                    "name at least one, as `habeas systems list` shows them"
                )
            }
            guard !entries.contains(where: { $0.contains("*") }) else {
                throw DisclosureFault(
                    field,
                    "has a `*`: the least that answers the demand is named one by one (K23)",
                    "name each one that the demand covers"
                )
            }
            guard Set(entries).count == entries.count else {
                throw DisclosureFault(field, "names something twice", "name each one once")
            }
        }
        var held: Set<String> = []
        for (index, id) in self.systems.enumerated() {
            let field = "systems[\(index + 1)]"
            guard let system = systems.first(where: { $0.id == id }) else {
                throw DisclosureFault(field, "is no system of the data map", "see `habeas systems list`")
            }
            guard system.isActedOn else {
                throw DisclosureFault(
                    field,
                    "is a system that nothing is collected from",
                    "name the system that the data are kept in"
                )
            }
            guard system.canHold(relationship, client: client) else {
                throw DisclosureFault(
                    field,
                    "can hold nothing of such a person of this client's",
                    "see `habeas systems show`"
                )
            }
            let named = Set(system.categories).intersection(categories)
            guard !named.isEmpty else {
                throw DisclosureFault(
                    field,
                    "holds none of the named categories",
                    "leave it out, or name what is meant there"
                )
            }
            held.formUnion(named)
        }
        for (index, category) in categories.enumerated() where !held.contains(category) {
            throw DisclosureFault(
                "categories[\(index + 1)]",
                "is held by none of the named systems",
                "leave it out, or name the system that holds it"
            )
        }
    }
}

/// What is wrong with a demand: the field, the fault and what to do about it. No values.
package struct DisclosureFault: Error, Hashable, CustomStringConvertible {
    package let field: String
    package let fault: String
    package let remedy: String

    package init(_ field: String, _ fault: String, _ remedy: String) {
        self.field = field
        self.fault = fault
        self.remedy = remedy
    }

    package var description: String { "\(field): \(fault); \(remedy)" }
}
