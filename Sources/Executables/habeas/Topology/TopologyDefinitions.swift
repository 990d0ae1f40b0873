import ArgumentParser
import Fleet

/// `habeas topology definitions`
struct TopologyDefinitions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "definitions",
        abstract: "Prints the topology as a definitions file of the broker.",
        discussion: """
            For sites where only the broker's own operators may change it. Afterwards topology apply still records the digest.

            Example:
              habeas topology definitions > habeas.json && rabbitmqctl import_definitions habeas.json
            """
    )

    @Flag(help: "With the workers' logins and permissions. An import takes away passwords that those logins have.")
    var withUsers = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        let host = try BrokerSession.virtualHost(try common.configuration())
        let definitions = BrokerDefinitions(.fleet, virtualHost: host, includingUsers: withUsers)
        StandardOutput.write(try definitions.json(pretty: !common.json))
    }
}
