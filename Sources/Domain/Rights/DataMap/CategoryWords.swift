/// Words about what a system holds: the same of all of it, or by category.
package struct CategoryWords: Sendable, Hashable {
    /// Of what has no words of its own.
    package var all: String?
    package var byCategory: [String: String] = [:]

    package init(_ all: String? = nil, byCategory: [String: String] = [:]) {
        self.all = all
        self.byCategory = byCategory
    }

    /// Of data of one category; nil where nobody said.
    package subscript(category: String) -> String? { byCategory[category] ?? all }

    /// Of data of these categories together: each with its own words, and no name before words that hold for all of them.
    package func text(of categories: [String]) -> String? {
        let said = categories.compactMap { category in self[category].map { (category, $0) } }
        guard let first = said.first else { return categories.isEmpty ? all : nil }
        if said.count == categories.count, said.allSatisfy({ $0.1 == first.1 }) { return first.1 }
        return said.map { "\($0): \($1)" }.joined(separator: "; ")
    }
}
