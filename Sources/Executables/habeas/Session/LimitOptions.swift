import ArgumentParser

/// How many of a list to print.
struct LimitOptions: ParsableArguments {
    @Option(help: "How many at most.")
    var limit = 1_000

    func validate() throws {
        guard (1...1_000_000).contains(limit) else {
            throw ValidationError("--limit: is not between 1 and 1000000; choose such a number")
        }
    }
}
