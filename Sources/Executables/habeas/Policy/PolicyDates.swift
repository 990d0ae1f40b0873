import ArgumentParser
import Fleet
import Foundation
import Rights

/// `habeas policy dates`
struct PolicyDates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dates",
        abstract: "Computes the clocks of a hypothetical case, without a database.",
        discussion: """
            The binding clock of each kind is marked. Dates are days of the place; a period of days ends with its last day.

            Example:
              habeas policy dates --policy deploy --regulation gdpr --right access --place DE-BE \\
                --received 2026-03-03T10:00:00+01:00 --pause identity 2026-03-10T09:00:00+01:00 2026-03-17T09:00:00+01:00
            """
    )

    @Option(help: "gdpr, uk_gdpr, fadp, ccpa, hipaa, lgpd or other.")
    var regulation: String

    @Option(help: "What is asked: access, erasure, rectification, …")
    var right: String

    @Option(help: ArgumentHelp("When the processor received it.", valueName: "time"))
    var received: String

    @Option(help: ArgumentHelp("When the person first asked; when it was received if not given.", valueName: "time"))
    var submitted: String?

    @Option(help: ArgumentHelp("When the client gave its instruction; for --lane fulfilment.", valueName: "time"))
    var instructed: String?

    @Option(help: ArgumentHelp("Where the controller is, ISO 3166: DE, DE-BE.", valueName: "code"))
    var place: String

    @Option(help: ArgumentHelp("Its time zone; the place's own if not given.", valueName: "zone"))
    var zone: String?

    @Option(help: "own, referral or fulfilment.")
    var lane = "own"

    @Option(help: ArgumentHelp("A profile of the folder; the law and the defaults if not given.", valueName: "name"))
    var profile: String?

    @Option(
        name: .customLong("pause"),
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Reason, beginning and end, `-` for one that lasts; may be repeated.",
            valueName: "reason from to"
        )
    )
    var pauses: [String] = []

    @Flag(help: "The person was told of an extension in time.")
    var extend = false

    @Flag(help: "About a child under 13.")
    var minor = false

    @Option(help: ArgumentHelp("Folder with profiles and holidays; policy.folder if not given.", valueName: "folder"))
    var policy: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let folder = PolicyFolder(path: try policy ?? common.configuration().policyFolder)
        let country = String(place.prefix { $0 != "-" })
        guard Country.normalise(place) == place else {
            throw Failure(
                "--place",
                "is not a code of ISO 3166",
                "write for instance DE, or DE-BE for a part of it",
                status: .usage
            )
        }
        var entries = try folder.holidays(of: country)
        let facts = try facts()
        if facts.regulation == .ccpa, country != "US" { entries += try folder.holidays(of: "US") }
        let atlas = HolidayAtlas(entries)
        guard let name = zone ?? atlas.entry(place)?.zone, let timeZone = TimeZone(identifier: name) else {
            throw Failure(
                "--zone",
                "is missing or not a zone of the tz database",
                "write for instance Europe/Berlin",
                status: .usage
            )
        }
        var found = Profile.standard(named: "default")
        if let profile {
            let day = Place.unknown.day(of: facts.receivedAt)
            let versions = try folder.profiles().map(\.profile).filter { $0.name == profile && $0.effectiveFrom <= day }
            guard let newest = versions.max(by: { ($0.effectiveFrom, $0.version) < ($1.effectiveFrom, $1.version) })
            else {
                throw Failure(
                    "--profile",
                    "is not in the folder, or not in force at that time",
                    "name one of its profiles"
                )
            }
            found = newest
        }
        let controller = Place(country: place, zone: timeZone)
        let sheet = ClockSheet(
            clocks: CaseClocks(facts, policy: Policy(profile: found), place: controller, atlas: atlas),
            place: controller
        )
        if common.json {
            StandardOutput.write([
                "place": .string(place), "zone": .string(name), "profile": .string(found.name),
                "profile_version": .integer(found.version), "clocks": sheet.json,
            ])
        } else {
            StandardOutput.write(sheet.table)
            StandardOutput.write("\n" + sheet.sentences)
        }
    }

    private func facts() throws -> CaseClocks.Facts {
        let lane: Lane = try word(lane, "--lane")
        let received = try time(received, "--received")
        var facts = CaseClocks.Facts(
            lane: lane,
            state: lane == .referral ? .received : .inProgress,
            right: try word(right, "--right"),
            regulation: try word(regulation, "--regulation"),
            isMinor: minor,
            submittedAt: try submitted.map { try time($0, "--submitted") } ?? received,
            instructedAt: try instructed.map { try time($0, "--instructed") },
            receivedAt: received
        )
        facts.isExtended = extend
        guard pauses.count.isMultiple(of: 3) else {
            throw Failure(
                "--pause",
                "needs a reason, a beginning and an end",
                "write `-` for an end that is not there yet",
                status: .usage
            )
        }
        for index in stride(from: 0, to: pauses.count, by: 3) {
            facts.pauses.append(
                Pause(
                    try word(pauses[index], "--pause"),
                    from: try time(pauses[index + 1], "--pause"),
                    to: pauses[index + 2] == "-" ? nil : try time(pauses[index + 2], "--pause")
                )
            )
        }
        return facts
    }

    private func word<Word: RawRepresentable<String> & CaseIterable>(_ text: String, _ option: String) throws -> Word {
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(option, "is not a known word", "use \(words)", status: .usage)
        }
        return word
    }

    private func time(_ text: String, _ option: String) throws -> Date {
        guard let time = EventTime.parse(text) else {
            throw Failure(option, "is not a time", "write it as 2026-03-03T10:00:00+01:00", status: .usage)
        }
        return time
    }
}
