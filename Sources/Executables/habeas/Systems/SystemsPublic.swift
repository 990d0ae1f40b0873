import ArgumentParser
import Rights

/// `habeas systems public`
struct SystemsPublic: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "public",
        abstract: "Prints the public list of sub-processors: who they are, what they do, with which data, where.",
        discussion: """
            Nothing in it is internal: no ids, no addresses, no clients, no agreements.

            Example:
              habeas systems public --html > subprocessors.html
            """
    )

    @Flag(help: "A page.")
    var html = false

    @Flag(help: "A table; what is printed without --html and --json.")
    var text = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        guard [html, text, common.json].filter({ $0 }).count <= 1 else {
            throw Failure("systems public", "is asked for in several forms", "choose one of them", status: .usage)
        }
        let map = try await DatabaseSession.run(try common.configuration()) { connection in
            try await DataMapReading(client: nil, on: connection)
        }
        let list = SubprocessorList(map)
        if html {
            StandardOutput.write(list.html)
        } else if common.json {
            StandardOutput.write(list.json)
        } else {
            StandardOutput.write(list.table)
        }
    }
}

/// Who the sub-processors are, as anybody may know (K13; GDPR Art. 28(2)).
struct SubprocessorList {
    private struct Entry {
        let name: String
        let service: String
        let categories: [String]
        let region: String?
    }

    private let entries: [Entry]
    private let day: String

    init(_ map: DataMapReading) {
        day = Place.unknown.day(of: map.now).description
        entries = map.systems.filter { $0.kind == .subprocessor }.map {
            Entry(
                name: $0.company ?? $0.title,
                service: $0.service ?? $0.title,
                categories: $0.categories,
                region: $0.region
            )
        }.sorted { ($0.name, $0.service) < ($1.name, $1.service) }
    }

    var json: JSONValue {
        [
            "as_of": .string(day),
            "subprocessors": .array(
                entries.map {
                    [
                        "name": .string($0.name), "service": .string($0.service),
                        "categories": JSONValue($0.categories), "region": JSONValue($0.region),
                    ]
                }
            ),
        ]
    }

    var table: TextTable {
        var table = TextTable("NAME", "SERVICE", "DATA", "REGION", empty: "no sub-processors")
        for entry in entries {
            table.add(
                entry.name,
                entry.service,
                entry.categories.isEmpty ? nil : entry.categories.joined(separator: ", "),
                entry.region
            )
        }
        return table
    }

    var html: String {
        let rows = entries.map { [$0.name, $0.service, $0.categories.joined(separator: ", "), $0.region ?? "–"] }
        return Markup.page(
            "Sub-processors",
            ["<p>As of \(Markup.escaped(day)).</p>"] + Markup.table(["Name", "Service", "Data", "Region"], rows)
        )
    }
}
