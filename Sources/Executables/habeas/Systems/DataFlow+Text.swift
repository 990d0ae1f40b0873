extension DataFlow {
    /// As a tree for a terminal. What several places lead to is written out once.
    var text: [String] {
        guard !nodes.isEmpty else { return ["the data map is empty"] }
        var lines: [String] = []
        var written: Set<String> = []
        let reached = Set(edges.map(\.to))
        for root in nodes where root.kind == nil || !reached.contains(root.id) {
            write(root, isSaid: true, prefix: "", branch: "", to: &lines, &written)
        }
        // Those that lead only to each other.
        for node in nodes where !written.contains(node.id) {
            write(node, isSaid: true, prefix: "", branch: "", to: &lines, &written)
        }
        if edges.contains(where: { !$0.isSaid }) {
            lines.append("~ not said, and likely: it holds categories of the system that it stands under")
        }
        return lines.map { TextTable.printable($0) }
    }

    private func write(
        _ node: Node,
        isSaid: Bool,
        prefix: String,
        branch: String,
        to lines: inout [String],
        _ written: inout Set<String>
    ) {
        let isFirst = written.insert(node.id).inserted
        let facts = isFirst ? node.lines.joined(separator: " | ") : "(above)"
        lines.append(prefix + branch + (isSaid ? "" : "~ ") + node.title + (facts.isEmpty ? "" : "  \(facts)"))
        guard isFirst else { return }
        let below = edges(from: node.id)
        let inner = prefix + (branch.isEmpty ? "" : branch == "├─ " ? "│  " : "   ")
        for (index, edge) in below.enumerated() {
            guard let next = self.node(edge.to) else { continue }
            write(
                next,
                isSaid: edge.isSaid,
                prefix: inner,
                branch: index == below.count - 1 ? "└─ " : "├─ ",
                to: &lines,
                &written
            )
        }
    }
}
