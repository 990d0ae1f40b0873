import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

/// `habeas incidents timeline`
struct IncidentsTimeline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline",
        abstract: "Tells what happened to an incident and to its clients' parts, in order of time.",
        discussion: """
            Example:
              habeas incidents timeline security/INC-7 --json
            """
    )

    @Argument(help: ArgumentHelp("Id of the incident, or PUBLISHER/REF.", valueName: "incident"))
    var name: IncidentName

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await DatabaseSession.run(try common.configuration()) { connection in
            let id = try await name.resolve(on: connection)
            var table = TextTable("TIME", "CLIENT", "FACT", "BY", "REASON", empty: "nothing is on record")
            let rows = try await connection.query(
                """
                SELECT at, client_id, fact, actor, chain_id, seq, body, body::jsonb ->> 'reason' FROM habeas.evidence
                 WHERE chain_id = \(id) OR chain_id IN (SELECT case_id FROM habeas.breach_notice WHERE incident_id = \(id)
                                                     UNION ALL SELECT case_id FROM habeas.breach_person WHERE incident_id = \(id))
                 ORDER BY at, chain_id, seq
                """
            )
            for row in rows {
                let (at, client, fact, actor, chain, sequence, body, reason) = try row.decode(
                    Date.self,
                    String?.self,
                    String.self,
                    String.self,
                    UUID.self,
                    Int.self,
                    String.self,
                    String?.self
                )
                if common.json {
                    StandardOutput.write([
                        "at": JSONValue(at), "client": JSONValue(client), "fact": .string(fact),
                        "actor": .string(actor),
                        "chain": JSONValue(chain), "seq": .integer(sequence), "body": .raw(body),
                    ])
                }
                table.add(at.short, client, fact, actor, reason)
            }
            if !common.json { StandardOutput.write(table) }
        }
    }
}
