import ArgumentParser
import Fleet
import FoundationEssentials

/// What every command understands.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Configuration file.", valueName: "file"))
    var config: String?

    @Flag(name: .long, help: "Print JSON: one object, or one a line.")
    var json = false

    /// The file's values, overridden by the environment's.
    func configuration() throws -> FleetConfiguration {
        try FleetConfiguration.load(path: config, environment: ProcessInfo.processInfo.environment)
    }
}
