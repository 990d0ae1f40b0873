/// What comes before what among the systems of a plan.
///
/// `after` is a relation of the whole data map: where C comes after B and B after A, C comes after A also in a plan that has nothing
/// to do with B.
struct PlanOrder {
    private let systems: [String: DataSystem]
    private let planned: Set<String>

    /// - Parameters:
    ///   - systems: the data map.
    ///   - planned: those at which something is done.
    init(_ systems: [DataSystem], among planned: Set<String>) {
        self.systems = Dictionary(systems.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.planned = planned
    }

    /// The planned systems that come right before this one, in the order in which it names them.
    func before(_ system: DataSystem) -> [String] {
        var found: [String] = []
        var seen: Set<String> = [system.id]
        var open = Array(system.after.reversed())
        while let id = open.popLast() {
            guard seen.insert(id).inserted else { continue }
            if planned.contains(id) {
                found.append(id)
            } else {
                open += (systems[id]?.after ?? []).reversed()
            }
        }
        return found
    }

    /// Those that wait for others behind them, else as the data map has them. In a circle, which a data map is refused for, somebody
    /// begins.
    func sorted(_ systems: [DataSystem]) -> [DataSystem] {
        let waits = Dictionary(
            systems.map { ($0.id, planned.contains($0.id) ? before($0) : []) },
            uniquingKeysWith: { first, _ in first }
        )
        var left = systems
        var done: Set<String> = []
        var ordered: [DataSystem] = []
        while !left.isEmpty {
            let index = left.firstIndex { waits[$0.id, default: []].allSatisfy(done.contains) } ?? 0
            let next = left.remove(at: index)
            done.insert(next.id)
            ordered.append(next)
        }
        return ordered
    }
}
