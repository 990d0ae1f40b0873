/// What a peer is told to do: how it works, and how it takes its calls one after another.
struct Script: Sendable, Equatable {
    /// The first so many calls.
    struct Step: Sendable, Equatable {
        let calls: Int
        let behaviour: Behaviour
    }

    var manner = Manner()
    /// The calls that it is about; the others, and those that chance spares, are taken as `otherwise` says.
    var methods: Set<String> = []
    /// Before anything else, in this order.
    var sequence: [Step] = []
    /// The share of the calls after the sequence that get `behaviour`.
    var probability: Double?
    var seed: UInt64 = 1
    var behaviour = Behaviour()
    var otherwise = Behaviour()

    /// - Parameter seen: calls of the script's methods before this one.
    func step(after seen: Int) -> Behaviour? {
        var end = 0
        for step in sequence {
            end += step.calls
            if seen < end { return step.behaviour }
        }
        return nil
    }
}
