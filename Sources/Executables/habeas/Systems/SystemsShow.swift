import ArgumentParser
import Fleet
import FoundationEssentials
import Postgres
import Rights

/// `habeas systems show`
struct SystemsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one system of the data map, as it was written and what it comes to.",
        discussion: """
            Example:
              habeas systems show helpdesk-db
            """
    )

    @Argument(help: ArgumentHelp("Id of the system.", valueName: "system"))
    var id: String

    @OptionGroup var common: CommonOptions

    private struct Version {
        let body: String
        let retiredAt: Date?
        let appliedAt: Date
        let appliedBy: String
    }

    func run() async throws {
        let (map, version) = try await DatabaseSession.run(try common.configuration()) { connection in
            let map = try await DataMapReading(client: nil, on: connection)
            let row = try await connection.query(
                "SELECT body, retired_at, applied_at, applied_by::text FROM habeas.system WHERE id = \(id)"
            ).first
            let version = try row.map { row in
                let (body, retiredAt, appliedAt, by) = try row.decode(
                    String.self,
                    Date?.self,
                    Date.self,
                    String.self
                )
                return Version(body: body, retiredAt: retiredAt, appliedAt: appliedAt, appliedBy: by)
            }
            return (map, version)
        }
        guard let version, let system = map.registry.system(id) else {
            throw Failure("system", "is not in the data map", "look it up with `habeas systems list`")
        }
        let flags = map.flags(of: system)
        if common.json {
            let more: [(String, JSONValue)] = [
                ("flags", .array(flags.map(\.json))), ("keep", .array(system.keeps.map(\.json))),
                ("retired_at", JSONValue(version.retiredAt)), ("applied_at", JSONValue(version.appliedAt)),
                ("applied_by", .string(version.appliedBy)), ("yaml", .string(version.body)),
            ]
            return StandardOutput.write(.object(system.json + more))
        }
        StandardOutput.write(sheet(system, version))
        for flag in flags {
            StandardOutput.write("\(flag.rawValue) (\(flag.obligation); \(flag.source)): \(flag.remedy)")
        }
        StandardOutput.write("")
        StandardOutput.write(TextTable.printable(lines: version.body))
    }

    private func sheet(_ system: DataSystem, _ version: Version) -> Sheet {
        let operations = TargetOperation.allCases.filter(system.connector.can).map(\.rawValue)
        return Sheet([
            ("system", "\(system.id), version \(system.version)"), ("title", system.title),
            ("kind", system.kind.rawValue), ("run by", system.company), ("does", system.service),
            ("holds", system.categories.joined(separator: ", ")), ("for", system.purposes.joined(separator: ", ")),
            ("region", [system.region, system.mechanismText].compactMap { $0 }.joined(separator: ", ")),
            ("agreement", system.agreedOn?.description),
            ("data of", system.relationships.map(\.rawValue).sorted().joined(separator: ", ")),
            ("clients", system.clients.sorted().joined(separator: ", ")),
            (
                "reached by",
                system.connector == .none ? (system.isActedOn ? "a person" : nil) : system.connector.name
            ),
            ("can", operations.joined(separator: ", ")),
            (
                "counts as done",
                system.isActedOn
                    ? "\(system.verification.rawValue), \(system.isMandatory ? "mandatory" : "not mandatory")" : nil
            ),
            ("after", system.after.joined(separator: ", ")), ("gets data from", system.from.joined(separator: ", ")),
            ("restorable for", system.grace?.words), ("in backups for", system.backups?.words),
            ("keeps lines for", system.retention?.words),
            ("retired", version.retiredAt?.short),
            ("applied", "\(version.appliedAt.short) by \(version.appliedBy)"),
        ])
    }
}

extension KeepRule {
    fileprivate var json: JSONValue {
        let end: (String, JSONValue) =
            switch until {
            case .day(let day): ("until", .string(day.description))
            case .after(let period): ("for", .string(period.description))
            }
        return .object([
            ("category", .string(category)), ("reason", .string(reason.rawValue)), ("basis", .string(basis.citation)),
            end, ("relationships", JSONValue(relationships.map(\.rawValue).sorted())),
            ("clients", JSONValue(clients.sorted())),
        ])
    }
}
