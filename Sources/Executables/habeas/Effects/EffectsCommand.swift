import ArgumentParser

/// What goes out to clients, people and peers.
struct EffectsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "effects",
        abstract: "Lists outside effects, shows the attempts at one, lets parked ones go again.",
        discussion: """
            An effect is whatever touches the world outside the database: a call of a client's webhook, a mail. One that was tried \
            in vain for long enough, or that its target refuses, is parked: a person mends the cause and lets it go again.

            Example:
              habeas effects list --state parked && habeas effects retry --target client:acme/hook --reason "certificate renewed"
            """,
        subcommands: [EffectsList.self, EffectsShow.self, EffectsRetry.self],
        defaultSubcommand: EffectsList.self
    )
}
