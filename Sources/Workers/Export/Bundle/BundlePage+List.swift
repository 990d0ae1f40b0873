extension BundlePage {
    /// What an incident's client reads of the list of its people, in its language. Nil for any other bundle.
    var listLead: String? {
        guard let list = description.list else { return nil }
        let lead = words.fill(
            words.listLead,
            [
                "processor": bdi(description.processor), "client": bdi(description.client),
                "number": words.count(list.number),
            ]
        )
        guard !list.articles.isEmpty else { return lead }
        return lead + " (" + list.articles.map(PageText.escaped).joined(separator: "; ") + ")"
    }
}
