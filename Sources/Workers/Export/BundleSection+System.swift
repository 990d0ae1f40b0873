import Fleet
import Ledger
import Rights

extension BundleSection {
    /// What the data map says of where rows come from: what GDPR Art. 15(1) and (2) ask, of data like this person's.
    init(
        _ system: DataSystem,
        _ part: TargetFindings.Part,
        columns: [String],
        of record: CaseFileRecord,
        _ registry: Registry,
        in words: PageWords
    ) {
        var table: PostgresDescription.Table?
        if case .postgres(let description) = system.connector { table = description.table(part.name) }
        let categories = table?.category.map { [$0] } ?? system.categories
        self.init(
            system: system.id,
            systemTitle: system.title,
            kind: system.kind,
            company: system.company,
            region: system.region,
            safeguards: Self.safeguards(of: system, record, words),
            dataset: part.name,
            shownAs: part.name == HandedIn.dataset && columns.isEmpty ? words.files : nil,
            category: categories.joined(separator: ", "),
            purposes: system.purposes,
            retention: Self.retention(system, categories, of: record, words),
            recipients: Self.recipients(of: system, record, registry, words),
            source: system.source.text(of: categories) ?? Self.origins(of: system, registry, words),
            columns: columns,
            withheld: (table?.withheld ?? [:]).sorted { $0.key < $1.key }
                .map { Withheld(column: $0.key, reason: words.withheldBecause($0.value)) }
                + (table?.removesFrom ?? [:]).keys.sorted().map { Withheld(column: $0, reason: words.namesOthers) },
            rows: part.rows
        )
    }

    /// To whom data go, as the processor's data map has it.
    init(_ list: DisclosureList, processor: String, in words: PageWords) {
        self.init(
            system: "data-map",
            systemTitle: processor,
            kind: .own,
            dataset: "disclosures",
            shownAs: words.disclosures,
            category: words.disclosures,
            columns: DisclosureList.columns,
            headings: DisclosureList.headings(in: words),
            rows: list.rows
        )
    }

    /// Whom an incident concerns.
    init(_ list: PeopleList, processor: String, in words: PageWords) {
        self.init(
            system: "incident",
            systemTitle: processor,
            kind: .own,
            dataset: "people",
            shownAs: words.people,
            category: words.people,
            columns: list.columns,
            headings: [PeopleList.number: words.ordinal],
            rows: list.rows
        )
    }

    /// What protects data outside Europe (K16); nil inside, and where nothing held on the day as of which the bundle speaks.
    private static func safeguards(of system: DataSystem, _ record: CaseFileRecord, _ words: PageWords) -> String? {
        guard !Client.isEuropean(system.region), let mechanism = system.mechanism else { return nil }
        let day = Place.unknown.day(of: record.anchor)
        return mechanism.standing(on: day) == .expired ? nil : words.transfer(mechanism.kind)
    }

    /// As far as the data map knows it. What another client has instructed is nobody else's.
    private static func retention(
        _ system: DataSystem,
        _ categories: [String],
        of record: CaseFileRecord,
        _ words: PageWords
    ) -> String? {
        var said: [String] = []
        if let text = system.storedFor.text(of: categories) {
            said.append(text)
        } else if let period = system.retention {
            said.append(words.period(period))
        }
        for rule in system.keeps where categories.contains(rule.category) {
            guard rule.concerns(record.relationship ?? .unknown, client: record.clientID) else { continue }
            said.append(
                words.fill(
                    categories.count > 1 ? words.keptOnOf : words.keptOn,
                    ["category": rule.category, "basis": rule.basis.citation]
                )
            )
        }
        return said.isEmpty ? nil : said.joined(separator: "; ")
    }

    /// To whom the data map says that they go on, where that is, and what protects them there.
    private static func recipients(
        of system: DataSystem,
        _ record: CaseFileRecord,
        _ registry: Registry,
        _ words: PageWords
    ) -> [String] {
        registry.systems.filter { other in
            other.from.contains(system.id) && other.kind != .backup && other.kind != .log && other.kind != .controller
                && other.canHold(record.relationship ?? .unknown, client: record.clientID)
        }.map { other in
            var name = other.company.map { "\($0) (\(other.title))" } ?? other.title
            if let region = other.region { name += ", \(region)" }
            return safeguards(of: other, record, words).map { name + words.colon + $0 } ?? name
        }
    }

    /// The systems that it gets its data from.
    private static func origins(of system: DataSystem, _ registry: Registry, _ words: PageWords) -> String? {
        let names = system.from.compactMap { registry.system($0)?.title }
        return names.isEmpty ? nil : words.fill(words.takenOver, ["systems": names.joined(separator: ", ")])
    }
}
