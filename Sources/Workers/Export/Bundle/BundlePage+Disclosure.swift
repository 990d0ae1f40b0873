import Rights

extension BundlePage {
    /// What an authority reads instead of what a person would, in English: to whom the data go, by what law, and of what (K23). Nil
    /// for a copy that a person gets.
    var disclosureLead: String? {
        guard let demand = description.disclosure else { return nil }
        func text(_ words: String) -> String { PageText.escaped(words) }
        let systems = demand.scope.systems.joined(separator: ", ")
        let categories = demand.scope.categories.joined(separator: ", ")
        return """
            \(text(description.processor)) processes these data on behalf of \(text(description.client)) and discloses them to \
            \(text(demand.authority)) (\(text(demand.country))), \(text(demand.reference)), as \(text(demand.basis)) obliges it to. They are \
            of these categories: \(text(categories)); from these systems: \(text(systems)). Nothing else was collected.
            """
    }
}
