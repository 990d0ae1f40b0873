import ArgumentParser
import Rights

extension RefusalReason: ExpressibleByArgument {}

extension RefusalReason {
    /// The list with where each is written, a line each, for help.
    static let listing = allCases.map { "  \($0.rawValue): \($0.source); \($0.obligation)" }.joined(separator: "\n")
}

extension JSONWriter {
    /// What is refused for, with its article and its row of the obligations.
    mutating func member(refusal: RefusalReason?) {
        member("refusal", refusal)
        member("article", refusal?.source)
        member("obligation", refusal?.obligation)
    }
}
