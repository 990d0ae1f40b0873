import ArgumentParser

/// Lost, stolen or wrongly accessed data, and who was told of it.
struct IncidentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract:
            "Reports incidents, shows which client was told of its part when, and keeps the register (GDPR Art. 33).",
        discussion: """
            Each affected client has a case of its own: `habeas requests show`, `requests timeline` and `evidence verify` take the id of \
            its notice, `effects list` what was sent over which channel, `tasks list` what waits for a person.

            Example:
              habeas incidents open --file incident.yaml
              habeas incidents show security/INC-7
            """,
        subcommands: [
            IncidentsOpen.self, IncidentsUpdate.self, IncidentsList.self, IncidentsShow.self, IncidentsTimeline.self,
            IncidentsClients.self, IncidentsExclude.self, IncidentsAcknowledge.self, IncidentsDecide.self,
            IncidentsDraft.self, IncidentsReport.self,
            IncidentsRegister.self,
        ]
    )
}
