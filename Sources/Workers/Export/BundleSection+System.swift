import Fleet
import Rights

extension BundleSection {
    /// What the data map says of where rows come from: what GDPR Art. 15(1) asks.
    init(_ system: DataSystem, _ part: TargetFindings.Part, columns: [String], _ registry: Registry) {
        var table: PostgresDescription.Table?
        if case .postgres(let description) = system.connector { table = description.table(part.name) }
        self.init(
            system: system.id,
            systemTitle: system.title,
            kind: system.kind,
            company: system.company,
            region: system.region,
            safeguards: system.mechanism?.kind.rawValue,
            dataset: part.name,
            category: table?.category ?? system.categories.joined(separator: ", "),
            purposes: system.purposes,
            retention: Self.retention(system, table?.category),
            recipients: Self.recipients(of: system, registry),
            columns: columns,
            withheld: (table?.withheld ?? [:]).sorted { $0.key < $1.key }
                .map { Withheld(column: $0.key, reason: Self.sentence($0.value)) }
                + (table?.removesFrom ?? [:]).keys.sorted()
                .map { Withheld(column: $0, reason: "Names other people, too: only you are shown.") },
            rows: part.rows
        )
    }

    /// To whom data go, as the processor's data map has it.
    init(_ list: DisclosureList, processor: String) {
        self.init(
            system: "data-map",
            systemTitle: processor,
            kind: .own,
            dataset: "disclosures",
            category: "disclosures",
            columns: DisclosureList.columns,
            rows: list.rows
        )
    }

    /// As far as the data map knows one.
    private static func retention(_ system: DataSystem, _ category: String?) -> String? {
        if let rule = system.keeps.first(where: { $0.category == category }) {
            return "After an erasure kept for a time: \(rule.basis.citation)"
        }
        return system.retention.map { "\($0)" }
    }

    /// To whom the data map says that they go on.
    private static func recipients(of system: DataSystem, _ registry: Registry) -> [String] {
        registry.systems.filter { $0.from.contains(system.id) && $0.kind != .backup && $0.kind != .log }
            .map { system in system.company.map { "\($0) (\(system.title))" } ?? system.title }
    }

    private static func sentence(_ reason: PostgresDescription.Withheld) -> String {
        switch reason {
        case .rightsOfOthers: "Says something about other people (GDPR Art. 15(4))."
        case .secret: "A secret by which somebody could act in your name."
        case .tradeSecret: "A trade secret (GDPR recital 63)."
        }
    }
}
