import ArgumentParser

/// The data map: every place that can hold personal data, and how it is reached.
struct SystemsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "systems",
        abstract: "Keeps the data map: systems and sub-processors, what they hold, how they are reached.",
        discussion: """
            Requests reach what stands in the data map, and nothing else.

            Example:
              habeas systems apply systems.yaml --dry-run && habeas systems apply systems.yaml
              habeas systems list --client acme
              habeas systems map --svg map.svg
            """,
        subcommands: [
            SystemsApply.self, SystemsList.self, SystemsShow.self, SystemsMap.self, SystemsRecord.self,
            SystemsPublic.self,
        ]
    )
}
