import Rights

/// What no single key shows.
extension SystemFile {
    // MARK: One system

    static func check(_ system: DataSystem, _ file: YAMLMapping) throws(PolicyFault) {
        try checkKind(system, file)
        try checkVerification(system, file)
        try checkKept(system, file)
        if case .opendsr(let description) = system.connector, !system.isInternal, description.url.hasPrefix("http:") {
            throw file.fault(
                "connector",
                "reaches somebody else without encryption",
                "write an https URL, or `internal: true` for one of your own"
            )
        }
        if system.mechanism?.kind == .dpf, let region = system.region, !region.hasPrefix("US") {
            throw file.fault(
                "mechanism",
                "is the EU-US framework, and the system is not in the United States (K16)",
                "use scc, adequacy or bcr"
            )
        }
        for key in ["after", "from"] where (key == "after" ? system.after : system.from).contains(system.id) {
            throw file.fault(key, "names the system itself", "name others")
        }
    }

    private static func checkKind(_ system: DataSystem, _ file: YAMLMapping) throws(PolicyFault) {
        if system.kind == .controller { return try checkController(system, file) }
        if case .tus = system.connector {
            throw file.fault(
                "connector",
                "takes what is handed to another controller, and nothing else can be asked of it (Y5)",
                "write `kind: controller`, or another connector"
            )
        }
        if !system.isActedOn {
            for key in ["connector", "keep"] where file.keys.contains(key) {
                throw file.fault(key, "is of no use: nothing is done at a \(system.kind.rawValue)", "take it out")
            }
            if system.isMandatory {
                throw file.fault("mandatory", "asks for what nobody does there", "take it out")
            }
        }
        switch system.kind {
        case .clientIntegration where system.clients.isEmpty:
            throw file.fault("clients", "is missing: somebody has enabled the integration (K14)", "name the clients")
        case .backup where system.backups == nil:
            throw file.fault(
                "backups",
                "is missing: a copy goes some day (K22)",
                "say how long one is held: `35 calendar_days`"
            )
        case .log where system.connector == .none && system.retention == nil:
            throw file.fault(
                "retention",
                "is missing: what nothing is taken out of goes by itself some day (K12)",
                "say how long a line is kept, as `30 calendar_days`, or give it a connector"
            )
        case .own, .subprocessor, .clientIntegration, .publicContent, .log, .backup, .controller: break
        }
    }

    /// What has a meaning only where something is done.
    private static let keysOfWork = [
        "service", "purposes", "mandatory", "verification", "after", "keep", "grace", "backups", "retention",
        "due_within",
    ]

    private static func checkController(_ system: DataSystem, _ file: YAMLMapping) throws(PolicyFault) {
        for key in keysOfWork where file.keys.contains(key) {
            throw file.fault(key, "is of no use: nothing is asked of another controller", "take it out")
        }
        guard case .tus(let place) = system.connector else {
            throw file.fault(
                "connector",
                "is missing or none that takes a copy (Y5)",
                "write where copies are handed over: `connector: {kind: tus, url: https://…}`"
            )
        }
        guard place.url.lowercased().hasPrefix("https:") || system.isInternal else {
            throw file.fault(
                "connector",
                "reaches another controller without encryption",
                "write an https URL, or `internal: true` for one of your own"
            )
        }
        guard system.region != nil else {
            throw file.fault(
                "region",
                "is missing: whether a transfer needs a mechanism hangs on it (K16)",
                "write where the controller is, as DE or US"
            )
        }
    }

    private static func checkVerification(_ system: DataSystem, _ file: YAMLMapping) throws(PolicyFault) {
        guard system.kind.isActedOn, system.connector != .none else { return }
        let best = standard(system)
        guard best.reaches(system.verification) else {
            throw file.fault(
                "verification",
                "cannot be reached by its connector, which comes to \(best.rawValue) at most (N4)",
                "ask for that, or describe how the system can be looked at"
            )
        }
        if case .http = system.connector, system.isMandatory, best == .attestation {
            throw file.fault(
                "connector",
                "says of a mandatory system how it is asked and not how it is looked at: a 200 alone completes nothing (G12)",
                "describe a verify call, or write `mandatory: false`"
            )
        }
    }

    /// What is kept in an own database is kept table by table: a category that none is of would be erased with all else.
    private static func checkKept(_ system: DataSystem, _ file: YAMLMapping) throws(PolicyFault) {
        guard case .postgres(let description) = system.connector else { return }
        let categories = Set(description.tables.compactMap(\.category))
        guard system.keeps.allSatisfy({ categories.contains($0.category) }) else {
            throw file.fault(
                "keep",
                "names a category that no table of the connector is of, so that nothing of it would be kept (K11)",
                "write `category` at the tables that hold it"
            )
        }
        guard system.categories.isEmpty || categories.isSubset(of: system.categories) else {
            throw file.fault(
                "connector",
                "has a table of a category that the system does not name (G7)",
                "enter it in the system's `categories`"
            )
        }
    }

    // MARK: All of them

    static func check(
        _ entries: [(system: DataSystem, file: YAMLMapping)],
        beside others: [DataSystem]
    ) throws(PolicyFault) {
        var after: [String: [String]] = [:]
        for other in others { after[other.id] = other.after }
        var seen: Set<String> = []
        for (system, file) in entries {
            guard seen.insert(system.id).inserted else {
                throw file.fault("id", "is listed twice", "keep one entry for each id")
            }
            after[system.id] = system.after
        }
        for (system, file) in entries {
            for key in ["after", "from"] {
                for name in key == "after" ? system.after : system.from where after[name] == nil {
                    throw file.fault(
                        key,
                        "names a system that is not in the data map",
                        "enter it, or take the name out"
                    )
                }
            }
        }
        for (system, file) in entries {
            guard let circle = circle(from: system.id, after) else { continue }
            throw file.fault(
                "after",
                "goes in a circle: \(circle.joined(separator: " after "))",
                "take one of these names out, so that one system can be first"
            )
        }
    }

    static func check(
        _ entries: [(system: DataSystem, file: YAMLMapping)],
        _ clients: Set<String>
    ) throws(PolicyFault) {
        for (system, file) in entries {
            let named = [
                ("clients", system.clients), ("keep", system.keeps.reduce(into: []) { $0.formUnion($1.clients) }),
            ]
            for (key, names) in named where !names.isSubset(of: clients) {
                throw file.fault(
                    key,
                    "names a client that is not registered",
                    "register it with `habeas clients apply`, or take the name out"
                )
            }
        }
    }

    /// The way from a system over those it comes after back to itself; nil where there is none. Ids are of a-z, 0-9 and -, so that
    /// they may be printed.
    private static func circle(from start: String, _ after: [String: [String]]) -> [String]? {
        var seen: Set<String> = []
        var ways: [[String]] = [[start]]
        while let way = ways.popLast() {
            for next in after[way[way.count - 1], default: []].reversed() {
                if next == start { return way + [start] }
                if seen.insert(next).inserted { ways.append(way + [next]) }
            }
        }
        return nil
    }
}
