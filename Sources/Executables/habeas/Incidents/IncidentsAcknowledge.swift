import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas incidents acknowledge`
struct IncidentsAcknowledge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge",
        abstract: "Enters that a client has said, by telephone for instance, that it has read its notice.",
        discussion: """
            An app of the vendor's publishes breach.acknowledged instead.

            Example:
              habeas incidents acknowledge security/INC-7 --client acme --reference "call 14:05, ticket 4711"
            """
    )

    @Argument(help: ArgumentHelp("Id of the incident, or PUBLISHER/REF.", valueName: "incident"))
    var name: IncidentName

    @Option(help: "The client.")
    var client: String

    @Option(help: "Where it is written down. No personal data: it is kept as evidence.")
    var reference: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...500).contains(reference.utf8.count) else {
            throw ValidationError("--reference: is not 1 to 500 bytes long; write a short text")
        }
    }

    func run() async throws {
        try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                var incident = try await name.lock(on: connection)
                let known = try await connection.query(
                    "SELECT case_id FROM habeas.breach_notice WHERE incident_id = \(incident.id) AND client_id = \(client)"
                ).decode(as: UUID.self)
                guard known.first != nil else {
                    throw Failure(
                        "--client",
                        "has no notice of this incident",
                        "give one that `habeas incidents show` lists"
                    )
                }
                let pen = try await EvidencePen(on: connection)
                let id = UUID.version7(at: pen.now)
                let fact = pen.append("incident.acknowledged", to: &incident.chain) { body in
                    body.member("client", client)
                    body.member("at", pen.now)
                    body.member("reference", reference)
                }
                var wakeUps = WakeUps()
                wakeUps.wake(.breach, for: incident.id)
                _ = try await connection.pipeline(
                    [BreachAcks.insert(id, of: incident.id, by: client, at: pen.now)] + fact
                        + wakeUps.statements(at: pen.now, on: connection)
                )
            }
        }
        if common.json {
            StandardOutput.write(["client": .string(client), "acknowledged": true])
        } else {
            StandardOutput.write("entered: \(client) has read it")
        }
    }
}
