import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas notices show`
struct NoticesShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Shows one announcement: when each client was told, until when it may object, and whether it does.",
        discussion: """
            --reveal decrypts its words; who did it, and why, is recorded before anything is printed, and it needs the key file. \
            What a client has objected is its case's: `habeas requests show NOTICE --reveal`.

            Example:
              habeas notices show 01941f2a-7b00-7abc-8def-3f2a91bc07de
            """
    )

    @Argument(
        help: ArgumentHelp("Its id, as `habeas notices list` prints it.", valueName: "announcement"),
        transform: UUID.init(argument:)
    )
    var id: UUID

    @Option(help: "Only clients after this one, as the last line of a list before.")
    var after: String?

    @OptionGroup var most: LimitOptions

    @OptionGroup var reveal: RevealOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let ring = try reveal.keyRing(configuration)
        try await DatabaseSession.run(configuration) { connection in
            let results = try await connection.pipeline([
                NoticeSummary.reading(where: "a.id = \(id)", limit: 1),
                ToldClient.reading(of: id, after: after, limit: most.limit),
            ])
            guard let summary = try results[0].first.map(NoticeSummary.init) else {
                throw Failure("announcement", "none has this id", "see `habeas notices list`")
            }
            let words = try await ring.mapAsync { try await opened(with: $0, on: connection) }
            let clients = try results[1].map(ToldClient.init)
            if common.json {
                write(summary, clients, words)
            } else {
                print(summary, clients, words)
            }
        }
    }

    /// Decrypts the words, with the fact committed before they are returned.
    private func opened(with ring: KeyRing, on connection: PostgresConnection) async throws -> AnnouncementWords {
        try await connection.transaction { connection in
            let row = try await connection.query(
                "SELECT kek_id, wrapped_key, payload FROM habeas.event_secret WHERE id = \(id)"
            ).only
            let words = try AnnouncementWords(stored: try SealedPayload(row: row).bytes(for: id, with: ring))
            let pen = try await EvidencePen(on: connection)
            var chain = try await EvidenceChain.ofInstallation(on: connection)
            _ = try await connection.pipeline(
                pen.append("read_by_person", to: &chain) { body in
                    body.member("what", ["announcement \(id.text)"])
                    body.member("why", reveal.reason)
                }
            )
            return words
        }
    }

    private func write(_ summary: NoticeSummary, _ clients: [ToldClient], _ words: AnnouncementWords?) {
        var members = summary.json + [("notices", .array(clients.map(\.json)))]
        if let words {
            let editions = words.locales.map { locale -> JSONValue in
                let edition = words.edition(in: locale).words
                return ["locale": .string(locale), "title": .string(edition.title), "text": .string(edition.text)]
            }
            members.append(("words", .array(editions)))
        }
        StandardOutput.write(.object(members))
    }

    private func print(_ summary: NoticeSummary, _ clients: [ToldClient], _ words: AnnouncementWords?) {
        StandardOutput.write(
            Sheet([
                ("announcement", summary.id.text), ("kind", summary.kind), ("about", summary.about),
                ("effective", summary.effectiveOn), ("sent", "\(summary.announcedAt.short) by \(summary.announcedBy)"),
                ("publisher", summary.publisher),
                ("clients", summary.isSpread ? "\(summary.clients)" : "\(summary.clients), being worked out"),
                ("told", "\(summary.told)"), ("object", "\(summary.objecting)"),
                ("wait for a person", "\(summary.waiting)"), ("objections until", summary.until?.short),
            ])
        )
        StandardOutput.write("")
        var table = ToldClient.table
        for client in clients { client.add(to: &table) }
        StandardOutput.write(table)
        for locale in words?.locales ?? [] {
            guard let edition = words?.edition(in: locale).words else { continue }
            let (title, text) = (TextTable.printable(edition.title), TextTable.printable(edition.text))
            StandardOutput.write("\n\(locale): \(title)\n\(text)")
        }
    }
}
