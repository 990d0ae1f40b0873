import Rights

/// Where data go: from clients to the systems that hold them, and from those on. What a map draws.
///
/// A system says itself where it gets its data `from`. Where a sub-processor does not, it is drawn behind the own systems that hold
/// one of its categories, dashed: nobody said so, and it stands to reason.
struct DataFlow {
    struct Node {
        let id: String
        let title: String
        /// What stands under the title, a line each.
        let lines: [String]
        let isFlagged: Bool
        /// Nil for a client.
        let kind: SystemKind?
        fileprivate(set) var layer: Int
    }

    struct Edge: Hashable {
        let from: String
        let to: String
        let isSaid: Bool
    }

    /// Clients first, then systems in the order of the data map.
    private(set) var nodes: [Node] = []
    private(set) var edges: [Edge] = []

    init(_ map: DataMapReading) {
        let systems = map.systems
        let named = Set(systems.flatMap(\.clients))
        let clients = map.clients.filter { map.client != nil || named.contains($0.id) }
        if map.client == nil, systems.contains(where: { $0.clients.isEmpty }) {
            nodes.append(Self.node(client: nil))
        }
        nodes += clients.map(Self.node(client:))
        nodes += systems.map { Self.node($0, flags: map.flags(of: $0)) }
        for system in systems {
            var sources = Self.sources(of: system, among: systems)
            if sources.isEmpty {
                let roots =
                    map.client.map { [Self.id(client: $0.id)] }
                    ?? (system.clients.isEmpty ? [Self.everyone] : system.clients.sorted().map(Self.id(client:)))
                sources = roots.map { Edge(from: $0, to: Self.id(system), isSaid: true) }
            }
            edges += sources
        }
        settle()
    }

    func node(_ id: String) -> Node? { nodes.first { $0.id == id } }

    func edges(from id: String) -> [Edge] { edges.filter { $0.from == id } }

    private static let everyone = "every client"
    private static func id(client: String) -> String { "client \(client)" }
    private static func id(_ system: DataSystem) -> String { "system \(system.id)" }

    private static func node(client: Client?) -> Node {
        Node(
            id: client.map { id(client: $0.id) } ?? everyone,
            title: client?.id ?? everyone,
            lines: [client?.place.country].compactMap { $0 },
            isFlagged: false,
            kind: nil,
            layer: 0
        )
    }

    private static func node(_ system: DataSystem, flags: [SystemFlag]) -> Node {
        let place = [system.region ?? "region not said", system.mechanismText].compactMap { $0 }
        return Node(
            id: id(system),
            title: system.id,
            lines: [
                "\(system.kind.words), \(place.joined(separator: ", "))",
                system.categories.isEmpty ? "categories not said" : system.categories.joined(separator: ", "),
            ] + (flags.isEmpty ? [] : ["! \(flags.map(\.rawValue).joined(separator: ", "))"]),
            isFlagged: flags.contains(where: \.isBlocking),
            kind: system.kind,
            layer: system.kind == .subprocessor ? 2 : 1
        )
    }

    private static func sources(of system: DataSystem, among systems: [DataSystem]) -> [Edge] {
        let here = Set(systems.map(\.id))
        let said = system.from.filter(here.contains)
        if !said.isEmpty { return said.map { Edge(from: "system \($0)", to: id(system), isSaid: true) } }
        guard system.kind == .subprocessor else { return [] }
        let likely = systems.filter { other in
            other.kind == .own && !Set(other.categories).isDisjoint(with: system.categories)
                && (other.clients.isEmpty || system.clients.isEmpty || !other.clients.isDisjoint(with: system.clients))
        }
        return likely.map { Edge(from: id($0), to: id(system), isSaid: false) }
    }

    /// Each behind what it gets data from. What stands in a circle is drawn where it was reached first.
    private mutating func settle() {
        var layers = Dictionary(nodes.map { ($0.id, $0.layer) }, uniquingKeysWith: { first, _ in first })
        // As many rounds as there can be layers.
        for _ in nodes {
            var isSettled = true
            for edge in edges {
                let wanted = layers[edge.from, default: 0] + 1
                guard wanted > layers[edge.to, default: 0], wanted < nodes.count else { continue }
                layers[edge.to] = wanted
                isSettled = false
            }
            if isSettled { break }
        }
        // Layers without anything in them are left out.
        let used = Set(layers.values).sorted()
        for index in nodes.indices {
            nodes[index].layer = used.firstIndex(of: layers[nodes[index].id, default: 0]) ?? 0
        }
    }
}

extension SystemKind {
    /// For people.
    var words: String { rawValue.split(separator: "_").joined(separator: " ") }
}
