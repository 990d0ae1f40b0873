import ArgumentParser

/// Legal holds: an erasure waits, the answer does not.
struct HoldsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holds",
        abstract: "Places, lifts and lists legal holds on requests, clients and people.",
        discussion: """
            Example:
              habeas holds place helpdesk/R-17 --ref LIT-4 --basis "proceedings 12 O 34/26" --reviewer legal
              habeas holds place --client acme --ref LIT-5 --basis "proceedings 12 O 35/26" --reviewer legal
            """,
        subcommands: [HoldsPlace.self, HoldsLift.self, HoldsList.self]
    )
}
