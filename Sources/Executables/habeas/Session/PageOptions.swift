import ArgumentParser
import FoundationEssentials

/// Which part of a list to print: lists are in the order of their ids, and go on after one of them.
struct PageOptions: ParsableArguments {
    @Option(help: "Only those after this one: its id, as the last line of a list before.")
    private var after: String?

    @OptionGroup private var most: LimitOptions

    var limit: Int { most.limit }

    /// Nil from the first on.
    var start: UUID? { after.flatMap(UUID.init) }

    func validate() throws {
        guard after == nil || start != nil else {
            throw ValidationError("--after: is no id; give one that the list has printed")
        }
    }
}
