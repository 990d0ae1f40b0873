import ArgumentParser

/// `habeas bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Makes load and measures what broker and database give on their own.",
        discussion: """
            The parts that scripts/bench puts together. For throw-away brokers and databases only: they are filled with
            made-up requests. Each prints one JSON object.

            Example:
              habeas bench generate --count 100000 && habeas bench generate --count 20000 --rate 2000
            """,
        subcommands: [BenchGenerate.self, BenchCalls.self, BenchBroker.self, BenchDatabase.self]
    )
}
