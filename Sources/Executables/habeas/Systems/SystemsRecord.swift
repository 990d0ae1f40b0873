import ArgumentParser
import Fleet
import FoundationEssentials
import Postgres
import Rights

/// `habeas systems record`
struct SystemsRecord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Prints the processor's record of processing (GDPR Art. 30(2)).",
        discussion: """
            Controllers and the processing done for each, sub-processors, transfers to third countries with what they rest on, \
            measures. Who the processor is comes from a profile's contact; the general description of security measures is the \
            processor's own text.

            Example:
              habeas systems record --profile kustomer --measures security.txt --html > record.html
            """
    )

    @Option(help: ArgumentHelp("For one controller.", valueName: "id"))
    var client: String?

    @Option(
        help: ArgumentHelp("The profile that says who the processor is; the only one if not given.", valueName: "name")
    )
    var profile: String?

    @Option(help: ArgumentHelp("A text on technical and organisational measures (Art. 32(1)).", valueName: "file"))
    var measures: String?

    @Flag(help: "A page.")
    var html = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        guard !html || !common.json else {
            throw Failure("systems record", "is asked for in several forms", "choose one of them", status: .usage)
        }
        let text = try measures.map { try InputFile.text($0) }
        let record = try await DatabaseSession.run(try common.configuration()) { connection in
            let map = try await DataMapReading(client: client, on: connection)
            let names = try await connection.query("SELECT DISTINCT name FROM habeas.profile ORDER BY name").decode(
                as: String.self
            )
            guard profile == nil || names.contains(profile ?? "") else {
                throw Failure("--profile", "was never applied", "look it up with `habeas policy list`")
            }
            let name = profile ?? (names.count == 1 ? names[0] : nil)
            let contact = name.flatMap {
                map.registry.policy(profile: $0, client: nil, at: map.now).profile.contact
            }
            return ProcessorRecord(map, processor: contact, measures: text)
        }
        if html {
            StandardOutput.write(record.html)
        } else if common.json {
            StandardOutput.write(record.json)
        } else {
            record.print()
        }
    }
}
