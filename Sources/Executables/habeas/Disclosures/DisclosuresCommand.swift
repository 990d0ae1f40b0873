import ArgumentParser

/// What authorities demand by law, and what became of it.
struct DisclosuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disclosures",
        abstract: "Discloses data to authorities where law demands it, and keeps the register (K23, C8).",
        discussion: """
            A demand names whose data, from which systems, of which categories; nothing else is collected. Two people approve it, each \
            with a login of their own. The client is told first and has time to object, unless something forbids that. The bundle waits \
            until somebody has handed it over. Of a suspended client, too: the vendor owes it by law. A legal hold, which keeps data, \
            is no reason against it.

            Example:
              habeas disclosures open --file demand.yaml
              habeas disclosures approve 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --reason "order read, scope is the least"
              habeas disclosures list --json
            """,
        subcommands: [
            DisclosuresOpen.self, DisclosuresList.self, DisclosuresShow.self, DisclosuresApprove.self,
            DisclosuresWithdraw.self, DisclosuresNotify.self, DisclosuresHandOver.self,
        ]
    )
}
