import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas disclosures hand-over`
struct DisclosuresHandOver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hand-over",
        abstract: "Records that the authority has the data: to whom, in which way, by whom. The demand is met by it.",
        discussion: """
            Fetch the bundle with `habeas exports fetch` first; its SHA-256 is in the evidence. From now on it is kept for as long as a \
            copy, then its key and its files are destroyed; `habeas exports expire` ends it before.

            Example:
              habeas exports fetch 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --output bundle.zip --why "349 Gs 12/26"
              habeas disclosures hand-over 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --to "registry, Amtsgericht Tiergarten" --channel "by hand"
            """
    )

    @Argument(help: "The disclosure's id, or the request of one of its people.")
    var name: DisclosureName

    @Option(help: "To which office. No personal data: it stands in the register.")
    var to: String

    @Option(help: "In which way.")
    var channel: String

    @Option(help: "The receipt's reference, where there is one. No personal data.")
    var receipt: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        for (option, text) in [("--to", to), ("--channel", channel), ("--receipt", receipt)] {
            guard let text else { continue }
            guard text.contains(where: { !$0.isWhitespace }), text.utf8.count <= 500 else {
                throw ValidationError("\(option): is not 1 to 500 bytes long; write a short text")
            }
        }
    }

    func run() async throws {
        let (ids, now) = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                var act = try await CaseAct(on: try await name.resolveOpen(on: connection), connection)
                let ids = act.records.map(\.id)
                try await checkBundles(of: act.records, on: connection)
                try act.apply(.handedToAuthority) { body in
                    body.member("to", to)
                    body.member("channel", channel)
                    body.member("receipt", receipt)
                }
                _ = try await connection.pipeline(
                    try await act.statements(on: connection)
                        + [DisclosureRecord.handOver(ids, to: "\(to); \(channel)", at: act.now)]
                )
                return (ids, act.now)
            }
        }
        if common.json {
            StandardOutput.write([
                "requests": JSONValue(ids.map(\.lowercaseText)), "state": .string(CaseState.handedOver.rawValue),
                "handed_over_at": JSONValue(now),
            ])
        } else {
            StandardOutput.write("\(name.id.text) was handed over \(now.short)")
        }
    }

    /// Whether there is something to hand over, of each of them.
    private func checkBundles(of records: [CaseFileRecord], on connection: PostgresConnection) async throws {
        let exports = try await connection.query(ExportRecord.reading(of: records.map(\.id))).map(ExportRecord.init)
        let ready = Set(exports.filter { $0.state == .ready }.map(\.caseID))
        guard records.allSatisfy({ $0.state.isFinal || ready.contains($0.id) }) else {
            throw Failure(
                "disclosure",
                "has no bundle yet",
                "see how far it is with `habeas disclosures show` and `habeas exports list`"
            )
        }
    }
}
