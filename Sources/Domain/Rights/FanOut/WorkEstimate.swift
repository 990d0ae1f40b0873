/// How far the work at all systems of a case together is, and what is left of it.
package struct WorkEstimate: Sendable, Hashable {
    package let rows: Int
    package let bytes: Int
    package let files: Int
    /// At systems that could be asked.
    package let rowsLeft: Int
    /// Systems that are not through, and of which nobody knows how much is left.
    package let unknown: [String]
    package let systems: Int
    /// Those that are through.
    package let done: Int

    package init(_ parts: [WorkProgress]) {
        rows = parts.map(\.rows).reduce(0, +)
        bytes = parts.map(\.bytes).reduce(0, +)
        files = parts.map(\.files).reduce(0, +)
        rowsLeft = parts.compactMap(\.rowsLeft).reduce(0, +)
        unknown = parts.filter { $0.rowsLeft == nil }.map(\.system)
        systems = parts.count
        done = parts.count { $0.state.isFinal }
    }
}
