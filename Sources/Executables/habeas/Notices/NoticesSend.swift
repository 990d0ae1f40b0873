import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas notices send`
struct NoticesSend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Tells all clients, or some, of a changed statement, a new sub-processor, or something else.",
        discussion: """
            From a file, or with options in English alone. It asks the database, not a broker: habeas-breach makes a case for each \
            client and tells it over its channels. A client that was told may object until its window ends: the days that are given \
            here or, where they are more, those of its agreement or the statement; 30 where nothing says. The change may not take \
            effect before the last window would end for a client that is told today. Words are sealed with the key file. The same \
            notice is not sent twice.

            Example:
              habeas notices send --file notice.yaml --dry-run
              habeas notices send --kind new_subprocessor --system mailer --title "A further company helps us with mail" \
            --text-file words.txt --effective-from 2027-03-01
            """
    )

    @Option(help: ArgumentHelp("All of it as YAML; - for standard input.", valueName: "file"))
    var file: String?

    @Option(help: "What is told of: \(AnnouncementKind.words.joined(separator: ", ")).")
    var kind: String?

    @Option(help: "What it is called, in one line. No personal data.")
    var title: String?

    @Option(help: ArgumentHelp("The words, in English; - for standard input.", valueName: "file"))
    var textFile: String?

    @Option(help: ArgumentHelp("The day it takes effect.", valueName: "day"))
    var effectiveFrom: String?

    @Option(help: "How many days a client may object.")
    var windowDays: Int?

    @Option(help: "Only this client; may be given several times.")
    var client: [String] = []

    @Option(help: ArgumentHelp("The statement that changes.", valueName: "name"))
    var profile: String?

    @Option(help: ArgumentHelp("Its version that is to apply.", valueName: "number"))
    var profileVersion: Int?

    @Option(help: "The new sub-processor's id in the data map.")
    var system: String?

    @Option(
        help: "The publisher that hears of it, and whose statement it goes out under; needed where there are several."
    )
    var publisher: String?

    @Flag(help: "Say who would be told, and until when each could object; tell nobody.")
    var dryRun = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        let given = kind ?? title ?? textFile ?? effectiveFrom ?? profile ?? system ?? client.first
        let isByOptions = given != nil || windowDays != nil || profileVersion != nil
        guard file == nil || !isByOptions else {
            throw ValidationError("--file: says all of it; leave the other options out")
        }
        guard file != nil || isByOptions else {
            throw ValidationError(
                "--file: is missing; give a file, or --kind, --title, --text-file and --effective-from"
            )
        }
    }

    func run() async throws {
        var draft =
            try file.map { try AnnouncementDraft(yaml: try InputFile.text($0), path: InputFile.name($0)) } ?? options()
        draft.publisher = publisher ?? draft.publisher
        let configuration = try common.configuration()
        let ring = dryRun ? nil : try KeyRing(file: configuration.required(.keysFile))
        let (sent, recipients) = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                let sending = try await NoticeSending(draft, on: connection)
                let id = try await ring.mapAsync { try await sending.write(with: $0, on: connection) }
                return (id, sending.recipients)
            }
        }
        say(sent, recipients)
    }

    private func say(_ sent: UUID?, _ recipients: [NoticeSending.Recipient]) {
        if common.json {
            StandardOutput.write([
                "announcement": JSONValue(sent), "sent": JSONValue(sent != nil),
                "clients": .array(recipients.map(\.json)),
            ])
            return
        }
        guard let sent else {
            var table = TextTable("CLIENT", "OBJECTIONS UNTIL", "CHANNELS", empty: "no client would be told")
            for recipient in recipients { recipient.add(to: &table) }
            return StandardOutput.write(table)
        }
        let plural = recipients.count == 1 ? "client" : "clients"
        StandardOutput.write("\(sent.text) is on its way to \(recipients.count) \(plural)")
    }

    private func options() throws -> AnnouncementDraft {
        func usage(_ option: String, _ fault: String, _ remedy: String) -> Failure {
            Failure(option, fault, remedy, status: .usage)
        }
        guard let kind = kind.flatMap(AnnouncementKind.init) else {
            throw usage("--kind", "is missing or none", "use \(AnnouncementKind.words.joined(separator: ", "))")
        }
        guard let title else { throw usage("--title", "is missing", "say in one line what it is") }
        if let (fault, remedy) = AnnouncementDraft.fault(inTitle: title) { throw usage("--title", fault, remedy) }
        guard let textFile else { throw usage("--text-file", "is missing", "give a file with the words") }
        let text = try InputFile.text(textFile)
        if let (fault, remedy) = AnnouncementDraft.fault(inText: text) { throw usage("--text-file", fault, remedy) }
        guard let day = effectiveFrom.flatMap({ CivilDate(iso: $0) }) else {
            throw usage("--effective-from", "is missing, or no day", "write it as 2027-01-31")
        }
        if let windowDays, !(1...ObjectionWindow.mostDays).contains(windowDays) {
            throw usage("--window-days", "is not from 1 to \(ObjectionWindow.mostDays)", "choose such a number")
        }
        var draft = AnnouncementDraft(
            kind,
            words: AnnouncementWords(english: .init(title: title, text: text)),
            effectiveOn: day
        )
        draft.windowDays = windowDays
        draft.clients = Array(Set(client))
        guard kind == .profileChange || (profile == nil && profileVersion == nil) else {
            throw usage("--profile", "belongs to the kind profile_change", "leave it out")
        }
        guard kind == .newSubprocessor || system == nil else {
            throw usage("--system", "belongs to the kind new_subprocessor", "leave it out")
        }
        switch kind {
        case .profileChange:
            guard let profile, let profileVersion else {
                throw usage("--profile", "or --profile-version is missing", "name the version that is to apply")
            }
            draft.matter = .profile(profile, version: profileVersion)
        case .newSubprocessor:
            guard let system else { throw usage("--system", "is missing", "name an entry of the data map") }
            draft.matter = .system(system)
        case .other: break
        }
        return draft
    }
}
