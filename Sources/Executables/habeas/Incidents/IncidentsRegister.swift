import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas incidents register`
struct IncidentsRegister: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Prints the register of incidents, those that nobody was told of included (GDPR Art. 33(5)).",
        discussion: """
            A JSON object a line: facts, numbers, dates and decisions of each incident, with every client that was told and when. \
            It says why a client, or the authority, was told late, and why nobody was. \
            --reveal adds what has happened, its effects and what was done, decrypted: what an authority asks for. Who did it, and why, \
            is recorded in each incident's evidence.

            Example:
              habeas incidents register --since 2026-01-01T00:00:00Z --reveal --why "inspection, file 4711" > register.jsonl
            """
    )

    @Option(help: ArgumentHelp("Only those that the processor became aware of from then on.", valueName: "time"))
    var since: String?

    @OptionGroup var reveal: RevealOptions
    @OptionGroup var common: CommonOptions

    /// Incidents a page.
    private static let page = 100

    func run() async throws {
        let since = try since.map { text in
            guard let time = EventTime.parse(text) else {
                throw Failure("--since", "is not a time", "write it as 2026-01-01T00:00:00Z", status: .usage)
            }
            return time
        }
        let configuration = try common.configuration()
        let ring = try reveal.keyRing(configuration)
        try await DatabaseSession.run(configuration) { connection in
            var last: UUID?
            while true {
                let rows = try await connection.query(
                    IncidentRow.reading(
                        where: """
                            (\(since)::timestamptz IS NULL OR i.aware_at >= \(since)::timestamptz)
                            AND (\(last)::uuid IS NULL OR i.id > \(last)::uuid)
                            """,
                        limit: Self.page
                    )
                ).map(IncidentRow.init)
                guard let end = rows.last?.id else { return }
                let revealed = try await ring.mapAsync {
                    try await IncidentReveal(rows.map(\.id), why: reveal.reason, ring: $0, on: connection)
                }
                for row in rows {
                    let results = try await connection.pipeline([
                        NoticeRow.reading(of: row.id),
                        """
                        SELECT decided_at, decided_by::text, authority, individuals, reason FROM habeas.breach_decision
                         WHERE incident_id = \(row.id) ORDER BY 1
                        """,
                        BreachListRecord.reading(of: row.id),
                        ExcludedClient.reading(of: row.id),
                        BreachReason.reading(of: row.id), OwnPeople.reading(of: row.id),
                    ])
                    StandardOutput.write(
                        .object(
                            row.json + [
                                ("notices", .array(try results[0].map { try NoticeRow(row: $0).json })),
                                ("decisions", .array(try results[1].map { try OwnDecision(row: $0).json })),
                                ("lists", .array(try results[2].map(BreachListRecord.init).map(\.json))),
                                ("excluded", .array(try results[3].map { try ExcludedClient(row: $0).json })),
                                ("reasons", .array(try results[4].map { try BreachReason(row: $0).json })),
                                ("people", try results[5].first.map { try OwnPeople(row: $0).json } ?? .null),
                            ] + (revealed?.json(of: row.id) ?? [])
                        )
                    )
                }
                last = end
            }
        }
    }
}
