import FoundationEssentials
import Rights

/// What a processor keeps a record of (GDPR Art. 30(2)), made from the data map.
///
/// Only what is done on controllers' behalf: a system that holds the vendor's own contacts and no end users is in another record.
struct ProcessorRecord {
    struct Controller {
        let client: Client
        let systems: [DataSystem]

        var purposes: [String] { ordered(systems.flatMap(\.purposes)) }
        var categories: [String] { ordered(systems.flatMap(\.categories)) }

        private func ordered(_ words: [String]) -> [String] { Array(Set(words)).sorted() }
    }

    let day: String
    let processor: Profile.Contact?
    let controllers: [Controller]
    let subprocessors: [DataSystem]
    /// Systems in third countries.
    let transfers: [DataSystem]
    let measures: String?
    private let flags: [String: [SystemFlag]]

    init(_ map: DataMapReading, processor: Profile.Contact?, measures: String?) {
        let places = map.systems.filter { system in
            system.kind != .clientIntegration
                && (system.relationships.isEmpty || system.relationships.contains(.endUser)
                    || system.relationships.contains(.unknown))
        }
        // Other controllers process nothing on anybody's behalf here; what is handed over to them is a transfer.
        let systems = places.filter { $0.kind != .controller }
        day = Place.unknown.day(of: map.now).description
        self.processor = processor
        self.measures = measures
        controllers = map.clients.map { client in
            Controller(client: client, systems: systems.filter { $0.holds(client: client.id) })
        }
        subprocessors = systems.filter { $0.kind == .subprocessor }
        transfers = places.filter {
            !Client.isEuropean($0.region) && ($0.region != nil || $0.kind == .subprocessor)
        }
        flags = Dictionary(places.map { ($0.id, map.flags(of: $0)) }, uniquingKeysWith: { first, _ in first })
    }

    func flags(of system: DataSystem) -> [SystemFlag] { flags[system.id] ?? [] }

    /// What the record has to say and the data map cannot.
    var gaps: [String] {
        [
            processor == nil
                ? "name and contact of the processor and its data protection officer: name a --profile" : nil,
            measures == nil ? "general description of security measures (Art. 30(2)(d)): give it as --measures" : nil,
        ].compactMap { $0 }
    }
}

extension ProcessorRecord {
    var json: JSONValue {
        [
            "as_of": .string(day), "source": "GDPR Art. 30(2)",
            "processor": processor.map {
                [
                    "name": .string($0.name), "email": JSONValue($0.email), "postal": JSONValue($0.postal),
                    "dpo": JSONValue($0.dpo),
                ]
            } ?? .null,
            "controllers": .array(
                controllers.map { controller in
                    [
                        "id": .string(controller.client.id), "names": JSONValue(controller.client.names),
                        "country": JSONValue(controller.client.place.country),
                        "addendum": .bool(controller.client.hasAddendum),
                        "processing": JSONValue(controller.purposes), "categories": JSONValue(controller.categories),
                        "systems": JSONValue(controller.systems.map(\.id)),
                    ]
                }
            ),
            "subprocessors": .array(subprocessors.map(json)), "transfers": .array(transfers.map(json)),
            "measures": JSONValue(measures), "gaps": JSONValue(gaps),
        ]
    }

    private func json(_ system: DataSystem) -> JSONValue {
        [
            "system": .string(system.id), "company": JSONValue(system.company), "service": JSONValue(system.service),
            "categories": JSONValue(system.categories), "purposes": JSONValue(system.purposes),
            "region": JSONValue(system.region), "mechanism": JSONValue(system.mechanismText),
            "agreed_on": JSONValue(system.agreedOn?.description),
            "flags": JSONValue(flags(of: system).map(\.rawValue)),
        ]
    }

    private var controllerRows: [[String]] {
        controllers.map {
            [
                $0.client.names.first ?? $0.client.id, $0.client.place.country ?? "–",
                $0.purposes.joined(separator: ", "), $0.categories.joined(separator: ", "),
            ]
        }
    }

    private func rows(_ systems: [DataSystem]) -> [[String]] {
        systems.map {
            [
                $0.company ?? $0.title, $0.service ?? "–", $0.categories.joined(separator: ", "), $0.region ?? "–",
                $0.mechanismText ?? "–", $0.agreedOn?.description ?? "–",
                flags(of: $0).map(\.rawValue).joined(separator: ", "),
            ]
        }
    }

    private static let controllerHeading = ["Controller", "Country", "Processing", "Categories of data"]
    private static let systemHeading = [
        "Who", "Service", "Categories of data", "Region", "Rests on", "Agreement", "Open",
    ]

    private var processorLines: [String] {
        [processor?.name, processor?.postal, processor?.email, processor?.dpo.map { "Data protection officer: \($0)" }]
            .compactMap { $0 }
    }

    func print() {
        StandardOutput.write("RECORD OF PROCESSING (GDPR Art. 30(2)), as of \(day)")
        for line in processorLines { StandardOutput.write(TextTable.printable(lines: line)) }
        StandardOutput.write("\nCONTROLLERS AND PROCESSING (a, b)")
        var table = TextTable("CONTROLLER", "COUNTRY", "PROCESSING", "CATEGORIES", empty: "no clients")
        for row in controllerRows { table.add(row[0], row[1], row[2], row[3]) }
        StandardOutput.write(table)
        for (title, systems) in [("SUB-PROCESSORS", subprocessors), ("TRANSFERS TO THIRD COUNTRIES (c)", transfers)] {
            StandardOutput.write("\n\(title)")
            var table = TextTable(
                "WHO",
                "SERVICE",
                "CATEGORIES",
                "REGION",
                "RESTS ON",
                "AGREEMENT",
                "OPEN",
                empty: "none"
            )
            for row in rows(systems) { table.add(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) }
            StandardOutput.write(table)
        }
        StandardOutput.write("\nMEASURES (d)")
        StandardOutput.write(measures.map { TextTable.printable(lines: $0) } ?? "–")
        for gap in gaps { StandardOutput.write("missing: \(gap)") }
    }

    var html: String {
        var body = ["<p>GDPR Art. 30(2), as of \(Markup.escaped(day)).</p>", "<h2>Processor</h2>"]
        body += processorLines.map { "<p>\(Markup.escaped($0))</p>" }
        body += ["<h2>Controllers and processing</h2>"] + Markup.table(Self.controllerHeading, controllerRows)
        body += ["<h2>Sub-processors</h2>"] + Markup.table(Self.systemHeading, rows(subprocessors))
        body += ["<h2>Transfers to third countries</h2>"] + Markup.table(Self.systemHeading, rows(transfers))
        body += ["<h2>Measures</h2>"]
        body += (measures ?? "–").split(separator: "\n").map { "<p>\(Markup.escaped(String($0)))</p>" }
        if !gaps.isEmpty {
            body += ["<h2>Missing</h2>", "<ul>"] + gaps.map { "<li>\(Markup.escaped($0))</li>" } + ["</ul>"]
        }
        return Markup.page("Record of processing", body)
    }
}
